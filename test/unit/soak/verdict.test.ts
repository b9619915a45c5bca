import { describe, expect, it } from "vitest";
import { faultIn } from "../../soak/console.ts";
import { growthOf } from "../../soak/growth.ts";
import { verdictOf } from "../../soak/verdict.ts";

const own = { "x-azure-error": "" };
const answerOf = (status: number, body: unknown, headers: Record<string, string> = own) => ({
  status,
  headers: new Headers(headers),
  text: typeof body === "string" ? body : JSON.stringify(body),
});
const error = (code: string, more: object = {}) => ({
  success: false,
  error: "Something is wrong.",
  code,
  request_id: "0b1c",
  ...more,
});
const remedy = { action: "sign_in", message: "Sign in.", since: "2026-11-27T12:00:00.000Z" };
const route = { gateway: false, restless: false };
const gateway = { gateway: true, restless: false };

describe("an answer of the soak", () => {
  it("may be trouble at Microsoft, in the shape of our errors", () => {
    const body = error("upstream_unavailable", {
      retry_after: 1,
      details: { upstream_status: 503 },
    });
    const verdict = { kind: "error", code: "upstream_unavailable" };
    expect(verdictOf(answerOf(503, body), route)).toEqual(verdict);
    const { success: _, error: message, request_id: id, ...inner } = body;
    const microsofts = {
      error: { code: inner.code, message, innerError: { ...inner, "request-id": id, date: "now" } },
    };
    expect(verdictOf(answerOf(503, microsofts), gateway)).toEqual(verdict);
    expect(verdictOf(answerOf(503, body), gateway).kind).toBe("wrong");
    expect(verdictOf(answerOf(424, error("action_required", { remedy })), route).kind).toBe(
      "error",
    );
  });

  it("may be not_found only where somebody disconnects", () => {
    const answer = answerOf(404, error("not_found"));
    expect(verdictOf(answer, route).kind).toBe("wrong");
    expect(verdictOf(answer, { ...route, restless: true }).kind).toBe("error");
  });

  it("may be Microsoft's own error only through a gateway", () => {
    const answer = answerOf(503, { error: { code: "soak" } }, {});
    expect(verdictOf(answer, gateway)).toEqual({ kind: "microsoft", status: 503 });
    expect(verdictOf(answer, route).kind).toBe("wrong");
    expect(verdictOf(answerOf(401, "", {}), gateway).kind).toBe("wrong");
  });

  const wrong: [why: string, status: number, body: unknown][] = [
    ["no JSON", 502, "<html>"],
    ["a code that is not on the list", 502, error("bad_gateway")],
    ["a code under another status", 500, error("upstream_error")],
    ["no request id", 502, { ...error("upstream_error"), request_id: undefined }],
    ["a field that is not documented", 502, error("upstream_error", { stack: "here" })],
    ["a remedy that is missing", 424, error("action_required")],
    ["our own failure", 500, error("internal_error")],
    [
      "a token",
      502,
      error("upstream_error", { details: { upstream_code: "eyJhbGciOiJSUzI1NiIs" } }),
    ],
  ];
  it.each(wrong)("may not have %s", (_, status, body) => {
    expect(verdictOf(answerOf(status, body), route).kind).toBe("wrong");
  });
});

describe("a line of the Worker's console", () => {
  it.each([
    'log: {"level":"info","event":"request","status":503}',
    'log: {"level":"warn","event":"delivery_failed","sink":"webhook:receiver"}',
    "worker-main: ready",
  ])("is as it should be: %s", (line) => expect(faultIn(line)).toBeUndefined());

  it.each([
    'log: {"level":"error","event":"unexpected_error","error_name":"TypeError"}',
    'log: {"level":"error","event":"events_lost"}',
    "error: Uncaught (in promise) TypeError: x",
    "workerd/io/worker.c++:1: info: uncaught exception",
  ])("tells of a fault: %s", (line) => expect(faultIn(line)).toBeDefined());
});

describe("memory under load", () => {
  const mebibyte = 2 ** 20;
  const samples = (of: (index: number) => number) =>
    Array.from({ length: 90 }, (_, index) => of(index) * mebibyte);

  it("may go up and down", () => {
    expect(growthOf(samples((index) => 300 + (index % 10) * 20)).grows).toBe(false);
  });

  it("may not go on growing", () => {
    expect(growthOf(samples((index) => 300 + index * 3)).grows).toBe(true);
  });
});
