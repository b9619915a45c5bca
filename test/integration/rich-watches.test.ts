import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { LiveMessage } from "../../src/contract/connection-events.ts";
import type { Change, Watch } from "../../src/contract/watch.ts";
import type { Environment, EventPipeline } from "../../src/platform/env.ts";
import { carrierOfEachTest } from "./support/carrier.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { actorOf, connected, expectOk, newUser, signIn, type Stub } from "./support/connections.ts";
import { allKey, front, sessionOf } from "./support/front.ts";
import { watch as follow } from "./support/live.ts";
import { bindMetrics, recordPoints, type Row } from "./support/recorder.ts";
import { sandbox } from "./support/sandbox.ts";
import { changesOf, keptFor } from "./support/watching.ts";

const send = vi.fn<EventPipeline["send"]>();
const environment: Environment = env;
environment.EVENTS = { send };
environment.EVENTS_TYPES = "change.*";

const account = "ada@contoso.example";
const clock = clockOfEachTest();
const carrier = carrierOfEachTest();
const day = 24 * 60 * 60;

let points: Row[];
beforeEach(() => {
  points = recordPoints();
  send.mockReset();
  send.mockResolvedValue();
});
afterEach(async () => {
  bindMetrics(undefined);
  await sandbox.reset();
});

const rich = {
  resource: "me/mailFolders('inbox')/messages",
  changeTypes: ["created"],
  includeData: true,
  select: "subject,from",
} as const;

interface Part {
  resourceData: { id: string };
  encryptedContent: { data: string; dataSignature: string; encryptionCertificateId: string };
}
interface Body {
  value: [Part, ...Part[]];
  validationTokens: [string];
}

/** A watched inbox, the change of one message, and how Graph told of it. */
async function watched() {
  const { id, stub } = await connected(account);
  const made = expectOk(await stub.watch(rich));
  await sandbox.message({ user: account, subject: "Told once" });
  await changesOf(stub, 1);
  const [kept] = await keptFor(id);
  const url = kept?.notificationUrl ?? "";
  const told = carrier.current.carried.find((one) => one.url === url && one.body !== "");
  if (told === undefined) throw new Error("Graph told nothing");
  const copy = (): Body => JSON.parse(told.body);
  /** Posts it once more, as it would be of another message. */
  const repost = async (item: string, change: (body: Body) => void = () => {}) => {
    const body = copy();
    body.value[0].resourceData.id = item;
    change(body);
    return (await front(url, { method: "POST", body })).status;
  };
  return { id, stub, made, kept, copy, repost };
}

const everythingIn = (stub: Stub): Promise<string> =>
  runInDurableObject(stub, (_, { storage: { sql } }) =>
    sql
      .exec(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
      )
      .toArray()
      .map(({ name }) => JSON.stringify(sql.exec(`SELECT * FROM "${name}"`).toArray()))
      .join("\n"),
  );

/** How many parts of what Graph posted had an outcome. */
const counted = (outcome: string): number =>
  points
    .filter((point) => point["kind"] === "notification" && point["outcome"] === outcome)
    .reduce((sum, { notifications }) => sum + Number(notifications), 0);

const inClear = (item: string, changes: readonly Change[]) =>
  changes.find((change) => change.item === item);

/** Not the same at its beginning. */
const flipped = (base64: string) => `${base64[0] === "A" ? "B" : "A"}${base64.slice(1)}`;

