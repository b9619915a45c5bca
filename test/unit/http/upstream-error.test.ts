import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errorResponse, failure, type ErrorCode } from "../../../src/contract/errors.ts";
import { redacted } from "../../../src/http/redact.ts";
import {
  errorCodeOf,
  microsoftItself,
  throughConnection,
  upstreamFailure,
  upstreamRequestId,
} from "../../../src/http/upstream-error.ts";
import { deepJson, headerText, oddJson, oddRecord } from "./odd-json.ts";

const context = { now: Date.UTC(2026, 10, 24), write: false };
const jwt = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl-_";

describe("errorCodeOf", () => {
  it.each<[number, ErrorCode]>([
    [400, "invalid_request"],
    [401, "upstream_error"],
    [403, "forbidden"],
    [404, "not_found"],
    [405, "invalid_request"],
    [409, "conflict"],
    [410, "not_found"],
    [412, "conflict"],
    [413, "payload_too_large"],
    [416, "invalid_request"],
    [422, "invalid_request"],
    [423, "conflict"],
    [429, "throttled"],
    [500, "upstream_error"],
    [502, "upstream_error"],
    [503, "upstream_unavailable"],
    [504, "upstream_timeout"],
    [507, "upstream_error"],
    [509, "upstream_error"],
  ])("tells %i as %s", (status, code) => {
    expect(errorCodeOf(status)).toBe(code);
  });
});

