import { describe, expect, test } from "vitest";
import { findApiKey } from "../../../src/callers/api-key.ts";
import { mintApiKey } from "../../../src/callers/mint-api-key.ts";
import { apiKeys } from "../../../src/config/values.ts";

async function mint(id: string, scopes: readonly string[]) {
  const minted = await mintApiKey(id, scopes);
  if (!minted.ok) throw new Error(minted.error);
  return minted.value;
}

describe("minting an API key", () => {
  test("the key opens a deployment that holds its entry, and only that one", async () => {
    const backend = await mint("backend", ["graph:read", "arm:read"]);
    const other = await mint("backend", ["graph:read", "arm:read"]);
    const configured = apiKeys(JSON.stringify([backend.entry]));
    expect(configured).toEqual({ ok: true, value: [backend.entry] });
    expect(await findApiKey([backend.entry], backend.key)).toEqual(backend.entry);
    expect(await findApiKey([backend.entry], other.key)).toBeUndefined();
  });

  test("the entry holds no part of the key's secret", async () => {
    const { key, entry } = await mint("ci", ["admin"]);
    const secret = key.slice("azk_ci_".length);
    expect(secret).toHaveLength(43);
    expect(JSON.stringify(entry)).not.toContain(secret);
  });

  test.each([
    ["an id with an underscore", "my_key", ["admin"], /\[0\]\.id/],
    ["an empty id", "", ["admin"], /\[0\]\.id/],
    ["a scope that does not exist", "ci", ["graph"], /\[0\]\.scopes\[0\]/],
    ["no scope", "ci", [], /a scope/],
  ])("refuses %s", async (_, id, scopes, expected) => {
    const minted = await mintApiKey(id, scopes);
    expect(minted.ok ? "" : minted.error).toMatch(expected);
  });
});