describe("a watch with data", () => {
  test("is asked for over HTTP, and its changes bring the item to whoever follows them", async () => {
    const userId = newUser();
    const id = `user:${userId}`;
    const stub = actorOf(id);
    expectOk(await signIn(stub, account));
    const path = `/connections/${id}`;
    const body = {
      resource: "me/mailFolders/Inbox/messages",
      change_types: ["created"],
      include_data: true,
      select: "subject, from",
    };
    const made = await front(`${path}/watches`, { method: "POST", credential: allKey, body });
    expect(made.status).toBe(201);
    const { data: watch } = await made.json<{ data: Watch }>();
    expect(watch).toMatchObject({
      include_data: true,
      select: "subject,from",
      state: "active",
    });
    const minutes = (Date.parse(watch.expires_at ?? "") - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(1_430);
    expect(minutes).toBeLessThan(1_440);
    const [kept] = await keptFor(id);
    expect(kept).toMatchObject({
      resource: "me/mailFolders('inbox')/messages?$select=subject,from",
      includeResourceData: true,
    });

    const socket = await follow(stub, { changes: {} });
    await sandbox.message({ user: account, subject: "A word in private" });
    const [change] = await changesOf(stub, 1);
    expect(change?.data).toMatchObject({
      subject: "A word in private",
      from: { emailAddress: { address: expect.stringContaining("@") } },
    });
    const listed = await front(`${path}/changes`, { credential: allKey });
    expect((await listed.json<{ data: Change[] }>()).data).toEqual([change]);
    await expect.poll(() => (socket as LiveMessage[]).at(-1)).toEqual(change);
    const replayed = await follow(stub, { changes: { after: 0 } });
    await expect.poll(() => replayed.at(-1)).toEqual(change);
    const inPipeline = () =>
      send.mock.calls
        .flatMap(([records]) => records as readonly Change[])
        .filter(({ connection }) => connection === id);
    await expect.poll(inPipeline).toEqual([change]);

    const stored = await everythingIn(stub);
    expect(stored).toContain("k1.");
    expect(stored).toContain(change?.item);
    for (const secret of ["A word in private", "emailAddress", "BEGIN", "MIIEv"]) {
      expect(stored).not.toContain(secret);
    }
    const reader = await sessionOf(userId, ["connections:read"]);
    expect((await front(`${path}/changes`, { credential: reader })).status).toBe(403);
    const live = { credential: reader, headers: { upgrade: "websocket" } };
    expect((await front(`${path}/live?changes=1`, live)).status).toBe(403);
  });

  test.each([
    ["select", { resource: "me/messages", include_data: true }],
    ["select", { resource: "me/messages", select: "subject" }],
    ["select", { resource: "me/messages", include_data: true, select: "subject&x" }],
    ["include_data", { resource: "me/drive/root", include_data: true }],
    ["include_data", { resource: "me/messages", include_data: "yes" }],
  ])("is refused over HTTP by the name of %s: %j", async (field, asked) => {
    const { id } = await connected(account);
    const body = { change_types: ["updated"], ...asked };
    const options = { method: "POST", credential: allKey, body };
    const refused = await front(`/connections/${id}/watches`, options);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ code: "invalid_request", details: { field } });
    expect(await keptFor(id)).toEqual([]);
  });

  test("takes the place of the same without, and gives it back", async () => {
    const { id, stub } = await connected(account);
    const { includeData: _, select: __, ...plain } = rich;
    const first = expectOk(await stub.watch(plain));
    const second = expectOk(await stub.watch(rich));
    expect(second).toMatchObject({ id: first.id, state: "active", select: "subject,from" });
    expect(await keptFor(id)).toMatchObject([{ includeResourceData: true }]);
    await sandbox.message({ user: account, subject: "With data" });
    expect((await changesOf(stub, 1)).map(({ data }) => data)).toMatchObject([
      { subject: "With data" },
    ]);
    expect(expectOk(await stub.watch(rich))).toMatchObject({ id: first.id, state: "active" });
    const [kept] = await keptFor(id);
    const third = expectOk(await stub.watch({ ...rich, select: "subject" }));
    expect(third).toMatchObject({ id: first.id, state: "active", select: "subject" });
    const [replaced, ...others] = await keptFor(id);
    expect(others).toEqual([]);
    expect(replaced?.id).not.toBe(kept?.id);
    const last = expectOk(await stub.watch(plain));
    expect(last).not.toHaveProperty("include_data");
    expect(await keptFor(id)).toMatchObject([{ includeResourceData: null }]);
    const { events } = expectOk(await stub.events({ limit: 200 }));
    const gaps = events.flatMap(({ type, data }) => (type === "watch.gap" ? [data] : []));
    expect(gaps).toMatchObject(Array.from({ length: 3 }, () => ({ reason: "recreated" })));
  });

  test("asked for while the same without is being made leaves one subscription, with data", async () => {
    const { id, stub } = await connected(account);
    const { includeData: _, select: __, ...plain } = rich;
    await Promise.all([stub.watch(plain), stub.watch(rich)]);
    await vi.waitFor(async () => {
      await runDurableObjectAlarm(stub);
      expect(expectOk(await stub.watches())).toMatchObject([
        { state: "active", include_data: true, select: "subject,from" },
      ]);
      expect(await keptFor(id)).toMatchObject([{ includeResourceData: true }]);
    }, 6_000);
    await sandbox.message({ user: account, subject: "After both" });
    const changes = await changesOf(stub, 1);
    expect(changes.at(-1)?.data).toMatchObject({ subject: "After both" });
  });
});

