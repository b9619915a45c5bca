import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { findApiKey, parseApiKey } from "../../../src/callers/api-key.ts";
import type { ApiKey } from "../../../src/config/config.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const keys: ApiKey[] = [
  { id: "one", sha256: sha256("first"), scopes: ["graph:read"] },
  { id: "two", sha256: sha256("se_co_nd").toUpperCase(), scopes: [] },
];

test.each([
  ["azk_one_first", { id: "one", secret: "first" }],
  ["azk_one_with_underscores", { id: "one", secret: "with_underscores" }],
  ["azk_one_", undefined],
  ["azk__first", undefined],
  ["azk_one", undefined],
  ["one_first", undefined],
  ["AZK_one_first", undefined],
])("%s reads as %o", (token, expected) => {
  expect(parseApiKey(token)).toEqual(expected);
});

test.each([
  ["azk_one_first", "one"],
  ["azk_two_se_co_nd", "two"],
])("%s opens the key %s", async (token, id) => {
  expect((await findApiKey(keys, token))?.id).toBe(id);
});

test.each([
  "azk_one_se_co_nd",
  "azk_two_first",
  "azk_three_first",
  "azk_one_First",
  "azk_one_",
  `azk_one_${sha256("first")}`,
  "azk_",
])("%s opens nothing", async (token) => {
  expect(await findApiKey(keys, token)).toBeUndefined();
});

test("an empty secret's hash does not make a key of a token without one", async () => {
  const empty: ApiKey[] = [{ id: "none", sha256: sha256(""), scopes: ["admin"] }];
  expect(await findApiKey(empty, "azk_none_")).toBeUndefined();
  expect(
    await findApiKey([{ id: "x", sha256: "0".repeat(64), scopes: [] }], "azk_y_z"),
  ).toBeUndefined();
});