describe("upstreamFailure", () => {
  it("reads Graph's error with its request id and inner code", async () => {
    const response = Response.json(
      {
        error: {
          code: "resyncRequired",
          message: "Resync required.",
          innerError: { code: "resyncChangesApplyDifferences", "request-id": "from-the-body" },
        },
      },
      { status: 410, headers: { "request-id": "3f1e8e2a-0000-4000-8000-000000000001" } },
    );
    expect(await upstreamFailure(response, context)).toEqual({
      code: "not_found",
      message: "Microsoft knows no such item.",
      details: {
        upstream_status: 410,
        upstream_code: "resyncRequired",
        upstream_inner_code: "resyncChangesApplyDifferences",
        upstream_request_id: "3f1e8e2a-0000-4000-8000-000000000001",
      },
    });
  });

  it("takes the request id from the body where no header has it", async () => {
    const response = Response.json(
      { error: { code: "ErrorItemNotFound", message: "", innererror: { "request-id": "abc" } } },
      { status: 404 },
    );
    const { details } = await upstreamFailure(response, context);
    expect(details?.upstream_request_id).toBe("abc");
  });

  it("quotes what ARM says of an invalid request", async () => {
    const response = Response.json(
      { error: { code: "InvalidApiVersionParameter", message: "The api-version '1' is invalid." } },
      { status: 400, headers: { "x-ms-request-id": "r-1" } },
    );
    expect(await upstreamFailure(response, context)).toMatchObject({
      code: "invalid_request",
      message: "Microsoft refused the request as invalid: The api-version '1' is invalid.",
      details: { upstream_code: "InvalidApiVersionParameter", upstream_request_id: "r-1" },
    });
  });

  it("does not quote what Microsoft says of anything else", async () => {
    const response = Response.json(
      { error: { code: "AuthorizationFailed", message: "The client 'ada' with object id 'x'" } },
      { status: 403 },
    );
    const { message } = await upstreamFailure(response, context);
    expect(message).toBe("Microsoft denied this: the account or its consent does not allow it.");
  });

  it.each<[string, BodyInit | null, Record<string, string>, string | undefined]>([
    ["an OData v2 message object", '{"error":{"code":"A","message":{"value":"v"}}}', {}, "A"],
    ["a body without the wrapper", '{"code":"Bare","message":"m"}', {}, "Bare"],
    ["an OAuth error word", '{"error":"invalid_token"}', {}, "invalid_token"],
    ["an edge's HTML", "<html><h1>Service Unavailable</h1></html>", {}, undefined],
    ["an empty body", null, {}, undefined],
    ["JSON that is no object", "[1,2]", {}, undefined],
    ["a null error", '{"error":null}', {}, undefined],
    [
      "Storage's header beside XML",
      "<Error/>",
      { "x-ms-error-code": "BlobNotFound" },
      "BlobNotFound",
    ],
    ["a token in place of a code", JSON.stringify({ error: { code: jwt } }), {}, undefined],
    ["a sentence in place of a code", '{"error":{"code":"a b"}}', {}, undefined],
  ])("reads %s", async (_, body, headers, code) => {
    const response = new Response(body, { status: 503, headers });
    expect(await upstreamFailure(response, context)).toEqual({
      code: "upstream_unavailable",
      message: "Microsoft is not available at the moment.",
      details: { upstream_status: 503, ...(code === undefined ? {} : { upstream_code: code }) },
    });
  });

  it("keeps the wait a throttling answer asks for, as whole seconds", async () => {
    const response = new Response(null, { status: 429, headers: { "retry-after": "2.128" } });
    expect(await upstreamFailure(response, context)).toMatchObject({
      code: "throttled",
      retry_after: 3,
    });
  });

  it("knows what became of a write that met a 503 only by its Retry-After", async () => {
    const write = { ...context, write: true };
    const told = { status: 503, headers: { "retry-after": "5" } };
    const untold = await upstreamFailure(new Response(null, { status: 503 }), write);
    expect(untold.details?.outcome).toBe("unknown");
    expect((await upstreamFailure(new Response(null, told), write)).details?.outcome).toBe(
      undefined,
    );
  });

  it("says that the outcome of a write is unknown when a gateway lost its answer", async () => {
    const write = { ...context, write: true };
    const lost = await upstreamFailure(new Response(null, { status: 504 }), write);
    const refused = await upstreamFailure(new Response(null, { status: 400 }), write);
    const read = await upstreamFailure(new Response(null, { status: 504 }), context);
    expect([lost, refused, read].map(({ details }) => details?.outcome)).toEqual([
      "unknown",
      undefined,
      undefined,
    ]);
  });

  it("passes on an error of the connection itself unchanged", async () => {
    const own = failure("action_required", "Sign in again.", {
      request_id: "req-1",
      remedy: {
        action: "sign_in",
        message: "Sign in again.",
        aadsts: 50173,
        since: "2026-11-24T00:00:00Z",
      },
      details: { reason: "invalid_grant" },
    });
    expect(await upstreamFailure(errorResponse(own), context)).toEqual(own);
  });

  it("does not take Microsoft's error for the connection's own because of a header", async () => {
    const response = new Response("nonsense", { status: 500, headers: { "x-azure-error": "x" } });
    expect((await upstreamFailure(response, context)).code).toBe("upstream_error");
  });

  const told = { code: "Busy", message: "m", innerError: { code: "Deep", "request-id": "r" } };
  it.each<[string, object, object]>([
    ["a message that is an object", { message: { text: "x" } }, { upstream_inner_code: "Deep" }],
    ["no message", { message: undefined }, { upstream_inner_code: "Deep" }],
    ["a code that is a number", { code: 503 }, { upstream_inner_code: "Deep" }],
    ["an inner error that is a list", { innerError: [] }, { upstream_code: "Busy" }],
    [
      "an inner error that is a list beside the schema's own",
      { innerError: [], innererror: { code: "Deep" } },
      { upstream_code: "Busy", upstream_inner_code: "Deep" },
    ],
    [
      "an inner code that is an object",
      { innerError: { code: {}, "request-id": "r" } },
      { upstream_code: "Busy", upstream_request_id: "r" },
    ],
    [
      "an inner request id that is a number",
      { innerError: { code: "Deep", "request-id": 1 } },
      { upstream_inner_code: "Deep" },
    ],
  ])("reads the rest of an error beside %s", async (_, change, details) => {
    const response = Response.json({ error: { ...told, ...change } }, { status: 500 });
    expect((await upstreamFailure(response, context)).details).toMatchObject(details);
  });

  it("reads an error whose body is nested too deep by its status", async () => {
    const response = new Response(`{"error":${deepJson(20_000)}}`, { status: 500 });
    expect(await upstreamFailure(response, context)).toEqual({
      code: "upstream_error",
      message: "Microsoft failed to answer this request.",
      details: { upstream_status: 500 },
    });
  });

  it("reads any error answer into one of our codes, with whole seconds", async () => {
    const names = ["error", "code", "message", "value", "innerError", "innererror", "request-id"];
    const answer = fc.record({
      status: fc.integer({ min: 400, max: 599 }),
      body: fc.oneof(
        fc.oneof(oddJson(names), oddRecord(names)).map((json) => JSON.stringify(json)),
        fc.string(),
      ),
      headers: fc.dictionary(
        fc.constantFrom("retry-after", "request-id", "x-ms-request-id", "x-ms-error-code", "date"),
        headerText,
      ),
      write: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(answer, async ({ status, body, headers, write }) => {
        const response = new Response(body, { status, headers });
        const reason = await upstreamFailure(response, { now: context.now, write });
        expect(reason.code).toBe(errorCodeOf(status));
        expect(reason.code).not.toBe("internal_error");
        expect(reason.details?.upstream_status).toBe(status);
        expect(reason.retry_after ?? 0).toSatisfy(
          (seconds: number) => Number.isInteger(seconds) && seconds >= 0 && seconds <= 900,
        );
        JSON.stringify(reason);
      }),
    );
  });

  it("reads no more of a body than an error can need", async () => {
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 16_384;
        controller.enqueue(new Uint8Array(16_384).fill(32));
      },
    });
    const reason = await upstreamFailure(new Response(endless, { status: 500 }), context);
    expect(reason.code).toBe("upstream_error");
    expect(sent).toBeLessThan(256 * 1024);
  });
});

