import { describe, expect, test } from "vitest";
import { connected } from "./support/connections.ts";
import { scripted, told } from "./support/scripted-microsoft.ts";

const graph = "https://graph.microsoft.com/v1.0";
const messages = `${graph}/me/messages`;
const vault = "https://contoso-kv.vault.azure.net/secrets?api-version=7.4";
const vaultScope = { scopes: ["https://vault.azure.net/user_impersonation"] };

/** Lets what is decided be told. */
const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 20));
const silence = () => undefined;

describe("a call that Microsoft does not answer", () => {
  test.each([
    ["a mailbox", "GET", messages, {}],
    ["the directory", "GET", `${graph}/users`, {}],
    ["a drive that is written to", "PUT", `${graph}/me/drive/root:/a.txt:/content`, {}],
    ["a subscription", "DELETE", "https://management.azure.com/subscriptions/s/x", {}],
    ["a vault", "GET", vault, vaultScope],
  ])("to %s (%s) ends after 62 seconds", async (_, method, url, options) => {
    const { stub } = await connected("ada@contoso.example", options);
    const answer = await scripted(stub, silence, async ({ call, asked, timer }) => {
      const small = { body: "x", headers: { "content-length": "1" } };
      const response = call(url, { method, ...(method === "PUT" && small) });
      await expect.poll(() => asked.length).toBe(1);
      timer.elapse(61_999);
      await settle();
      expect(timer.waiting).toBe(1);
      timer.elapse(1);
      return told(await response);
    });
    expect(answer).toMatchObject({
      status: 504,
      mark: "upstream_timeout",
      body: { code: "upstream_timeout", details: { reason: "timeout" } },
    });
    const { details } = answer.body as { details: Record<string, unknown> };
    expect(details["outcome"]).toBe(method === "GET" ? undefined : "unknown");
  });

  test.each([
    ["a length", 1024 * 1024, 62_000 + 32_000],
    ["no length", undefined, 62_000 + 512_000],
  ])("has longer for a body that streams, here with %s", async (_, length, patience) => {
    const { stub } = await connected();
    const answer = await scripted(stub, silence, async ({ call, asked, timer }) => {
      const { readable } = new TransformStream();
      const headers = length === undefined ? {} : { "content-length": String(length) };
      const response = call(`${graph}/me/drive/root:/a.bin:/content`, {
        method: "PUT",
        body: readable,
        headers,
      });
      await expect.poll(() => asked.length).toBe(1);
      timer.elapse(patience - 1);
      await settle();
      expect(timer.waiting).toBe(1);
      timer.elapse(1);
      return told(await response);
    });
    expect(answer.status).toBe(504);
  });

  test("after its token was renewed, or where it was redirected, ends likewise", async () => {
    const { stub } = await connected();
    const url = `${graph}/me/drive/root:/a.txt:/content`;
    const later = [
      () => Response.json({}, { status: 401 }),
      () => Response.redirect("https://contoso-my.sharepoint.com/a-file", 302),
    ];
    for (const first of later) {
      const answer = await scripted(
        stub,
        (_, count) => (count === 1 ? first() : undefined),
        async ({ call, asked, timer }) => {
          const response = call(url);
          await expect.poll(() => asked.length).toBe(2);
          timer.elapse(62_000);
          return told(await response);
        },
      );
      expect(answer).toMatchObject({ status: 504, mark: "upstream_timeout" });
    }
  });

  test("leaves no timer behind once the headers are here, however long the body takes", async () => {
    const { stub } = await connected();
    await scripted(
      stub,
      () => new Response(new TransformStream().readable),
      async ({ call, timer }) => {
        const response = await call(messages);
        expect([response.status, timer.waiting]).toEqual([200, 0]);
      },
    );
  });
});

