import { runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, describe, expect, test, vi } from "vitest";
import { carrierOfEachTest } from "./support/carrier.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { connected, expectOk, type Stub } from "./support/connections.ts";
import { allKey, front } from "./support/front.ts";
import { sandbox } from "./support/sandbox.ts";
import { changesOf, gapsOf, keptFor, only } from "./support/watching.ts";

const account = "ada@contoso.example";
const clock = clockOfEachTest();
carrierOfEachTest();
const day = 24 * 60 * 60;
const mailbox = { resource: "me/messages", changeTypes: ["created"] } as const;

afterEach(async () => {
  await sandbox.reset();
});

type Answer =
  | { status: number; headers?: Record<string, string>; body?: unknown }
  | "cut"
  | "reset";

/** What an odd Graph does to requests for subscriptions. */
async function oddly(method: string, answer: Answer, isDone: boolean, times = 1): Promise<void> {
  await sandbox.fault({
    match: { url: "/subscriptions", method },
    times,
    ...(isDone && { after_commit: true as const }),
    ...(answer === "cut" && { cut: true as const }),
    ...(answer === "reset" && { reset: true as const }),
    ...(typeof answer === "object" && { respond: { headers: {}, ...answer } }),
  });
}

/** Lets minutes go by until the one watch is active. @returns how many subscriptions Graph keeps for it */
const settled = (id: string, stub: Stub): Promise<number> =>
  vi.waitFor(async () => {
    await clock.advance(60);
    await runDurableObjectAlarm(stub);
    expect((await only(stub)).state).toBe("active");
    return (await keptFor(id)).length;
  }, 8_000);

const html = "<html><script>alert(1)</script></html>";
const odd: [string, Answer][] = [
  ["201 without a body", { status: 201 }],
  ["201 without an id", { status: 201, body: { resource: "me/messages" } }],
  ["201 with a number for its id", { status: 201, body: { id: 7 } }],
  ["201 with an id of 10 KB", { status: 201, body: { id: "x".repeat(10_000) } }],
  ["201 of a list", { status: 201, body: [{ id: "s" }] }],
  ["200 of HTML", { status: 200, headers: { "content-type": "text/html" }, body: html }],
  ["200 of an error", { status: 200, body: { error: { code: "x", message: "y" } } }],
  ["202", { status: 202 }],
  ["204", { status: 204 }],
  ["302 elsewhere", { status: 302, headers: { location: "https://evil.example/" } }],
  ["500 of HTML", { status: 500, body: html }],
  ["503 with half a second", { status: 503, headers: { "retry-after": "0.5" } }],
  ["503 with years", { status: 503, headers: { "retry-after": "999999999999" } }],
  ["503 with a word", { status: 503, headers: { "retry-after": "soon" } }],
  ["409 of HTML", { status: 409, body: html }],
  ["400 of validation", { status: 400, body: { error: { code: "ValidationError", message: 7 } } }],
  ["half a body", "cut"],
  ["no body", "reset"],
];

describe("a subscription is asked for until it is there, once, where Graph's answer is", () => {
  test.each(odd)("%s and it was made", async (_, answer) => {
    const { id, stub } = await connected(account);
    await oddly("POST", answer, true);
    expectOk(await stub.watch(mailbox));
    expect(await settled(id, stub)).toBe(1);
    await sandbox.message({ user: account });
    expect(await changesOf(stub, 1)).toHaveLength(1);
  });

  test.each(odd)("%s and it was not", async (_, answer) => {
    const { id, stub } = await connected(account);
    await oddly("POST", answer, false, 2);
    expectOk(await stub.watch(mailbox));
    expect(await settled(id, stub)).toBe(1);
  });
});

describe("a renewal loses nothing where Graph's answer is", () => {
  test.each<[string, Answer, boolean]>([
    ...odd.map(([name, answer]): [string, Answer, boolean] => [name, answer, true]),
    ["200 of another subscription", { status: 200, body: { id: "another" } }, false],
  ])("%s", async (_, answer, isDone) => {
    const { id, stub } = await connected(account);
    expectOk(await stub.watch(mailbox));
    const [kept] = await keptFor(id);
    await clock.advance(3.6 * day);
    await oddly("PATCH", answer, isDone);
    await vi.waitFor(async () => {
      await clock.advance(60);
      await runDurableObjectAlarm(stub);
      const watch = await only(stub);
      expect(watch).not.toHaveProperty("error");
      expect(Date.parse(watch.expires_at ?? "") / 1_000).toBeGreaterThan(
        Date.now() / 1_000 + 6 * day,
      );
    }, 8_000);
    expect((await keptFor(id)).map((one) => one.id)).toEqual([kept?.id]);
    expect(await gapsOf(stub)).toEqual([]);
  });
});

test.each([
  "me/messages/\u0000",
  "\u{1f4ec}".repeat(256),
  "me/mailFolders('\u{1f4ec}')/messages",
  "me/mailFolders('')/messages",
  'me/mailFolders("inbox")/messages',
  "me/messages;drop table watch",
  "me/messages'--",
  "me/messages/$count",
  "me/../me/messages",
  "users('a')/../messages",
  "me/messages%2f..",
  "%6de/messages",
  "__proto__/constructor",
  "me:/messages",
  "graph.microsoft.com/v1.0/me",
  `me/${"a/".repeat(254)}`,
  "ME",
  "\u202eme/messages",
])("a watch of %j is refused, or judged by Graph, and never fails", async (resource) => {
  const { id, stub } = await connected(account);
  const path = `/connections/${id}/watches`;
  const body = { resource, change_types: ["created"] };
  const made = await front(path, { method: "POST", credential: allKey, body });
  expect([201, 202, 400]).toContain(made.status);
  const listed = await front(path, { credential: allKey });
  expect(listed.status).toBe(200);
  expect(await keptFor(id)).toEqual([]);
  expectOk(await stub.disconnect());
});
