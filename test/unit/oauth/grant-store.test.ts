import { describe, expect, test } from "vitest";
import type { Entry, EntryChange, ListedEntry } from "../../../src/oauth/grant-entries.ts";
import { GrantStore, objectOfKey } from "../../../src/oauth/grant-store.ts";
import type { GrantsRpc } from "../../../src/oauth/mcp-grants.ts";
import { retiredBy, retiredKeyOf } from "../../../src/oauth/retired-tokens.ts";

const id = "A".repeat(16);
const hash = "0".repeat(64);
const now = 1_800_000_000_000;

test.each([
  [`client:${id}`, `client:${id}`],
  ["client:https://client.example/metadata.json", undefined],
  ["client:short", undefined],
  [`client:${"x".repeat(5_000)}`, undefined],
  [`grant:ada:${id}`, "user:ada"],
  ["grant:ada:", "user:ada"],
  [`token:ada:${id}:${hash}`, "user:ada"],
  [`token:ada:${id}:`, "user:ada"],
  [`retired:ada:${id}:${hash}`, "user:ada"],
  [`token:ada:${id}:${hash}:more`, undefined],
  [`token:a b:${id}:${hash}`, undefined],
  [`token:${"a".repeat(129)}:${id}:${hash}`, undefined],
  ["token:ada:grant:x", undefined],
  [`transaction:${hash}`, `transaction:${hash}`],
  ["transaction:", undefined],
  [`client-assertion-jti:${hash}`, `client-assertion-jti:${hash}`],
  ["other:x", undefined],
  ["", undefined],
])("the key %.60j lives in %j", (key, name) => {
  expect(objectOfKey(key)).toBe(name);
});

/** Objects as maps, that count versions as the real ones do. */
function objects() {
  const asked: { name: string; creates: boolean }[] = [];
  const all = new Map<string, Map<string, EntryChange & { version: number }>>();
  const open = async (name: string, { creates }: { creates: boolean }): Promise<GrantsRpc> => {
    asked.push({ name, creates });
    const rows = all.get(name) ?? new Map<string, EntryChange & { version: number }>();
    all.set(name, rows);
    return {
      read: async (key): Promise<Entry | undefined> => rows.get(key),
      async write(change) {
        const version = rows.get(change.key)?.version ?? 0;
        if (change.expected !== undefined && change.expected !== version) return false;
        rows.set(change.key, { ...change, version: version + 1 });
        return true;
      },
      remove: async (key) => rows.delete(key),
      async extend(key, expiresAt) {
        const row = rows.get(key);
        if (row !== undefined) row.expiresAt = Math.max(row.expiresAt ?? 0, expiresAt);
      },
      list: async (prefix, limit, after = ""): Promise<ListedEntry[]> =>
        [...rows.values()]
          .filter(({ key }) => key.startsWith(prefix) && key > after)
          .toSorted((a, b) => a.key.localeCompare(b.key))
          .slice(0, limit),
    };
  };
  return { asked, all, store: () => new GrantStore(open, () => now) };
}

