import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { Environment } from "../../src/platform/env.ts";
import { front, json } from "./support/front.ts";
import { callTool, mcp, toolNames } from "./support/mcp.ts";
import {
  authorizePath,
  Browser,
  letIn,
  newPkce,
  redeem,
  redirectUri,
  refresh,
  registered,
  resource,
  sentBack,
  tokens,
} from "./support/oauth-client.ts";

/** MCP clients whose user is the Microsoft account that signs in. */

(env as Environment).MCP_STANDALONE = "any";

const grace = "grace@contoso.example";

describe("a client that knows nothing but the address", () => {
  test("is led from the 401 to a token, and works with the account that signed in", async () => {
    const refused = await mcp("tools/list", {});
    expect(refused.status).toBe(401);
    const challenge = refused.headers.get("www-authenticate") ?? "";
    expect(challenge).toContain('scope="connections:read graph:read arm:read"');
    const metadataUrl = /resource_metadata="([^"]+)"/.exec(challenge)?.[1] ?? "";
    const metadata = await json(await front(new URL(metadataUrl).pathname));
    expect(metadata).toMatchObject({
      resource,
      authorization_servers: ["http://localhost:8787"],
      scopes_supported: ["connections:read", "graph:read", "arm:read"],
    });
    const server = await json(await front("/.well-known/oauth-authorization-server"));
    expect(server).toMatchObject({
      issuer: "http://localhost:8787",
      authorization_endpoint: "http://localhost:8787/oauth/authorize",
      token_endpoint: "http://localhost:8787/oauth/token",
      registration_endpoint: "http://localhost:8787/oauth/register",
      code_challenge_methods_supported: ["S256"],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
    });
    const { access, scope } = await letIn({ account: grace });
    expect(scope).toBe("connections:read graph:read arm:read");
    const { structured } = await callTool("connection_status", {}, { credential: access });
    expect(structured).toMatchObject({ status: "active", account: grace });
    expect(await toolNames({ credential: access })).toContain("connection_list");
  });
});