describe("a mailbox that does not answer", () => {
  test("is waited for by a fifth call for ten seconds, which then learns that it was not sent", async () => {
    const { stub } = await connected();
    const answers = await scripted(stub, silence, async ({ call, asked, timer }) => {
      const stuck = Array.from({ length: 4 }, () => call(messages));
      await expect.poll(() => asked.length).toBe(4);
      const waiting = ["GET", "POST", "DELETE"].map((method) => call(messages, { method }));
      await expect.poll(() => timer.waiting).toBe(7);
      timer.elapse(10_000);
      const told3 = await Promise.all(waiting.map(async (response) => told(await response)));
      expect(asked).toHaveLength(4);
      timer.elapse(52_000);
      await Promise.all(stuck);
      return told3;
    });
    for (const answer of answers) {
      expect(answer).toEqual({
        status: 503,
        mark: "upstream_unavailable",
        body: {
          message: "Other calls to this mailbox are still under way; this one was not sent.",
          code: "upstream_unavailable",
          retry_after: 5,
          details: { reason: "mailbox_busy", applies_to: "graph:mailbox:me" },
        },
      });
    }
  });

  test("has room again when its calls are given up", async () => {
    const { stub } = await connected();
    await scripted(
      stub,
      (_, count) => (count <= 4 ? undefined : Response.json({})),
      async ({ call, asked, timer }) => {
        const stuck = Array.from({ length: 4 }, () => call(messages));
        await expect.poll(() => asked.length).toBe(4);
        timer.elapse(55_000);
        const next = call(messages);
        await settle();
        timer.elapse(7_000);
        expect((await next).status).toBe(200);
        expect((await Promise.all(stuck)).map(({ status }) => status)).toEqual([
          504, 504, 504, 504,
        ]);
      },
    );
  });

  test("holds up neither another mailbox nor a drive nor the directory", async () => {
    const { stub } = await connected();
    await scripted(
      stub,
      ({ url }) => (url.startsWith(messages) ? undefined : Response.json({})),
      async ({ call, asked, timer }) => {
        const stuck = Array.from({ length: 4 }, () => call(messages));
        await expect.poll(() => asked.length).toBe(4);
        const others = ["/users/grace@contoso.example/messages", "/me/drive/root", "/users"];
        for (const path of others) expect((await call(graph + path)).status).toBe(200);
        timer.elapse(62_000);
        await Promise.all(stuck);
      },
    );
  });

  test("is one mailbox by all of its names", async () => {
    const { stub, info } = await connected();
    await scripted(stub, silence, async ({ call, asked, timer }) => {
      const names = ["/me", `/users/${info.identity?.object_id}`, "/users('ADA@contoso.example')"];
      const calls = [...names, ...names].map((name) => call(`${graph}${name}/events`));
      await expect.poll(() => timer.waiting).toBe(6);
      expect(asked).toHaveLength(4);
      timer.elapse(10_000);
      timer.elapse(52_000);
      await Promise.all(calls);
    });
  });

  test("is left by who goes away, in flight and in the queue", async () => {
    const { stub } = await connected();
    await scripted(
      stub,
      (_, count) => (count <= 4 ? undefined : Response.json({})),
      async ({ call, asked, timer }) => {
        const gone = new AbortController();
        const { signal } = gone;
        const stuck = Array.from({ length: 4 }, () => call(messages, { signal }));
        await expect.poll(() => asked.length).toBe(4);
        const queued = call(messages, { signal });
        const patient = call(messages);
        await settle();
        gone.abort();
        expect((await patient).status).toBe(200);
        expect((await queued).status).toBe(503);
        await Promise.all(stuck);
        expect([asked.length, timer.waiting]).toEqual([5, 0]);
      },
    );
  });

  test("spares who waits a call when it asks to slow down meanwhile", async () => {
    const { stub } = await connected();
    await scripted(
      stub,
      (_, count) =>
        count === 1
          ? Response.json({}, { status: 429, headers: { "retry-after": "7" } })
          : undefined,
      async ({ call, asked, timer }) => {
        const calls = Array.from({ length: 5 }, () => call(messages));
        const fifth = await told((await Promise.all([calls[0], calls[4]]))[1] ?? new Response());
        expect(fifth).toMatchObject({ status: 429, body: { retry_after: 7 } });
        expect(asked).toHaveLength(4);
        timer.elapse(62_000);
        await Promise.all(calls);
      },
    );
  });
});
