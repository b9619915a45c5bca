import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AzureError,
  errorStatuses,
  failure,
  type ErrorCode,
} from "../../../src/contract/errors.ts";
import { markedFailure, ownOutcome, thrownFailure } from "../../../src/http/own-error.ts";
import { headerText, oddRecord } from "./odd-json.ts";

const codes = Object.keys(errorStatuses) as ErrorCode[];
const now = Date.UTC(2026, 10, 28);
const remedy = {
  action: "sign_in",
  message: "Sign in again.",
  since: "2026-11-28T00:00:00Z",
} as const;
const whole = failure("action_required", "Sign in again.", {
  request_id: "r-1",
  retry_after: 5,
  remedy,
  details: { reason: "invalid_grant" },
});
const mark = (code: string, more: Record<string, string> = {}) =>
  new Headers({ "x-azure-error": code, ...more });
const envelope = ({ message, ...rest }: typeof whole) => ({
  success: false,
  error: message,
  ...rest,
});

describe("markedFailure", () => {
  it("is the envelope as it is", () => {
    expect(markedFailure(mark("action_required"), envelope(whole), now)).toEqual(whole);
  });

  it.each<[string, object, object]>([
    ["a wait in words", { retry_after: "soon" }, { request_id: "r-1", remedy }],
    ["a remedy that says nothing", { remedy: { action: "dance" } }, { retry_after: 5 }],
    ["details that are a list", { details: [] }, { retry_after: 5, remedy }],
    ["a request id that is a number", { request_id: 7 }, { retry_after: 5, remedy }],
  ])("keeps the rest beside %s", (_, change, rest) => {
    const told = markedFailure(mark("x"), { ...envelope(whole), ...change }, now);
    expect(told).toMatchObject({ code: "action_required", message: "Sign in again.", ...rest });
    for (const name of Object.keys(change)) expect(told).not.toHaveProperty(name);
  });

  it.each([
    [0.04, 1],
    [2.128, 3],
    [1e12, 3_600],
  ])("reads a wait of %s as %i seconds", (retry_after, seconds) => {
    const told = markedFailure(mark("throttled"), { ...envelope(whole), retry_after }, now);
    expect(told?.retry_after).toBe(seconds);
  });

  it("knows the code and the wait of an answer to HEAD, which has no body", () => {
    const headers = mark("throttled", { "retry-after": "4" });
    expect(markedFailure(headers, undefined, now)).toMatchObject({
      code: "throttled",
      retry_after: 4,
    });
  });

  it.each([
    ["no mark", new Headers(), envelope(whole)],
    ["a mark of no code and no envelope", mark("1"), { error: { code: "BadRequest" } }],
    ["a code of nobody's", mark("teapot"), { ...envelope(whole), code: "teapot" }],
    ["an inherited name for a code", mark("toString"), { ...envelope(whole), code: "toString" }],
    ["a message that is no text", mark("1"), { ...envelope(whole), error: {} }],
  ])("is none with %s", (_, headers, body) => {
    expect(markedFailure(headers, body, now)).toBe(undefined);
  });

  it("reads any marked answer into a failure of ours, or into none", () => {
    const names = ["success", "error", "code", "request_id", "retry_after", "remedy", "details"];
    fc.assert(
      fc.property(
        oddRecord(names),
        fc.oneof(fc.constantFrom(...codes), headerText),
        headerText,
        (body, code, wait) => {
          const told = markedFailure(mark(code, { "retry-after": wait }), body, now);
          if (told === undefined) return;
          expect(codes).toContain(told.code);
          expect(typeof told.message).toBe("string");
          expect(told.retry_after ?? 0).toSatisfy(
            (seconds: number) => Number.isInteger(seconds) && seconds >= 0 && seconds <= 3_600,
          );
        },
      ),
    );
  });
});

describe("thrownFailure", () => {
  it("is an AzureError, or its own properties after RPC", () => {
    expect(thrownFailure(new AzureError(whole))).toEqual(whole);
    const remote = Object.assign(new Error(whole.message), { ...whole, status: 424 });
    expect(thrownFailure(remote)).toEqual(whole);
  });

  it("does not believe the status that an error claims", () => {
    const odd = Object.assign(new Error("no"), { code: "forbidden", status: 200 });
    expect(thrownFailure(odd)).toEqual({ code: "forbidden", message: "no" });
  });

  it.each([
    ["a broken connection", new TypeError("reset")],
    ["a system error", Object.assign(new Error("reset"), { code: "ECONNRESET" })],
    ["a DOM exception", new DOMException("aborted", "AbortError")],
    ["a text", "forbidden"],
    ["nothing", undefined],
  ])("is none for %s", (_, error) => {
    expect(thrownFailure(error)).toBe(undefined);
  });
});

describe("ownOutcome", () => {
  const relayed: readonly ErrorCode[] = ["throttled", "upstream_unavailable", "upstream_timeout"];

  it.each(codes.filter((code) => !relayed.includes(code)))("%s is final", (code) => {
    expect(ownOutcome(failure(code, "m"))).toBe("final");
    expect(ownOutcome(failure(code, "m", { details: { outcome: "unknown" } }))).toBe("final");
  });

  it("takes what reports Microsoft's trouble for Microsoft's own answer", () => {
    expect(relayed.map((code) => ownOutcome(failure(code, "m")))).toEqual([
      { status: 429 },
      { status: 503 },
      "timeout",
    ]);
    const lost = failure("upstream_unavailable", "m", { details: { outcome: "unknown" } });
    expect(ownOutcome(lost)).toBe("network_error");
  });
});
