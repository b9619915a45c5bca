import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  errorEnvelope,
  errorStatuses,
  failure,
  type Failure,
} from "../../../src/contract/errors.ts";
import { defined } from "../../../src/contract/defined.ts";
import { createTransport } from "../../../src/http/transport.ts";
import { throughConnection } from "../../../src/http/upstream-error.ts";
import {
  envelopeOf,
  microsoftError,
  microsoftErrorResponse,
} from "../../../src/http/microsoft-error.ts";

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
  test("has code and sentence where SDKs look for them, and the rest where one or the other keeps it", () => {
    const info = {
      code: "action_required",
      "request-id": own.request_id,
      date: "2026-11-28T10:00:00.000Z",
      retry_after: 7,
      remedy: own.remedy,
      details: { reason: "invalid_grant" },
    };
    expect(microsoftError(own, date)).toEqual({
      error: {
        code: "action_required",
        message: "Sign in again.",
        innerError: info,
        additionalInfo: [{ type: "azure-integration-worker", info }],
      },
    });
  });

  test("has its code in a header for who reads no body", () => {
    const { status, headers } = microsoftErrorResponse(own, { allow: "GET" });
    expect([status, Object.fromEntries(headers)]).toEqual([
      424,
      {
        allow: "GET",
        "cache-control": "no-store",
        "content-type": "application/json",
        "retry-after": "7",
        "x-azure-error": "action_required",
        "x-ms-error-code": "action_required",
      },
    ]);
  });

  test.each([undefined, 900])(
    "keeps no SDK waiting for a configuration to correct itself (%s)",
    (retryAfter) => {
      const wrong = failure("app_misconfigured", "AZURE_CLIENT_ID must be a GUID.", {
        ...defined({ retry_after: retryAfter }),
      });
      expect(microsoftErrorResponse(wrong).headers.get("retry-after")).toBe("0");
      expect(microsoftError(wrong, date).error.innerError.retry_after).toBe(retryAfter);
    },
  );

  test("is read by our own clients as it was", async () => {
    const transport = createTransport({
      peer: throughConnection,
      fetch: async () => microsoftErrorResponse(own),
    });
    const result = await transport.send({ url: "https://azure.example/graph/v1.0/me" });
    expect(result).toEqual({ ok: false, error: own });
  });

  test("says as little as the failure does", () => {
    const bare = failure("not_found", "There is no such connection.");
    expect(Object.keys(microsoftError(bare, date).error.innerError).sort()).toEqual([
      "code",
      "date",
    ]);
    expect(envelopeOf(microsoftError(bare, date))).toMatchObject(errorEnvelope(bare));
  });
});

describe("the envelope of a body", () => {
  const code = fc.constantFrom(...Object.keys(errorStatuses)) as fc.Arbitrary<Failure["code"]>;

  test("is found for every failure", () => {
    fc.assert(
      fc.property(code, fc.string(), fc.option(fc.nat(900)), (of, message, retryAfter) => {
        const reason = failure(of, message, retryAfter === null ? {} : { retry_after: retryAfter });
        expect(envelopeOf(microsoftError(reason, date))).toMatchObject(errorEnvelope(reason));
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