describe("an item that Graph posts", () => {
  test("is taken with its change only where a token proves Graph", async () => {
    const { stub, repost } = await watched();
    expect(await repost("proven")).toBe(202);
    const forgeries: [string, (body: Body) => void][] = [
      ["no token", (body) => Object.assign(body, { validationTokens: [] })],
      ["no list", (body) => Object.assign(body, { validationTokens: undefined })],
      [
        "a changed signature",
        (body) => {
          const [token] = body.validationTokens;
          const at = token.lastIndexOf(".") + 1;
          body.validationTokens = [token.slice(0, at) + flipped(token.slice(at))];
        },
      ],
    ];
    for (const [item, forge] of forgeries) expect(await repost(item, forge)).toBe(202);
    expect(counted("dropped")).toBe(forgeries.length);
    const { changes } = expectOk(await stub.changes());
    expect(changes.map(({ item }) => item).slice(1)).toEqual(["proven"]);
    expect(inClear("proven", changes)?.data).toMatchObject({ subject: "Told once" });
  });

  test("that was changed on its way is never decrypted; its change and its siblings are kept", async () => {
    const { stub, copy, repost } = await watched();
    const decrypt = vi.spyOn(crypto.subtle, "decrypt");
    const names = () =>
      decrypt.mock.calls.map(([algorithm]) =>
        typeof algorithm === "string" ? algorithm : algorithm.name,
      );
    const status = await repost("changed", (body) => {
      body.value[0].encryptedContent.data = flipped(body.value[0].encryptedContent.data);
      const sibling = copy().value[0];
      sibling.resourceData.id = "sibling";
      const odd = copy().value[0];
      odd.resourceData.id = "odd";
      Object.assign(odd, { encryptedContent: "odd" });
      const unsigned = copy().value[0];
      unsigned.resourceData.id = "unsigned";
      Object.assign(unsigned.encryptedContent, { dataSignature: undefined });
      body.value.push(sibling, odd, unsigned);
    });
    expect(status).toBe(202);
    expect(names().filter((name) => name === "RSA-OAEP")).toHaveLength(2);
    expect(names().filter((name) => name === "AES-CBC")).toHaveLength(1);
    vi.restoreAllMocks();
    expect([counted("unread"), counted("dropped")]).toEqual([3, 0]);
    const { changes } = expectOk(await stub.changes());
    const items = changes.slice(1).map(({ item, data }) => [item, data !== undefined]);
    expect(items).toEqual([
      ["changed", false],
      ["sibling", true],
      ["odd", false],
      ["unsigned", false],
    ]);
  });

  test("is not acknowledged while Entra's keys cannot be had, and is kept when they can", async () => {
    const { stub, repost } = await watched();
    const [, payload = "", signature = ""] = await new Promise<string[]>((resolve) => {
      void repost("seen", (body) => resolve(body.validationTokens[0].split(".")));
    });
    const header = btoa(JSON.stringify({ alg: "RS256", typ: "JWT", kid: "of-tomorrow" }));
    const unknownKey = `${header.replaceAll("=", "")}.${payload}.${signature}`;
    const later = (body: Body) => {
      body.validationTokens = [unknownKey];
    };
    await sandbox.fault({
      match: { url: "/discovery/v2.0/keys" },
      times: 2,
      respond: { status: 503 },
    });
    expect(await repost("later", later)).toBe(503);
    expect(inClear("later", expectOk(await stub.changes()).changes)).toBeUndefined();
    expect(await repost("later")).toBe(202);
    const { changes } = expectOk(await stub.changes());
    expect(inClear("later", changes)?.data).toMatchObject({ subject: "Told once" });
  });

  test("is not kept, and not acknowledged, where it cannot be sealed", async () => {
    const { stub, repost } = await watched();
    vi.spyOn(crypto.subtle, "encrypt").mockRejectedValueOnce(new Error("no entropy"));
    expect(await repost("unsealed")).toBe(503);
    expect(await repost("unsealed")).toBe(202);
    const { changes } = expectOk(await stub.changes());
    expect(inClear("unsealed", changes)?.data).toMatchObject({ subject: "Told once" });
  });

  test("of a deleted message brings nothing, and its change is told", async () => {
    const { stub, repost } = await watched();
    const status = await repost("gone", (body) => {
      Object.assign(body.value[0], { encryptedContent: null, changeType: "deleted" });
      body.validationTokens = ["a.b.c"];
    });
    expect(status).toBe(202);
    const { changes } = expectOk(await stub.changes());
    expect(changes.at(-1)).toMatchObject({ type: "change.deleted", item: "gone" });
    expect(changes.at(-1)).not.toHaveProperty("data");
  });
});

