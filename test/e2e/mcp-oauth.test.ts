import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { Server } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { closeAll, listenLocally } from "../sandbox/loopback.ts";
import { allowAgent } from "../support/allow-agent.ts";
import { startBrowser } from "../support/browser.ts";
import { freePorts, launch, type Launched } from "../support/launcher.ts";
import { startAgent, type Agent, type Person } from "../support/oauth-agent.ts";
import { signIn } from "../support/sign-in.ts";
import { projectRoot } from "../support/source-files.ts";

/** How an agent comes to work for a person: `npm start`, the SDK's client from npm, and a browser. */

const ada = "ada@contoso.example";
const patience = 60_000;
const key = { authorization: "Bearer azk_dev_sandbox" };

let browser: Browser;
let closeBrowser = async () => {};
beforeAll(async () => {
  ({ browser, close: closeBrowser } = await startBrowser());
});
afterAll(() => closeBrowser());

interface Running {
  url: string;
  close(): Promise<void>;
}

/** `npm start` on ports of its own. */
async function started(environment: Record<string, string> = {}): Promise<Running> {
  const [ports, state] = [await freePorts(), await mkdtemp(join(tmpdir(), "azure-mcp-oauth-"))];
  const launched: Launched = launch(ports, state, { environment });
  await launched.ready();
  return {
    url: `http://localhost:${ports.worker}`,
    async close() {
      launched.end();
      await launched.exited;
      await rm(state, { recursive: true, force: true });
    },
  };
}

async function newPage(): Promise<Page> {
  const context = await browser.newContext();
  context.setDefaultTimeout(patience);
  return context.newPage();
}

const button = (page: Page, name: string) => page.getByRole("button", { name });
const text = async (page: Page): Promise<string> => (await page.textContent("main")) ?? "";

const statusSchema = z.object({ status: z.string(), account: z.string().optional() });
const statusOf = (agent: Agent) =>
  agent.work(async (client) => {
    const { structuredContent } = await client.callTool({
      name: "connection_status",
      arguments: {},
    });
    return statusSchema.parse(structuredContent);
  });

const grantsSchema = z.object({
  data: z.array(z.object({ id: z.string(), client_name: z.string(), scopes: z.array(z.string()) })),
});
async function grantsOf(url: string, userId: string) {
  const query = new URLSearchParams({ user_id: userId }).toString();
  const response = await fetch(`${url}/mcp/grants?${query}`, { headers: key });
  return grantsSchema.parse(await response.json()).data;
}

describe("an agent whose person is a Microsoft account", () => {
  let worker: Running;
  let agent: Agent;
  const pages: string[] = [];
  const person: Person = async (address) => {
    const page = await newPage();
    await page.goto(address.href);
    pages.push(await allowAgent(page, "Ada Lovelace"));
    await page.context().close();
  };
  beforeAll(async () => {
    worker = await started();
    agent = await startAgent(`${worker.url}/mcp`, person);
  });
  afterAll(async () => {
    await agent.close();
    await worker.close();
  });

  test("is led from the 401 to consent and Microsoft, and works as that person", async () => {
    expect(await statusOf(agent)).toEqual({ status: "active", account: ada });
    expect(agent.opened).toHaveLength(1);
    expect(pages[0]).toContain("An agent of the tests");
    expect(pages[0]).toContain(ada);
    expect(agent.memory.tokens?.scope).toBe("connections:read graph:read arm:read");
    // Nothing of it is Microsoft's: the token says who its user is, and is random besides.
    expect(agent.memory.tokens?.access_token).toMatch(/^[0-9a-f-]{36}@[0-9a-f-]{36}:/);
  });

  test("asks for more when a tool needs it, and keeps what it had", async () => {
    const before = agent.opened.length;
    const watch = await agent.work((client) =>
      client.callTool({
        name: "watch_create",
        arguments: { resource: "me/mailFolders('inbox')/messages", change_types: ["created"] },
      }),
    );
    expect(watch.isError).toBeUndefined();
    const asked = agent.opened.at(-1)?.searchParams.get("scope")?.split(" ") ?? [];
    expect(agent.opened.length).toBe(before + 1);
    expect(asked).toEqual(
      expect.arrayContaining(["connections:read", "connections:write", "graph:read", "arm:read"]),
    );
    expect(pages.at(-1)).toContain("It may also disconnect your Microsoft account");
    expect(await statusOf(agent)).toMatchObject({ status: "active" });
  });

  test("renews its token by itself", async () => {
    const { tokens } = agent.memory;
    if (tokens === undefined) throw new Error("no tokens");
    const before = agent.opened.length;
    agent.memory.tokens = {
      ...tokens,
      access_token: tokens.access_token.replace(/.{8}$/, "AAAAAAAA"),
    };
    expect(await statusOf(agent)).toMatchObject({ status: "active" });
    expect(agent.opened.length).toBe(before);
    expect(agent.memory.tokens.refresh_token).not.toBe(tokens.refresh_token);
  });

  test("is cut off at once when its grant is revoked, and has to ask anew", async () => {
    const userId = agent.memory.tokens?.access_token.split(":")[0] ?? "";
    const grants = await grantsOf(worker.url, userId);
    expect(grants.map(({ client_name: name }) => name)).toEqual(["An agent of the tests"]);
    const query = new URLSearchParams({ user_id: userId }).toString();
    for (const { id } of grants) {
      const path = `/mcp/grants/${id}?${query}`;
      expect((await fetch(worker.url + path, { method: "DELETE", headers: key })).status).toBe(200);
    }
    const before = agent.opened.length;
    expect(await statusOf(agent)).toMatchObject({ status: "active" });
    expect(agent.opened.length).toBe(before + 1);
  });

  test("gets nothing when its person says no", async () => {
    let sent = "";
    const refused = await startAgent(`${worker.url}/mcp`, async (address) => {
      const page = await newPage();
      await page.goto(address.href);
      await button(page, "Grace Hopper").click();
      const [accept, deny] = [button(page, "Accept"), button(page, "Deny")];
      await accept.or(deny).first().waitFor();
      if (await accept.isVisible()) await accept.click();
      await deny.click();
      await page.getByText("You can close this page.").waitFor();
      sent = page.url();
      await page.context().close();
    });
    const error = await statusOf(refused).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(new URL(sent).searchParams.get("error")).toBe("access_denied");
    expect(refused.memory.tokens).toBeUndefined();
    await refused.close();
  });

  test("passes the authorization scenarios of the conformance suite", async () => {
    const { port, servers } = await listenLocally(() => createServer(), 0);
    await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
    const registered = await fetch(`${worker.url}/oauth/register`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        client_name: "Conformance",
        redirect_uris: [`http://127.0.0.1:${port}/callback`],
        token_endpoint_auth_method: "none",
      }),
    });
    const { client_id: clientId } = z
      .object({ client_id: z.string() })
      .parse(await registered.json());
    const folder = await mkdtemp(join(tmpdir(), "mcp-conformance-"));
    const suite = execFile(
      process.execPath,
      [
        join(projectRoot, "node_modules/@modelcontextprotocol/conformance/dist/index.js"),
        "authorization",
        `--url=${worker.url}`,
        `--client-id=${clientId}`,
        `--port=${port}`,
        `--resource=${worker.url}/mcp`,
        `--output-dir=${folder}`,
      ],
      { cwd: folder },
    );
    let output = "";
    const ended = new Promise((resolve) => suite.once("exit", resolve));
    const address = new Promise<string>((resolve) => {
      suite.stdout?.on("data", (chunk: string) => {
        output += chunk;
        const [found] = /^http\S+\/oauth\/authorize\?\S+/m.exec(output) ?? [];
        if (found !== undefined) resolve(found);
      });
    });
    const page = await newPage();
    await page.goto(await Promise.race([address, ended.then(() => "about:blank#ended")]));
    await button(page, "Ada Lovelace").click();
    await button(page, "Allow").click();
    expect([await ended, output]).toEqual([
      0,
      expect.stringContaining("Total: 3 passed, 0 failed"),
    ]);
    await page.context().close();
    await rm(folder, { recursive: true, force: true });
  });
});

