import { expect, test } from "vitest";
import { mcpSignInOf, type McpSignIn } from "../../../src/config/mcp-sign-in.ts";

const one = "aaaaaaaa-0000-4000-8000-00000000000a";
const two = "bbbbbbbb-0000-4000-8000-00000000000b";
const url = "https://app.example/agents";

interface Given {
  url?: string;
  standalone?: string;
  tenant?: string;
  sandbox?: boolean;
}
const read = ({ url, standalone, tenant = "common", sandbox = false }: Given) =>
  mcpSignInOf(
    { MCP_SIGN_IN_URL: url, MCP_STANDALONE: standalone, AZURE_TENANT_ID: tenant },
    sandbox,
  );
const standalone = (tenants: "any" | string[]): McpSignIn => ({ kind: "standalone", tenants });

test.each<[string, Given, McpSignIn | undefined]>([
  ["nothing", {}, undefined],
  ["the host's page", { url }, { kind: "host", url }],
  ["any account", { standalone: "any" }, standalone("any")],
  ["tenants", { standalone: `${one.toUpperCase()}, ${two}` }, standalone([one, two])],
  ["its own tenant", { standalone: one, tenant: one.toUpperCase() }, standalone([one])],
  ["nothing in the sandbox", { sandbox: true }, standalone("any")],
  ["a tenant in the sandbox", { standalone: one, sandbox: true }, standalone([one])],
  ["the host's page in the sandbox", { url, sandbox: true }, { kind: "host", url }],
])("%s is read", (_, given, expected) => {
  expect(read(given)).toEqual({ ok: true, value: expected });
});

test.each<[string, Given]>([
  ["both", { url, standalone: "any" }],
  ["a domain", { standalone: "contoso.example" }],
  ["an empty entry", { standalone: `${one},` }],
  ["any among tenants", { standalone: `any,${one}` }],
  ["another tenant than the application's own", { standalone: `${one},${two}`, tenant: one }],
])("%s is refused", (_, given) => {
  expect(read(given)).toEqual({ ok: false, error: expect.stringMatching(/^must /) });
});