describe("the key of a connection", () => {
  const keyIds = (stub: Stub) =>
    runInDurableObject(stub, (_, { storage: { sql } }) =>
      sql
        .exec("SELECT id FROM watch_key ORDER BY seq")
        .toArray()
        .map(({ id }) => String(id)),
    );

  test("is replaced at a renewal when it is old; the old one still opens what was sent before", async () => {
    const { id, stub, kept, repost } = await watched();
    const [old] = await keyIds(stub);
    expect(kept?.encryptionCertificateId).toBe(old);
    await runInDurableObject(stub, (_, { storage: { sql } }) => {
      sql.exec("UPDATE watch_key SET created_at = created_at - ?", 365 * day * 1_000);
    });
    await clock.advance(0.55 * day);
    await vi.waitFor(async () => {
      await runDurableObjectAlarm(stub);
      expect((await keptFor(id))[0]?.encryptionCertificateId).not.toBe(old);
    }, 6_000);
    const [same, next, ...more] = await keyIds(stub);
    expect([same, more]).toEqual([old, []]);
    const [renewed] = await keptFor(id);
    expect(renewed).toMatchObject({ id: kept?.id, encryptionCertificateId: next });
    await sandbox.message({ user: account, subject: "By the new key" });
    const changes = await changesOf(stub, 2);
    expect(changes.at(-1)?.data).toMatchObject({ subject: "By the new key" });
    // Its token has expired meanwhile: Graph gives a late delivery another.
    const fresh = carrier.current.carried.at(-1)?.body ?? "";
    const { validationTokens }: Body = JSON.parse(fresh);
    expect(await repost("late", (body) => Object.assign(body, { validationTokens }))).toBe(202);
    const { changes: all } = expectOk(await stub.changes());
    expect(inClear("late", all)?.data).toMatchObject({ subject: "Told once" });
  });

  test("that the deployment opens no more loses no change, and is replaced at once", async () => {
    const { id, stub: first, kept, repost } = await watched();
    const [lost] = await keyIds(first);
    await runInDurableObject(first, (_, { storage: { sql } }) => {
      sql.exec("UPDATE watch_key SET private_key = replace(private_key, 'k1.', 'k0.')");
    });
    // It still has the key in memory.
    await runInDurableObject(first, (_, ctx) => ctx.abort("restart")).catch(() => undefined);
    const stub = actorOf(id);
    expect(await repost("sealed")).toBe(202);
    await vi.waitFor(async () => {
      await runDurableObjectAlarm(stub);
      expect((await keptFor(id))[0]?.encryptionCertificateId).not.toBe(lost);
    }, 6_000);
    expect((await keptFor(id)).map((one) => one.id)).toEqual([kept?.id]);
    await sandbox.message({ user: account, subject: "By another key" });
    const changes = await changesOf(stub, 3);
    expect(inClear("sealed", changes)).not.toHaveProperty("data");
    expect(changes.at(-1)?.data).toMatchObject({ subject: "By another key" });
  });

  test("ends with the connection", async () => {
    const { stub } = await watched();
    expect(await keyIds(stub)).toHaveLength(1);
    expectOk(await stub.disconnect());
    expect(await keyIds(stub)).toEqual([]);
  });
});