describe("an agent whose person the host knows", () => {
  const userId = "ada-of-the-host";
  let worker: Running;
  let host: { url: string; servers: Server[] };
  /** How often the host's server has said who is signed in. */
  let told = 0;

  beforeAll(async () => {
    const { port, servers } = await listenLocally(
      () =>
        createServer(async (request, response) => {
          const state = new URL(request.url ?? "/", "http://localhost").searchParams.get("state");
          const answer = await fetch(`${worker.url}/mcp/sign-ins`, {
            method: "POST",
            headers: { ...key, "content-type": "application/json" },
            body: JSON.stringify({ state, user_id: userId }),
          });
          told += 1;
          const { data } = z
            .object({ data: z.object({ continue_url: z.string() }) })
            .parse(await answer.json());
          response.writeHead(302, { location: data.continue_url }).end();
        }),
      0,
    );
    host = { url: `http://localhost:${port}/agents`, servers };
    worker = await started({ MCP_SIGN_IN_URL: host.url });
    await signIn(worker.url, { userId });
  });
  afterAll(async () => {
    await worker.close();
    await closeAll(host.servers);
  });

  test("is let in by consent and the host's word, without Microsoft's page", async () => {
    let shown = "";
    const agent = await startAgent(`${worker.url}/mcp`, async (address) => {
      const page = await newPage();
      await page.goto(address.href);
      shown = await text(page);
      await button(page, "Allow").click();
      await page.getByText("You can close this page.").waitFor();
      await page.context().close();
    });
    expect(await statusOf(agent)).toEqual({ status: "active", account: ada });
    expect(shown).toContain("You sign in to your application next.");
    expect(agent.memory.tokens?.access_token.split(":")[0]).toBe(userId);
    expect(await grantsOf(worker.url, userId)).toHaveLength(1);
    expect(told).toBe(1);
    await agent.close();
  });

  test("is not let in by a state that a victim was sent to the host's page with", async () => {
    const [attacker, victim] = [await newPage(), await newPage()];
    const agent = await startAgent(`${worker.url}/mcp`, async (address) => {
      await attacker.goto(address.href);
      // The attacker keeps the state, and sends it to somebody who is signed in at the host.
      const leaving = attacker.waitForRequest((request) => request.url().startsWith(host.url));
      await attacker.route(`${host.url}**`, (route) => route.abort());
      await button(attacker, "Allow").click({ noWaitAfter: true });
      const answer = await victim.goto((await leaving).url());
      expect(answer?.status()).toBe(400);
      throw new Error("nobody comes back");
    });
    const error = await statusOf(agent).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: "nobody comes back" });
    expect(await text(victim)).toContain("not started in this browser");
    await Promise.all([attacker.context().close(), victim.context().close(), agent.close()]);
  });
});
