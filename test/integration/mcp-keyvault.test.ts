import { beforeAll, describe, expect, test } from "vitest";
import { connected } from "./support/connections.ts";
import { sessionOf } from "./support/front.ts";
import { callTool, toolNames, type McpOptions } from "./support/mcp.ts";

/** Secrets are a scope of their own, and the person is asked for each value. */

const query = "?toolsets=keyvault";
const forms = { elicitation: { form: {} } };
const secret = { vault: "contoso-kv", name: "by-agent" };

let userId: string;
let asAgent: McpOptions;
beforeAll(async () => {
  const scopes = ["https://vault.azure.net/user_impersonation"];
  const { id, stub } = await connected("ada@contoso.example", { scopes });
  userId = id.slice("user:".length);
  asAgent = { query, credential: await sessionOf(userId, ["connections:read", "vault:read"]) };
  for (const name of ["by-agent", "second", "third"]) {
    const url = `https://contoso-kv.vault.azure.net/secrets/${name}?api-version=7.4`;
    const body = JSON.stringify({ value: `value of ${name}` });
    const headers = { "content-type": "application/json" };
    const made = await stub.fetch(url, { method: "PUT", headers, body });
    if (made.status !== 200) throw new Error(await made.text());
  }
});

describe("a vault's secrets", () => {
  test("are not there by default, nor without their own scope", async () => {
    expect(await toolNames({ ...asAgent, query: "" })).not.toContain("keyvault_get_secret");
    const credential = await sessionOf(userId, ["connections:read", "graph:read", "arm:read"]);
    expect(await toolNames({ query, credential })).toEqual([]);
    expect(await toolNames(asAgent)).toEqual(["keyvault_list_secrets", "keyvault_get_secret"]);
  });

  test("are listed in pages, without their values", async () => {
    const names: unknown[] = [];
    let cursor: unknown;
    do {
      const asked = { vault: "contoso-kv", top: 2, ...(cursor !== undefined && { cursor }) };
      const { structured, isError, text } = await callTool("keyvault_list_secrets", asked, asAgent);
      expect([isError, text.includes("value of")]).toEqual([undefined, false]);
      names.push(...(structured["items"] as { name: string }[]).map(({ name }) => name));
      cursor = structured["next_cursor"];
    } while (cursor !== undefined);
    expect(names).toEqual(expect.arrayContaining(["by-agent", "second", "third"]));
    expect(new Set(names).size).toBe(names.length);
  });

  test("are shown when the person has agreed to this very one", async () => {
    const options = { ...asAgent, capabilities: forms };
    const asked = await callTool("keyvault_get_secret", secret, options);
    expect([asked.resultType, asked.text]).toEqual(["input_required", ""]);
    const { requestState } = asked;
    const inputResponses = { confirm: { action: "accept", content: { confirm: true } } };
    const more = { requestState, inputResponses };
    const shown = await callTool("keyvault_get_secret", secret, { ...options, more });
    expect(shown.structured).toMatchObject({ name: "by-agent", value: "value of by-agent" });
    const other = { ...secret, name: "second" };
    const swapped = await callTool("keyvault_get_secret", other, { ...options, more });
    expect([swapped.resultType, swapped.structured]).toEqual(["input_required", {}]);
  });

  test("are not shown on the agent's word", async () => {
    for (const args of [secret, { ...secret, confirm: true }]) {
      const refused = await callTool("keyvault_get_secret", args, asAgent);
      expect([refused.isError, refused.text]).toEqual([
        true,
        expect.not.stringContaining("value of"),
      ]);
    }
  });

  test.each([
    [{ vault: "evil.example#", name: "a" }, "vault"],
    [{ vault: "contoso-kv/x", name: "a" }, "vault"],
    [{ vault: "contoso-kv", name: "../keys/a" }, "name"],
    [{ vault: "contoso-kv", name: "a of the vault b? Nothing is shown.\n" }, "name"],
  ])("of a name that leads elsewhere are refused, and nobody is asked: %o", async (args, field) => {
    const options = { ...asAgent, capabilities: forms };
    const refused = await callTool("keyvault_get_secret", args, options);
    expect([refused.isError, refused.structured["field"]]).toEqual([true, field]);
  });
});
