import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  errorEnvelope,
  errorResponse,
  errorStatuses,
  failure,
  type Failure,
} from "../../../src/contract/errors.ts";
import { createTransport } from "../../../src/http/transport.ts";
import { throughConnection } from "../../../src/http/upstream-error.ts";
import { armError, envelopeOf, graphError } from "../../../src/http/microsoft-error.ts";

const date = new Date("2026-11-28T10:00:00Z");
const own: Failure = {
  code: "action_required",
  message: "Sign in again.",
  request_id: "11111111-2222-4333-8444-555555555555",
  retry_after: 7,
  remedy: {
    action: "sign_in",
    message: "Sign in again.",
    connect_url: "https://azure.example/connect?user_id=ada",
    since: "2026-11-28T09:00:00Z",
  },
  details: { reason: "invalid_grant" },
};

describe("an error of ours in Microsoft's shape", () => {
  test("has code and sentence where SDKs look for them, and the rest in innerError", () => {
    expect(graphError(own, date)).toEqual({
      error: {
        code: "action_required",
        message: "Sign in again.",
        innerError: {
          code: "action_required",
          "request-id": own.request_id,
          date: "2026-11-28T10:00:00.000Z",
          retry_after: 7,
          remedy: own.remedy,
          details: { reason: "invalid_grant" },
        },
      },
    });
  });

  test("has the rest where Resource Manager's SDKs keep it, too", () => {
    const { error } = armError(own, date);
    expect(error.additionalInfo).toEqual([
      { type: "azure-integration-worker", info: error.innerError },
    ]);
  });

  test.each([graphError, armError])("is read by our own clients as it was (%o)", async (form) => {
    const transport = createTransport({
      peer: throughConnection,
      fetch: async () => errorResponse(own, {}, form(own, date)),
    });
    const result = await transport.send({ url: "https://azure.example/graph/v1.0/me" });
    expect(result).toEqual({ ok: false, error: own });
  });

  test("says as little as the failure does", () => {
    const bare = failure("not_found", "There is no such connection.");
    expect(Object.keys(graphError(bare, date).error.innerError).sort()).toEqual(["code", "date"]);
    expect(envelopeOf(graphError(bare, date))).toMatchObject(errorEnvelope(bare));
  });
});

describe("the envelope of a body", () => {
  const code = fc.constantFrom(...Object.keys(errorStatuses)) as fc.Arbitrary<Failure["code"]>;

  test("is found for every failure", () => {
    fc.assert(
      fc.property(code, fc.string(), fc.option(fc.nat(900)), (of, message, retryAfter) => {
        const reason = failure(of, message, retryAfter === null ? {} : { retry_after: retryAfter });
        expect(envelopeOf(graphError(reason, date))).toMatchObject(errorEnvelope(reason));
      }),
    );
  });

  test("is the body itself where it is in no such shape, whatever it is", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        fc.pre(!JSON.stringify(body).includes("innerError"));
        expect(envelopeOf(body)).toBe(body);
      }),
    );
  });
});
