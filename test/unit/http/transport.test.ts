import { describe, expect, it } from "vitest";
import {
  AzureError,
  errorResponse,
  errorStatuses,
  failure,
  type ErrorCode,
} from "../../../src/contract/errors.ts";
import { createTransport, type TransportOptions } from "../../../src/http/transport.ts";
import { microsoftItself, throughConnection } from "../../../src/http/upstream-error.ts";
import { deepJson } from "./odd-json.ts";

type Step = Response | Error | ((init: RequestInit) => Promise<Response>);

/** A transport over scripted answers, on a clock that only sleeping moves. */
function scripted(steps: Step[], options: Partial<TransportOptions> = {}) {
  let time = 0;
  const waits: number[] = [];
  const calls: { url: string; init: RequestInit }[] = [];
  const transport = createTransport({
    peer: throughConnection,
    now: () => time,
    sleep: async (ms) => {
      waits.push(ms);
      time += ms;
    },
    random: () => 0,
    fetch: async (url, init) => {
      calls.push({ url, init });
      const step = steps[calls.length - 1] ?? new Error("asked too often");
      if (typeof step === "function") return step(init);
      if (step instanceof Error) throw step;
      return step;
    },
    ...options,
  });
  return { transport, waits, calls };
}

const url = "https://graph.microsoft.com/v1.0/me";
const throttled = (seconds: string) =>
  new Response(null, { status: 429, headers: { "retry-after": seconds } });
const cutBody = () =>
  new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"value":['));
        controller.error(new TypeError("network lost"));
      },
    }),
  );

