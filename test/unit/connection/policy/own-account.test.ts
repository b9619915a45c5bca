import { describe, expect, test } from "vitest";
import type { McpSignIn } from "../../../../src/config/mcp-sign-in.ts";
import { defined } from "../../../../src/contract/defined.ts";
import { ownAccountOf, selfConnecting } from "../../../../src/connection/policy/own-account.ts";

const objectId = "cccccccc-0000-4000-8000-00000000000c";
const tenantId = "aaaaaaaa-0000-4000-8000-00000000000a";
const other = "bbbbbbbb-0000-4000-8000-00000000000b";
const account = { objectId, tenantId };
const own = `user:${objectId}@${tenantId}`;

describe("the account that a connection's user is", () => {
  test.each<[string, string, typeof account | undefined]>([
    ["is read from its id", own, account],
    ["is the same in capitals", `user:${objectId.toUpperCase()}@${tenantId}`, account],
    ["is another one's where the user has labelled it", `${own}:work`, undefined],
    ["is unknown of an address", "user:ada@contoso.example", undefined],
    ["is unknown of an object id alone", `user:${objectId}`, undefined],
    ["is unknown with more behind it", `${own}@${other}`, undefined],
    ["is unknown with more before it", `user:x${objectId}@${tenantId}`, undefined],
    ["is unknown of a tenant", `tenant:${tenantId}`, undefined],
  ])("%s", (_, id, expected) => {
    expect(ownAccountOf(id)).toEqual(expected);
  });
});

describe("an account that connects itself", () => {
  const any: McpSignIn = { kind: "standalone", tenants: "any" };
  test.each<[string, McpSignIn | undefined, string, boolean]>([
    ["may where every account signs in", any, "common", true],
    ["may where its tenant signs in", { ...any, tenants: [other, tenantId] }, "common", true],
    ["may not where other tenants sign in", { ...any, tenants: [other] }, "common", false],
    ["may at its own tenant", any, tenantId.toUpperCase(), true],
    ["may not where another tenant alone is served", any, other, false],
    ["may not where the host knows the user", { kind: "host", url: "https://h" }, "common", false],
    ["may not where nobody signs in", undefined, "common", false],
  ])("%s", (_, mcpSignIn, tenant, expected) => {
    const found = selfConnecting({ ...defined({ mcpSignIn }), tenantId: tenant }, own);
    expect(found).toEqual(expected ? account : undefined);
  });

  test("may not by the connection of a user who is no account", () => {
    expect(selfConnecting({ mcpSignIn: any, tenantId: "common" }, "user:ada")).toBeUndefined();
  });
});
