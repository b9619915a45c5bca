import { runInDurableObject } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { carrierOfEachTest } from "./support/carrier.ts";
import { connected, expectOk } from "./support/connections.ts";
import { allKey, front } from "./support/front.ts";
import { bindMetrics, recordPoints, type Row } from "./support/recorder.ts";
import { sandbox } from "./support/sandbox.ts";
import { eventsOf, keptFor, only } from "./support/watching.ts";

carrierOfEachTest();
let points: Row[];
beforeEach(() => {
  points = recordPoints();
});
afterEach(async () => {
  bindMetrics(undefined);
  await sandbox.reset();
});

async function watched() {
  const { id, stub } = await connected();
  const watch = expectOk(await stub.watch({ resource: "me/messages", changeTypes: ["updated"] }));
  const [kept] = await keptFor(id);
  if (kept === undefined) throw new Error("Graph keeps nothing");
  const part = (item: string, more: object = {}) => ({
    subscriptionId: kept.id,
    clientState: kept.clientState,
    changeType: "updated",
    resource: `Users/1/Messages/${item}`,
    resourceData: { id: item, "@odata.etag": `W/"${item}"` },
    ...more,
  });
  const postText = async (body: string) => {
    const headers = { "content-type": "application/json" };
    const made = new Request(kept.notificationUrl, { method: "POST", body, headers });
    return (await exports.default.fetch(made)).status;
  };
  const post = (...value: unknown[]) => postText(JSON.stringify({ value }));
  const items = async () =>
    expectOk(await stub.changes({ limit: 1_000 })).changes.map(({ item }) => item);
  return { id, stub, watch, kept, part, post, postText, items };
}

const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

describe("a part that is odd", () => {
  test.each<[string, (part: (item: string, more?: object) => object) => string, string[]]>([
    ["is null", () => "null", []],
    ["is a number", () => "7", []],
    ["is a list", (part) => `[${JSON.stringify(part("x"))}]`, []],
    ["has no kind", (part) => JSON.stringify(part("x", { changeType: undefined })), []],
    [
      "has a kind that is unknown",
      (part) => JSON.stringify(part("x", { changeType: "moved" })),
      [],
    ],
    [
      "has a kind of the prototype",
      (part) => JSON.stringify(part("x", { changeType: "toString" })),
      [],
    ],
    ["has kinds in a list", (part) => JSON.stringify(part("x", { changeType: ["updated"] })), []],
    [
      "has its kind in capitals",
      (part) => JSON.stringify(part("x", { changeType: "UPDATED" })),
      ["x"],
    ],
    [
      "has null for its lifecycle",
      (part) => JSON.stringify(part("x", { lifecycleEvent: null })),
      ["x"],
    ],
    [
      "has nothing for its lifecycle",
      (part) => JSON.stringify(part("x", { lifecycleEvent: "" })),
      ["x"],
    ],
    [
      "has a number for its lifecycle",
      (part) => JSON.stringify(part("x", { lifecycleEvent: 7 })),
      ["x"],
    ],
    [
      "has a word of the prototype",
      (part) => JSON.stringify(part("x", { lifecycleEvent: "__proto__" })),
      [],
    ],
    [
      "is of another subscription by name",
      (part) => JSON.stringify(part("x", { subscriptionId: "other" })),
      ["x"],
    ],
    ["has a list for its secret", (part) => JSON.stringify(part("x", { clientState: ["x"] })), []],
    [
      "has a secret of 100 KB",
      (part) => JSON.stringify(part("x", { clientState: "x".repeat(100_000) })),
      [],
    ],
    [
      "has odd siblings of its id",
      (part) => `${JSON.stringify(part("x")).slice(0, -1)},"__proto__":{"id":"y"},"constructor":7}`,
      ["x"],
    ],
    [
      "has data of the prototype",
      (part) => JSON.stringify(part("x")).replace('"id":', '"__proto__":{"a":1},"id":'),
      ["x"],
    ],
    [
      "has an id of 1 MB",
      (part) => JSON.stringify(part("x", { resourceData: { id: "i".repeat(900_000) } })),
      ["Users/1/Messages/x"],
    ],
    [
      "has a number for its id",
      (part) => JSON.stringify(part("x", { resourceData: { id: 7 } })),
      ["Users/1/Messages/x"],
    ],
    [
      "has neither item nor path",
      (part) => JSON.stringify(part("x", { resourceData: null, resource: { a: 1 } })),
      ["me/messages"],
    ],
    [
      "has half a character for its id",
      (part) => JSON.stringify(part("x")).replace('"id":"x"', '"id":"\\ud800"'),
      ["Users/1/Messages/x"],
    ],
    [
      "nests very deep",
      (part) => JSON.stringify(part("x")).replace('"x"', deep(100_000)),
      ["Users/1/Messages/x"],
    ],
    [
      "has content where none was asked for",
      (part) => JSON.stringify(part("x", { encryptedContent: { data: 7 } })),
      ["x"],
    ],
  ])("because it %s does not void its siblings", async (_, odd, expected) => {
    const { id, stub, watch, part, postText, items } = await watched();
    const text = `{"value":[${JSON.stringify(part("a"))},${odd(part)},${JSON.stringify(part("b"))}]}`;
    expect(await postText(text)).toBe(202);
    expect(await items()).toEqual(["a", ...expected, "b"]);
    const listed = await front(`/connections/${id}/changes`, { credential: allKey });
    expect(listed.status).toBe(200);
    expect(await only(stub)).toMatchObject({ id: watch.id, state: "active" });
  });
});