describe("send", () => {
  it("waits as long as a throttling answer asks and sends the same request again", async () => {
    const { transport, waits, calls } = scripted([throttled("2.128"), new Response("yes")]);
    const result = await transport.send({ url, method: "POST", body: "{}", headers: { a: "b" } });
    expect(result.ok && (await result.value.text())).toBe("yes");
    expect(waits).toEqual([3000]);
    expect(calls[1]?.init).toMatchObject({ method: "POST", body: "{}", headers: { a: "b" } });
  });

  it("gives the answer with its Retry-After when the wait does not fit in the budget", async () => {
    const { transport, waits } = scripted([throttled("12"), throttled("12")]);
    const result = await transport.send({ url });
    expect(result).toMatchObject({ ok: false, error: { code: "throttled", retry_after: 12 } });
    expect(waits).toEqual([12_000]);
  });

  it("gives a throttled answer back at once to a caller who does not wait", async () => {
    const { transport, calls } = scripted([throttled("1")], { waitOnThrottle: false });
    expect(await transport.send({ url })).toMatchObject({ ok: false, error: { retry_after: 1 } });
    expect(calls).toHaveLength(1);
  });

  it("tries a read again when the connection breaks", async () => {
    const { transport, calls } = scripted([new TypeError("reset"), new Response("yes")]);
    expect((await transport.send({ url })).ok).toBe(true);
    expect(calls).toHaveLength(2);
  });

  it("distinguishes a write whose answer was lost from one that was not sent again", async () => {
    const { transport, calls } = scripted([new TypeError("secret in here")]);
    const result = await transport.send({ url, method: "POST" });
    expect(result).toEqual({
      ok: false,
      error: {
        code: "upstream_unavailable",
        message: "No answer came: the request or its answer was lost on the way.",
        details: { outcome: "unknown" },
      },
    });
    expect(calls).toHaveLength(1);
  });

  it.each([
    ["PUT", { "If-None-Match": "*" }, undefined],
    ["DELETE", { "if-match": '"1"' }, undefined],
    ["PATCH", { "if-match": '"1"' }, true],
  ])(
    "does not repeat a lost %s under %o: done once, it would fail",
    async (method, headers, idempotent) => {
      const { transport, calls } = scripted([
        new TypeError("reset"),
        new Response(null, { status: 412 }),
      ]);
      const result = await transport.send({ url, method, headers, idempotent });
      expect(result).toMatchObject({ ok: false, error: { details: { outcome: "unknown" } } });
      expect(calls).toHaveLength(1);
    },
  );

  it("repeats a write under a condition that was throttled, and a read under one that was lost", async () => {
    const headers = { "if-none-match": '"1"' };
    const write = scripted([throttled("1"), new Response("yes")]);
    expect((await write.transport.send({ url, method: "PUT", headers })).ok).toBe(true);
    const read = scripted([new TypeError("reset"), new Response(null, { status: 304 })]);
    expect((await read.transport.send({ url, headers })).ok).toBe(true);
  });

  it.each(["bytes=0-\u2026", "a\r\nb: c"])(
    "refuses a header that cannot be sent: %j",
    async (range) => {
      const { transport, calls } = scripted([]);
      const result = await transport.send({ url, headers: { range } });
      expect(result).toMatchObject({
        ok: false,
        error: { code: "invalid_request", details: { field: "headers" } },
      });
      expect(calls).toHaveLength(0);
    },
  );

  it("repeats a query by POST, and does not call its outcome unknown", async () => {
    const lost = Array.from({ length: 8 }, () => new TypeError("reset"));
    const { transport, calls } = scripted(lost);
    const result = await transport.send({ url, method: "POST", safe: true });
    expect(result).toMatchObject({ ok: false, error: { code: "upstream_unavailable" } });
    expect(!result.ok && result.error.details).toBe(undefined);
    expect(calls).toHaveLength(8);
  });

  it("hands back an error status that the request accepts", async () => {
    const { transport } = scripted([new Response("gone", { status: 410 })]);
    const result = await transport.send({ url, accept: [410] });
    expect(result.ok && result.value.status).toBe(410);
  });

  it("hands back a redirect instead of following it", async () => {
    const { transport, calls } = scripted([new Response(null, { status: 302 })]);
    const result = await transport.send({ url });
    expect(result.ok && result.value.status).toBe(302);
    expect(calls[0]?.init.redirect).toBe("manual");
  });

  it("gives up on an attempt that takes too long", async () => {
    const hang = (init: RequestInit) =>
      new Promise<Response>((_, reject) => {
        init.signal?.addEventListener("abort", () => reject(init.signal?.reason));
      });
    const { transport } = scripted([hang], { timeoutMs: 5, budgetMs: 0 });
    expect(await transport.send({ url })).toMatchObject({ error: { code: "upstream_timeout" } });
  });

  it("leaves a streamed answer alone once its head is here", async () => {
    const { transport } = scripted(
      [
        new Response(
          new ReadableStream({
            async start(controller) {
              await new Promise((resolve) => setTimeout(resolve, 30));
              controller.enqueue(new TextEncoder().encode("late"));
              controller.close();
            },
          }),
        ),
      ],
      { timeoutMs: 5 },
    );
    const result = await transport.send({ url });
    expect(result.ok && (await result.value.text())).toBe("late");
  });

  it("throws the reason of a caller who no longer waits, even between attempts", async () => {
    const controller = new AbortController();
    const { transport, calls } = scripted([throttled("5")], {
      sleep: () => {
        controller.abort(new Error("left"));
        return new Promise(() => {});
      },
    });
    const error = await transport
      .send({ url, signal: controller.signal })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ message: "left" });
    expect(calls).toHaveLength(1);
  });

  it("does not press an object that sheds load", async () => {
    const overloaded = Object.assign(new Error("overloaded"), { overloaded: true });
    const { transport, calls } = scripted([overloaded]);
    expect(await transport.send({ url })).toMatchObject({
      error: { code: "upstream_unavailable" },
    });
    expect(calls).toHaveLength(1);
  });
});

describe("send, answered by the connection itself", () => {
  it.each([
    ["waits out its cool-down", failure("throttled", "t", { retry_after: 3 }), "GET", [3000]],
    [
      "comes back after a token was recovered",
      failure("upstream_unavailable", "t", { retry_after: 1 }),
      "POST",
      [1000],
    ],
    ["repeats a read that it lost", failure("upstream_timeout", "t"), "GET", [0]],
    [
      "does not repeat a write that it lost",
      failure("upstream_unavailable", "t", { retry_after: 1, details: { outcome: "unknown" } }),
      "POST",
      [],
    ],
    [
      "does not ask again for a token that our own configuration prevents",
      failure("app_misconfigured", "t", { retry_after: 1 }),
      "GET",
      [],
    ],
    ["does not ask again where somebody has to act", failure("action_required", "t"), "GET", []],
  ] as const)("%s", async (_, own, method, expected) => {
    const { transport, waits } = scripted([errorResponse(own), new Response("yes")]);
    const result = await transport.send({ url, method });
    expect(waits).toEqual(expected);
    expect(result).toMatchObject(expected.length === 0 ? { ok: false, error: own } : { ok: true });
  });
});