describe("upstreamRequestId", () => {
  it.each([
    [{ "request-id": "a-1", "x-ms-request-id": "b-2" }, "a-1"],
    [{ "x-ms-request-id": "b-2" }, "b-2"],
    [{ "request-id": "two words", "x-ms-request-id": "b-2" }, "b-2"],
    [{ "request-id": "x".repeat(200), "x-ms-request-id": "b-2" }, "b-2"],
    [{ "request-id": "", "x-ms-request-id": "{}" }, undefined],
  ])("reads %o", (headers, id) => {
    expect(upstreamRequestId(new Headers(headers as Record<string, string>))).toBe(id);
  });
});

describe.each([
  ["a connection", throughConnection],
  ["Microsoft itself", microsoftItself],
])("a lost answer of %s", (_, peer) => {
  it("distinguishes a write from a read", () => {
    expect(peer.lostAnswer("network_error", true).details).toEqual({ outcome: "unknown" });
    expect(peer.lostAnswer("timeout", false)).toEqual({
      code: "upstream_timeout",
      message: "Microsoft did not answer in time.",
    });
  });
});

describe("a network error", () => {
  it("is Microsoft's only where Microsoft itself was asked", () => {
    expect(microsoftItself.lostAnswer("network_error", false).message).toBe(
      "Microsoft could not be reached.",
    );
    expect(throughConnection.lostAnswer("network_error", false).message).not.toContain("Microsoft");
  });
});

describe("redacted", () => {
  it.each<[string, string, string]>([
    ["a JWT", `Token ${jwt} is bad`, "Token [removed] is bad"],
    ["a bearer credential", "got Bearer abc.def", "got Bearer [removed]"],
    ["long base64", `key ${"Ab1+".repeat(12)}== here`, "key [removed] here"],
    [
      "a signed URL",
      "see https://x.sharepoint.com/f?tempauth=abc now",
      "see https://x.sharepoint.com/f now",
    ],
    [
      "a named secret",
      'client_secret=hunter2 and "password": "pw"',
      'client_secret=[removed] and "password": [removed]',
    ],
    ["an authorization code", "code=0.AXoA", "code=[removed]"],
    ["line breaks", "one\r\ntwo", "one two"],
  ])("removes %s", (_, text, expected) => {
    expect(redacted(text)).toBe(expected);
  });

  it("keeps an ARM resource id", () => {
    const id =
      "/subscriptions/aaaaaaaa-1111-4000-8000-000000000001/resourceGroups/rg-one/providers/Microsoft.Web/sites/a";
    expect(redacted(`No ${id}`)).toBe(`No ${id}`);
  });

  it("cuts to 300 characters", () => {
    expect(redacted("ab ".repeat(2000))).toHaveLength(300);
  });
});