describe("the store", () => {
  test("asks no object for a key that cannot be there", async () => {
    const { asked, store } = objects();
    expect(await store().get("token:a b:c")).toBeNull();
    expect(await store().list({ prefix: "client:" })).toEqual({ keys: [], list_complete: true });
    await store().delete("nothing:at:all");
    expect(asked).toEqual([]);
  });

  test("lets a question make nothing, and a write make what is not there", async () => {
    const { asked, store } = objects();
    await store().get(`client:${id}`);
    await store().put(`client:${id}`, "{}");
    expect(asked.map(({ creates }) => creates)).toEqual([false, true]);
  });

  test("refuses a request that another one overtook", async () => {
    const { store } = objects();
    const key = `grant:ada:${id}`;
    await store().put(key, `{"n":1}`);
    const [one, other] = [store(), store()];
    expect(await one.get(key, { type: "json" })).toEqual({ n: 1 });
    await other.get(key);
    await other.put(key, `{"n":2}`);
    const error = await one.put(key, `{"n":3}`).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "temporarily_unavailable", statusCode: 503 });
    expect(await store().get(key)).toBe(`{"n":2}`);
    // One request may write twice.
    await other.put(key, `{"n":4}`);
    expect(await store().get(key)).toBe(`{"n":4}`);
  });

  test("gives a key that nobody had to one request alone", async () => {
    const { store } = objects();
    const key = `client-assertion-jti:${hash}`;
    const [one, other] = [store(), store()];
    await Promise.all([one.get(key), other.get(key)]);
    await one.put(key, "1");
    expect(await other.put(key, "1").catch(() => "refused")).toBe("refused");
  });

  test("uses a step of a sign-in up once", async () => {
    const { store } = objects();
    const key = `transaction:${hash}`;
    await store().put(key, "sealed", { expirationTtl: 600 });
    await store().delete(key);
    const error = await store()
      .delete(key)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "invalid_request" });
  });

  test("lists page by page, with what was kept for the list", async () => {
    const { store } = objects();
    for (const letter of ["A", "B", "C"]) {
      const options = { metadata: { clientId: letter } };
      await store().put(`grant:ada:${letter.repeat(16)}`, "{}", options);
    }
    const first = await store().list({ prefix: "grant:ada:", limit: 2 });
    expect(first.keys).toMatchObject([
      { name: `grant:ada:${"A".repeat(16)}`, metadata: { clientId: "A" } },
      { name: `grant:ada:${"B".repeat(16)}` },
    ]);
    expect(first.list_complete).toBe(false);
    const last = await store().list({ prefix: "grant:ada:", limit: 2, cursor: first.cursor });
    expect(last).toMatchObject({ keys: [{ metadata: { clientId: "C" } }], list_complete: true });
  });

  test("keeps a registration as long as a grant of it", async () => {
    const { all, store } = objects();
    await store().put(`client:${id}`, "{}", { expirationTtl: 86_400 });
    const expiry = () => all.get(`client:${id}`)?.get(`client:${id}`)?.expiresAt;
    expect(expiry()).toBe(now + 86_400_000);
    const month = now / 1_000 + 30 * 86_400;
    const metadata = { clientId: id };
    await store().put(`grant:ada:${id}`, "{}", { expiration: month, metadata });
    expect(expiry()).toBe(month * 1_000);
    await store().put(`grant:ada:${id}`, "{}", { expirationTtl: 600, metadata });
    expect(expiry()).toBe(month * 1_000);
  });
});

describe("a refresh token that was replaced", () => {
  const grant = (refreshTokenId?: string, previousRefreshTokenId?: string) =>
    JSON.stringify({ id: "g", refreshTokenId, previousRefreshTokenId });

  test.each([
    ["a first one", grant(), grant("a"), []],
    ["a second, while the first still works", grant("a"), grant("b", "a"), []],
    ["a third", grant("b", "a"), grant("c", "b"), ["a"]],
    ["another second, by the first once more", grant("b", "a"), grant("c", "a"), ["b"]],
    ["the same", grant("b", "a"), grant("b", "a"), []],
    ["what is no grant", "1", "sealed", []],
  ])("is known after %s", (_, before, after, retired) => {
    expect(retiredBy(before, after)).toEqual(retired);
  });

  test("is kept by its hash, beside its grant", async () => {
    const found = await retiredKeyOf(`ada:${id}:${"s".repeat(32)}`);
    expect(found).toMatchObject({ userId: "ada", grantId: id });
    expect(found?.key).toMatch(new RegExp(`^retired:ada:${id}:[0-9a-f]{64}$`));
    expect(await retiredKeyOf("azk_a_b")).toBeUndefined();
    expect(await retiredKeyOf("a:b:c:d")).toBeUndefined();
  });
});
