import { expect, test } from "vitest";
import type { Scope } from "../../../src/contract/scope.ts";
import {
  baselineScopes,
  grantableScopes,
  isOptional,
  mcpScopes,
  scopeInWords,
} from "../../../src/oauth/mcp-scopes.ts";

const reads = ["connections:read", "graph:read", "arm:read"];

test.each<[string, readonly string[], readonly string[]]>([
  ["nothing", [], reads],
  ["what nobody gives", ["admin", "tokens:read"], reads],
  ["what is no scope of ours", ["offline_access", "openid"], reads],
  ["one read", ["graph:read"], ["graph:read"]],
  ["a write", ["graph:write", "graph:read"], ["graph:read", "graph:write"]],
  ["all", [...mcpScopes, "admin"], [...mcpScopes]],
])("a client that asks for %s may get", (_, asked, given) => {
  expect(grantableScopes(asked)).toEqual(given);
});

test("no client gets what no user has", () => {
  const never: ReadonlySet<Scope> = new Set(["admin", "tokens:read"]);
  expect(mcpScopes.filter((scope) => never.has(scope))).toEqual([]);
});

test("a person can leave out every scope beyond the baseline, and knows each by its words", () => {
  expect(mcpScopes.filter((scope) => !isOptional(scope))).toEqual(baselineScopes);
  const words = mcpScopes.map(scopeInWords);
  expect(new Set(words).size).toBe(mcpScopes.length);
  // The end of "It may …".
  expect(words.filter((text) => !/^[a-z].*[a-z]$/.test(text))).toEqual([]);
});
