import { createRequire } from "node:module";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { CLIENT_ID, CLIENT_SECRET } from "../sandbox/constants.ts";
import { startSandboxServer, type SandboxServer } from "../sandbox/server.ts";

/** An MCP server of somebody else's, unmodified, with a token that is brought along. */

const lokka = createRequire(import.meta.url).resolve("@merill/lokka/build/main.js");

/** Lokka knows Microsoft's host alone, which its process finds at the sandbox. */
const preload = ({ hostname, port }: URL) => `
  import http from "node:http";
  import https from "node:https";
  const own = https.request;
  https.request = (options, ...rest) => {
    if (options.hostname !== "graph.microsoft.com") return own(options, ...rest);
    const { method, headers, path } = options;
    const there = { hostname: "${hostname}", port: ${port}, path: "/graph" + path };
    return http.request({ method, headers, ...there }, ...rest);
  };`;

const answerSchema = z.object({
  isError: z.boolean().optional(),
  content: z.array(z.object({ text: z.string() })),
});

async function graphToken({ url }: SandboxServer): Promise<string> {
  const redirectUri = "http://localhost:8787/callback";
  const app = { client_id: CLIENT_ID, redirect_uri: redirectUri, scope: "User.Read Mail.Read" };
  const query = new URLSearchParams({
    ...app,
    response_type: "code",
    sandbox_account: "ada@contoso.example",
    sandbox_decision: "approve",
  });
  const redirect = await fetch(`${url}/common/oauth2/v2.0/authorize?${query}`, {
    redirect: "manual",
  });
  const code = new URL(redirect.headers.get("location") ?? "").searchParams.get("code") ?? "";
  const response = await fetch(`${url}/common/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      ...app,
      client_secret: CLIENT_SECRET,
      grant_type: "authorization_code",
      code,
    }),
  });
  return z.object({ access_token: z.string() }).parse(await response.json()).access_token;
}

describe("Lokka, given a token of the sandbox's", () => {
  let sandbox: SandboxServer;
  let client: Client;

  beforeAll(async () => {
    sandbox = await startSandboxServer({ port: 0, httpsPort: 0 });
    const redirect = preload(new URL(sandbox.url));
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: ["--import", `data:text/javascript,${encodeURIComponent(redirect)}`, lokka],
      env: { USE_CLIENT_TOKEN: "true", ACCESS_TOKEN: await graphToken(sandbox) },
      stderr: "ignore",
    });
    client = new Client({ name: "test", version: "1.0.0" });
    await client.connect(transport);
  });
  afterAll(async () => {
    await client.close();
    await sandbox.close();
  });

  const ask = async (path: string) => {
    const answer = await client.callTool({
      name: "Lokka-Microsoft",
      arguments: { apiType: "graph", path, method: "get", graphApiVersion: "v1.0" },
    });
    const { isError, content } = answerSchema.parse(answer);
    return { isError, text: content.map(({ text }) => text).join("\n") };
  };

  it("reads who the user is", async () => {
    const answer = await ask("/me");
    expect(answer.isError).not.toBe(true);
    expect(answer.text).toContain("Ada Lovelace");
  });

  it("hands on what Graph says of a permission that lacks", async () => {
    const answer = await ask("/me/drive/root/children");
    expect(answer).toMatchObject({ isError: true });
    expect(answer.text).toContain("403");
  });
});