describe("an error of our own", () => {
  const relayed = new Set(["throttled", "upstream_unavailable", "upstream_timeout"]);
  const aboutUs = (Object.keys(errorStatuses) as ErrorCode[]).filter((code) => !relayed.has(code));
  const own = (code: ErrorCode) =>
    failure(code, `${code} of ours`, {
      request_id: "r-1",
      retry_after: 1,
      remedy: { action: "fix_app", message: "Renew it.", since: "2026-11-28T00:00:00Z" },
      // An unknown outcome of a read would be tried again, were the error Microsoft's.
      details: { variable: "AZURE_CLIENT_SECRET", outcome: "unknown" },
    });

  it.each(aboutUs)(
    "that says %s about us is passed on as it is, and never retried",
    async (code) => {
      const reason = own(code);
      for (const step of [errorResponse(reason), new AzureError(reason)]) {
        const { transport, calls } = scripted([step, new Response("yes")]);
        expect(await transport.send({ url })).toEqual({ ok: false, error: reason });
        expect(calls).toHaveLength(1);
      }
    },
  );

  it("that a stub throws with its own properties alone is read like an AzureError", async () => {
    const reason = own("app_misconfigured");
    const remote = Object.assign(new Error(reason.message), { ...reason, status: 503 });
    const { transport, calls } = scripted([remote]);
    expect(await transport.send({ url })).toEqual({ ok: false, error: reason });
    expect(calls).toHaveLength(1);
  });

  it("that reports Microsoft's trouble is tried again, though it was thrown", async () => {
    const { transport, waits } = scripted([
      new AzureError(failure("throttled", "t", { retry_after: 2 })),
      new AzureError(failure("upstream_timeout", "t")),
      new Response("yes"),
    ]);
    expect((await transport.send({ url })).ok).toBe(true);
    expect(waits).toEqual([2000, 0]);
  });

  it("is Microsoft's where Microsoft itself was asked", async () => {
    const { transport } = scripted([errorResponse(own("app_misconfigured"))], {
      peer: microsoftItself,
      budgetMs: 0,
    });
    expect(await transport.send({ url })).toMatchObject({
      ok: false,
      error: {
        code: "upstream_unavailable",
        message: "Microsoft is not available at the moment.",
        details: { upstream_status: 503 },
      },
    });
  });
});

describe("sendJson", () => {
  it("reads a read again whose body broke off", async () => {
    const { transport, calls } = scripted([cutBody(), Response.json({ value: [1] })]);
    const result = await transport.sendJson({ url });
    expect(result.ok && result.value.body).toEqual({ value: [1] });
    expect(calls).toHaveLength(2);
  });

  it("takes an empty answer for no body", async () => {
    const { transport } = scripted([new Response(null, { status: 202 })]);
    const result = await transport.sendJson({ url, method: "POST" });
    expect(result.ok && result.value.body).toBe(undefined);
  });

  it("fails on an answer that is not JSON, without repeating it", async () => {
    const { transport } = scripted([new Response("<html>")]);
    expect(await transport.sendJson({ url })).toMatchObject({
      ok: false,
      error: { code: "upstream_error", details: { reason: "not_json" } },
    });
  });

  it.each([
    ["200,000 levels deep", () => new Response(deepJson())],
    ["cut in the middle", () => new Response('{"value":[')],
    ["of two documents", () => new Response("{}{}")],
    ["in another encoding", () => new Response(new Uint8Array([0xff, 0xfe, 0x7b, 0x00]))],
  ])("calls the outcome of a write unknown whose answer is JSON %s", async (_, answer) => {
    const { transport, calls } = scripted([answer()]);
    expect(await transport.sendJson({ url, method: "POST" })).toMatchObject({
      ok: false,
      error: { code: "upstream_error", details: { reason: "not_json", outcome: "unknown" } },
    });
    expect(calls).toHaveLength(1);
  });

  it.each([301, 302, 303, 307, 308])("takes a redirect by %i for no answer", async (status) => {
    const headers = { location: "https://evil.example/" };
    const { transport, calls } = scripted([new Response("{}", { status, headers })]);
    expect(await transport.sendJson({ url, method: "PUT" })).toMatchObject({
      ok: false,
      error: { code: "upstream_error", details: { reason: "redirect", outcome: "unknown" } },
    });
    expect(calls).toHaveLength(1);
  });

  it("takes a 304 for the answer to the caller's condition", async () => {
    const { transport } = scripted([new Response(null, { status: 304 })]);
    const result = await transport.sendJson({ url, headers: { "if-none-match": '"1"' } });
    expect(result.ok && result.value.response.status).toBe(304);
  });
});
