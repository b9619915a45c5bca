import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Environment } from "../../src/platform/env.ts";
import { mcp } from "./support/mcp.ts";
import {
  authorizePath,
  Browser,
  newPkce,
  redeem,
  redirectUri,
  refresh,
  sentBack,
} from "./support/oauth-client.ts";

/** Clients that are no registration, but a document at an address of theirs. */

(env as Environment).MCP_STANDALONE = "any";

const { fetch } = globalThis;
afterEach(() => {
  vi.restoreAllMocks();
});

/** An address of a client, and what is there. */
function published(document: object | (() => Response)): string {
  const clientId = `https://client.example/${crypto.randomUUID()}.json`;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (!url.startsWith("https://client.example/")) return fetch(input, init);
    if (typeof document === "function") return document();
    return Response.json(
      {
        client_id: url,
        client_name: "Published client",
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: "none",
        ...document,
      },
      { headers: { "cache-control": "no-store" } },
    );
  });
  return clientId;
}

describe("a client that names itself by the address of a document", () => {
  test("is let in without a registration, and shown by the host that published it", async () => {
    const [clientId, pkce, browser] = [published({}), await newPkce(), new Browser()];
    const page = await browser.signIn(authorizePath(clientId, pkce));
    expect(page).toContain("Let “Published client” act for you?");
    expect(page).toContain("It is published by client.example.");
    const back = sentBack(await browser.submit(page));
    const { status, body } = await redeem(clientId, back.get("code"), pkce);
    expect(status).toBe(200);
    const credential = String(body["access_token"]);
    expect((await mcp("tools/list", {}, { credential })).status).toBe(200);
    expect((await refresh(clientId, body["refresh_token"])).status).toBe(200);
  });

  test.each<[string, object | (() => Response)]>([
    ["names another client", { client_id: "https://client.example/other.json" }],
    ["knows another address alone", { redirect_uris: ["https://client.example/callback"] }],
    ["has no name", { client_name: "" }],
    ["runs a script", { redirect_uris: ["javascript:alert(1)", redirectUri] }],
    ["is too large", { client_name: "x".repeat(6_000) }],
    ["is not there", () => new Response("", { status: 404 })],
    ["is no JSON", () => new Response("<html>", { headers: { "content-type": "text/html" } })],
    ["sends elsewhere", () => Response.redirect("https://elsewhere.example/", 302)],
  ])("is not let in when its document %s", async (_, document) => {
    const browser = new Browser();
    const answer = await browser.open(authorizePath(published(document), await newPkce()));
    expect([answer.status, answer.headers.get("location"), browser.jar.names]).toEqual([
      400,
      null,
      [],
    ]);
  });

  test.each(["http://client.example/agent.json", "https://client.example"])(
    "is not let in as %s, which is no such address",
    async (clientId) => {
      published({});
      const answer = await new Browser().open(authorizePath(clientId, await newPkce()));
      expect(answer.status).toBe(400);
      expect(globalThis.fetch).not.toHaveBeenCalled();
    },
  );
});
