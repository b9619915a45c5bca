import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { migrate } from "../../src/connection/tables/schema.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { actorOf, connected, expectOk, newUser, signIn, type Stub } from "./support/connections.ts";
import { watch } from "./support/live.ts";
import { sandbox } from "./support/sandbox.ts";
import { scripted, told, type Scripted } from "./support/scripted-microsoft.ts";
import { ownError } from "./support/own-error.ts";

const graph = "https://graph.microsoft.com/v1.0";
const arm = "https://management.azure.com";
const one = `${arm}/subscriptions/aaaaaaaa-1111-4000-8000-000000000001`;
const two = `${arm}/subscriptions/aaaaaaaa-1111-4000-8000-000000000002`;

const clock = clockOfEachTest();

const throttle = (headers: Record<string, string> = { "retry-after": "60" }) =>
  Response.json({ error: { code: "TooManyRequests" } }, { status: 429, headers });

/** `GET url`, or another method before it. */
type Line = string;
const callLine = ({ call }: Scripted, line: Line): Promise<Response> => {
  const [url = "", method = "GET"] = line.split(" ").toReversed();
  return call(url, { method });
};
const statusOf = async (response: Promise<Response>) => {
  const { status, body } = await response;
  await body?.cancel();
  return status;
};

describe("a 429", () => {
  const mailbox = `${graph}/me/messages`;
  const drive = `${graph}/me/drive/root`;
  const directory = `${graph}/users`;
  test.each<[Line, string, string, Line[], Line[]]>([
    [
      mailbox,
      "graph",
      "graph:mailbox:me",
      [`${graph}/me/events`, "https://graph.microsoft.com/beta/ME/calendar"],
      [drive, directory, `${graph}/users/grace@contoso.example/messages`],
    ],
    [
      `${graph}/users/grace@contoso.example/messages`,
      "graph",
      "graph:mailbox:grace@contoso.example",
      [`${graph}/users('GRACE@contoso.example')/events`],
      [mailbox, directory],
    ],
    [
      drive,
      "graph",
      "graph:drive:me",
      [`POST ${graph}/me/drive/items/1/copy`],
      [mailbox, directory],
    ],
    [
      `${graph}/drives/b!1/root`,
      "graph",
      "graph:drive:b!1",
      [`${graph}/me/drives/b!1/items`],
      [drive],
    ],
    [directory, "graph", "graph", [`${graph}/me`, `POST ${graph}/$batch`], [mailbox, drive]],
    [`POST ${graph}/$batch`, "graph", "graph", [directory], [mailbox, drive]],
    [
      `${one}/resourceGroups`,
      "arm",
      "arm:aaaaaaaa-1111-4000-8000-000000000001:read",
      [`HEAD ${one.toUpperCase().replace("HTTPS", "https")}/resources`],
      [
        `PUT ${one}/resourceGroups/a`,
        `DELETE ${one}/resourceGroups/a`,
        `${two}/resources`,
        `${arm}/subscriptions`,
      ],
    ],
    [
      `DELETE ${one}/resourceGroups/a`,
      "arm",
      "arm:aaaaaaaa-1111-4000-8000-000000000001:delete",
      [`DELETE ${one}/x`],
      [`${one}/x`, `PATCH ${one}/x`],
    ],
    [
      `${arm}/subscriptions`,
      "arm",
      "arm:tenant:read",
      [`${arm}/tenants`],
      [`POST ${arm}/x`, `${one}/x`],
    ],
    [
      "https://contoso-kv.vault.azure.net/secrets",
      "vault",
      "vault:contoso-kv",
      ["PUT https://contoso-kv.vault.azure.net/keys/k"],
      ["https://other-kv.vault.azure.net/secrets", directory],
    ],
    [
      "https://contosodata.blob.core.windows.net/a",
      "storage",
      "storage:contosodata",
      ["PUT https://contosodata.blob.core.windows.net/b"],
      ["https://otherdata.blob.core.windows.net/a"],
    ],
  ])("of %s stops %s: %s", async (throttled, service, appliesTo, stopped, going) => {
    const { stub } = await connected("ada@contoso.example", {
      scopes: [
        "https://vault.azure.net/user_impersonation",
        "https://storage.azure.com/user_impersonation",
      ],
    });
    await scripted(
      stub,
      (_, count) => (count === 1 ? throttle() : Response.json({})),
      async (microsoft) => {
        expect(await statusOf(callLine(microsoft, throttled))).toBe(429);
        for (const line of stopped) {
          const answer = await callLine(microsoft, line);
          expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "60"]);
          if (line.startsWith("HEAD")) continue;
          const { body } = await told(answer);
          expect(body).toMatchObject({
            retry_after: 60,
            details: { service, applies_to: appliesTo },
          });
        }
        expect(microsoft.asked).toHaveLength(1);
        for (const line of going) expect(await statusOf(callLine(microsoft, line))).toBe(200);
        await clock.advance(60);
        expect(await statusOf(callLine(microsoft, throttled))).toBe(200);
        const { events } = microsoft.parts.state.events.after(0, 200);
        const news = events.filter(({ type }) => type === "call.throttled");
        expect(news.map(({ data }) => data)).toEqual([
          { service, applies_to: appliesTo, until: expect.any(String) },
        ]);
      },
    );
  });

  test.each<[string, Record<string, string>, string, string]>([
    ["a fraction", { "retry-after": "2.1285" }, "3", "3"],
    ["milliseconds", { "retry-after-ms": "12.5" }, "1", "1"],
    ["a century", { "retry-after": "3155760000" }, "900", "900"],
    ["400 digits", { "retry-after": "9".repeat(400) }, "900", "900"],
    ["nothing", {}, "1", "1"],
    ["a word", { "retry-after": "soon" }, "1", "1"],
    ["a window", { "x-ms-user-quota-resets-after": "00:00:04.2" }, "5", "5"],
  ])("that asks for %s is waited for in whole, bounded seconds", async (_, headers, wait) => {
    const { stub } = await connected();
    await scripted(
      stub,
      () => throttle(headers),
      async ({ call, asked, parts }) => {
        expect(await statusOf(call(`${graph}/me`))).toBe(429);
        const local = await told(await call(`${graph}/me`));
        expect([asked.length, String(local.body["retry_after"])]).toEqual([1, wait]);
        const [cooldown] = parts.info().cooldowns;
        expect(Date.parse(cooldown?.until ?? "")).toBe(Date.now() + Number(wait) * 1_000);
      },
    );
  });

  test("stops a call, too, that waits for a new token meanwhile", async () => {
    const { stub } = await connected();
    await scripted(
      stub,
      (_, count) => (count === 1 ? new Response(null, { status: 401 }) : throttle()),
      async ({ call, asked }) => {
        const [waiting, throttled] = await Promise.all([call(one), call(one)]);
        expect(await told(waiting)).toMatchObject({ status: 429, mark: "throttled" });
        expect([throttled.status, throttled.headers.get("x-azure-error")]).toEqual([429, null]);
        expect(asked).toHaveLength(2);
      },
    );
  });

  test("that asks for nothing to wait for stops nothing", async () => {
    const { stub } = await connected();
    await scripted(
      stub,
      () => throttle({ "retry-after": "0" }),
      async ({ call, asked }) => {
        for (let round = 0; round < 2; round += 1) await statusOf(call(`${arm}/tenants`));
        expect(asked).toHaveLength(2);
      },
    );
  });

  test("says in its last moments that one more second is to be waited", async () => {
    const { stub } = await connected();
    await scripted(
      stub,
      () => throttle({ "retry-after": "2" }),
      async ({ call }) => {
        await statusOf(call(`${graph}/me`));
        await clock.advance(1.4);
        expect((await told(await call(`${graph}/me`))).body["retry_after"]).toBe(1);
      },
    );
  });
});