describe("a body", () => {
  test.each([
    ["of nothing", ""],
    ["of half a list", '{"value":[{"changeType":"upd'],
    ["of a list", "[]"],
    ["of text", '"value"'],
    ["whose list is an object", '{"value":{"0":{}}}'],
    ["that nests without end", `{"value":${deep(400_000)}}`],
    ["of nothing but brackets", "[".repeat(1_000_000)],
    ["of bytes that are no text", "\ud800".repeat(1_000)],
  ])("%s is dropped and counted, and wakes nobody up again", async (_, text) => {
    const { postText, items, stub } = await watched();
    expect(await postText(text)).toBe(202);
    expect(await items()).toEqual([]);
    expect(await eventsOf(stub)).toEqual(["watch.active"]);
    expect(points.filter(({ outcome }) => outcome === "dropped")).toHaveLength(1);
  });

  test("of thousands of parts is kept in order, and what is too much opens a gap", async () => {
    const { post, part, stub } = await watched();
    const parts = Array.from({ length: 2_500 }, (_, at) => part(`${at}`, { resource: "r" }));
    expect(await post(...parts)).toBe(202);
    const { changes, truncated } = expectOk(await stub.changes({ limit: 1_000 }));
    expect(changes.map(({ item }) => item)).toEqual(
      Array.from({ length: 1_000 }, (_, at) => `${at + 500}`),
    );
    expect(truncated).toBe(true);
    expect(await eventsOf(stub)).toEqual(["watch.active", "watch.gap"]);
  });

  test("of words and changes heeds both, and each word once", async () => {
    const { post, part, items, stub } = await watched();
    const word = (lifecycleEvent: string) => part("w", { lifecycleEvent });
    const words = [word("missed"), word("missed"), word("somethingNew"), word("missed")];
    expect(await post(part("a"), ...words, part("b"))).toBe(202);
    expect(await items()).toEqual(["a", "b"]);
    expect(await eventsOf(stub)).toEqual(["watch.active", "watch.gap"]);
    expect(points.filter(({ outcome }) => outcome === "dropped")).toEqual([]);
  });
});

test("what is of a sibling's address, or of the subscription before, changes nothing", async () => {
  const { id, stub, kept, part } = await watched();
  expectOk(await stub.watch({ resource: "me/events", changeTypes: ["created"] }));
  const sibling = (await keptFor(id)).find((one) => one.id !== kept.id);
  if (sibling === undefined) throw new Error("there is no sibling");
  const post = (url: string, ...value: object[]) => front(url, { method: "POST", body: { value } });
  // The state of one at the address of the other.
  expect((await post(sibling.notificationUrl, part("crossed"))).status).toBe(202);
  await runInDurableObject(stub, (_, { storage: { sql } }) => {
    sql.exec("UPDATE watch SET incarnation = incarnation + 1");
  });
  expect((await post(kept.notificationUrl, part("of before"))).status).toBe(202);
  expect(expectOk(await stub.changes()).changes).toEqual([]);
});