describe("cool-downs", () => {
  const rowsOf = (stub: Stub) =>
    runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("SELECT scope, service FROM cooldown ORDER BY scope").toArray(),
    );

  test("are at most 48, and those that are over are deleted", async () => {
    const { stub } = await connected();
    await scripted(
      stub,
      (_, count) => throttle({ "retry-after": String(Math.max(10, 100 - count)) }),
      async ({ call, parts }) => {
        for (let index = 0; index < 60; index += 1) {
          await statusOf(call(`${graph}/drives/d${index}/root`));
        }
        const { cooldowns } = parts.info();
        expect(cooldowns).toHaveLength(48);
        expect(cooldowns.map((open) => open.applies_to)).toContain("graph:drive:d59");
        await clock.advance(901);
        await statusOf(call(`${graph}/drives/last/root`));
      },
    );
    expect(await rowsOf(stub)).toEqual([{ scope: "graph:drive:last", service: "graph" }]);
  });

  test("outlive the object's memory", async () => {
    const { stub } = await connected();
    await sandbox.fault({
      match: { url: "/me/messages" },
      times: 1,
      respond: { status: 429, headers: { "retry-after": "30" }, body: {} },
    });
    await (await stub.fetch(`${graph}/me/messages`)).body?.cancel();
    await evictDurableObject(stub);
    const answer = await stub.fetch(`${graph}/me/messages`);
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "30"]);
    expect(await ownError(answer)).toMatchObject({ details: { applies_to: "graph:mailbox:me" } });
  });

  test("end with the account that they were of", async () => {
    const { stub } = await connected();
    await sandbox.fault({
      match: { url: "/me/messages" },
      times: 1,
      respond: { status: 429, headers: { "retry-after": "900" }, body: {} },
    });
    await (await stub.fetch(`${graph}/me/messages`)).body?.cancel();
    expect(expectOk(await stub.disconnect()).cooldowns).toEqual([]);
    expect(await rowsOf(stub)).toEqual([]);
    expectOk(await signIn(stub, "grace@contoso.example"));
    expect(await statusOf(stub.fetch(`${graph}/me/messages`))).toBe(200);
  });

  test("are sent to sockets with what they apply to", async () => {
    const { stub } = await connected();
    const messages = await watch(stub);
    await sandbox.fault({
      match: { url: "/me/drive" },
      times: 1,
      respond: { status: 429, headers: { "retry-after": "5" }, body: {} },
    });
    await (await stub.fetch(`${graph}/me/drive`)).body?.cancel();
    await expect
      .poll(() => messages.at(-1))
      .toMatchObject({
        type: "call.throttled",
        data: { service: "graph", applies_to: "graph:drive:me" },
      });
  });

  test("of an earlier version are kept, for the whole service, and so are their events", async () => {
    const id = `user:${newUser()}`;
    const until = Date.now() + 300_000;
    await runInDurableObject(actorOf(id), (_, { storage }) => {
      // As the tables were when a cool-down was of a service.
      migrate(storage, 0, 3);
      const data = JSON.stringify({ service: "arm", until: new Date(until).toISOString() });
      storage.sql.exec(
        "INSERT INTO grant (id, status, created_at, updated_at) VALUES (1, 'disconnected', 0, 0)",
      );
      for (const service of ["arm", "graph"]) {
        storage.sql.exec("INSERT INTO cooldown VALUES (?, ?, 'throttled')", service, until);
      }
      storage.sql.exec("INSERT INTO event VALUES (1, 'old', 'call.throttled', 0, ?)", data);
    });
    await evictDurableObject(actorOf(id));
    const stub = actorOf(id);
    const info = expectOk(await stub.info());
    expect(info.cooldowns.map(({ service, applies_to: scope }) => [service, scope])).toEqual([
      ["arm", "arm"],
      ["graph", "graph"],
    ]);
    expect(expectOk(await stub.events()).events.map((event) => event.data)).toEqual([
      { service: "arm", applies_to: "arm", until: new Date(until).toISOString() },
    ]);
    const statuses = [`${one}/x`, `${two}/x`, `${graph}/me`, `${graph}/me/messages`].map((url) =>
      statusOf(stub.fetch(url)),
    );
    // Nobody is signed in: what does not wait asks for that.
    expect(await Promise.all(statuses)).toEqual([429, 429, 429, 424]);
  });
});
