import { mkdtemp, readFile, rm } from "node:fs/promises";
import { request } from "node:http";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket as NodeSocket } from "ws";
import * as z from "zod";
import { AzureClient } from "../../src/client/index.ts";
import { startBrowser } from "../support/browser.ts";
import { areFree, freePorts, launch, type Launched, type Ports } from "../support/launcher.ts";
import { control } from "../support/sandbox-control.ts";

/** What the README says to try, done as it says, on a machine that may be busy. */
const patience = 120_000;

let state: string;
let ports: Ports;
let started: Launched;
let browser: Browser;
let closeBrowser = async () => {};
let worker: string;
let sandbox: string;

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), "azure-start-"));
  ports = await freePorts();
  worker = `http://localhost:${ports.worker}`;
  sandbox = `http://localhost:${ports.sandbox}`;
  started = launch(ports, state);
  await started.ready();
  ({ browser, close: closeBrowser } = await startBrowser());
});

afterAll(async () => {
  started.end();
  await closeBrowser();
  await rm(state, { recursive: true, force: true });
});

const ada = { displayName: "Ada Lovelace", userPrincipalName: "ada@contoso.example" };
const key = { authorization: "Bearer azk_dev_sandbox" };

async function read(path: string): Promise<unknown> {
  const response = await fetch(`${worker}${path}`, { headers: key });
  return { status: response.status, body: await response.json() };
}

const live = () => `${worker.replace("http", "ws")}/connections/user:demo/live`;

/** A page of a browser nobody has used before. */
async function newPage(): Promise<Page> {
  const context = await browser.newContext();
  context.setDefaultTimeout(patience / 2);
  return context.newPage();
}

const heading = (page: Page) => page.getByRole("heading", { level: 1 });

async function chooseAccount(page: Page, userId: string, name: string): Promise<void> {
  await page.goto(`${worker}/connect?user_id=${userId}`);
  await page.getByRole("button", { name }).click();
}

describe("npm start", () => {
  it("says what to open and what to ask", () => {
    expect(started.output()).toContain(`${worker}/connect?user_id=demo`);
    expect(started.output()).toContain(
      `curl -H "Authorization: Bearer azk_dev_sandbox" "${worker}/mail?user_id=demo"`,
    );
  });

  it("lets a person connect in a browser: choose an account, accept, read that it worked", async () => {
    const page = await newPage();
    await chooseAccount(page, "demo", "Ada Lovelace (ada@contoso.example)");
    expect(await heading(page).textContent()).toBe("Permissions requested");
    await page.getByRole("button", { name: "Accept" }).click();
    await page.waitForURL(`${worker}/callback**`);
    expect(await heading(page).textContent()).toBe("You are connected");
    expect(await page.textContent("main")).toContain("Connected as ada@contoso.example.");
    // Whoever loads the page anew has not undone it.
    expect((await page.reload())?.status()).toBe(200);
    expect(await heading(page).textContent()).toBe("This sign-in is finished");
    await page.context().close();
  });

  it("starts a sign-in for whom the link names, a new label too, and for nobody else", async () => {
    const connect = (query: string, init: RequestInit = {}) =>
      fetch(`${worker}/connect?${query}`, { redirect: "manual", ...init });
    for (const query of ["user_id=linked", "user_id=linked&label=second"]) {
      const answer = await connect(query);
      expect(answer.status).toBe(302);
      expect(answer.headers.get("location")).toContain(`${sandbox}/common/oauth2/v2.0/authorize`);
      expect(answer.headers.getSetCookie()).toHaveLength(1);
    }
    for (const query of [
      "",
      "label=second",
      "user_id=a%20b",
      "user_id=linked&label=No",
      "user_id=linked&connection=user:other",
    ]) {
      expect((await connect(query)).status).toBe(400);
    }
    const head = await connect("user_id=scanned", { method: "HEAD" });
    expect([head.status, head.headers.get("location")]).toEqual([200, null]);
    expect(await read("/connections/user:scanned")).toMatchObject({ status: 404 });
  });

  it("answers the printed curl, and for the user and their subscriptions", async () => {
    expect(await read("/mail?user_id=demo&top=3")).toMatchObject({
      status: 200,
      body: {
        data: [{ subject: expect.any(String) }, {}, {}],
        next_cursor: expect.any(String),
      },
    });
    expect(await read("/user?user_id=demo")).toMatchObject({ status: 200, body: { data: ada } });
    expect(await read("/subscriptions?user_id=demo")).toMatchObject({
      status: 200,
      body: {
        data: [{ displayName: "Contoso Production" }, { displayName: "Contoso Engineering" }],
      },
    });
  });
});

/** One request by another name of the Worker's than its own. */
const asHost = (host: string, path: string) =>
  new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const headers = { host, ...key };
    request({ host: "127.0.0.1", port: ports.worker, path, headers }, (answer) => {
      let text = "";
      answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
      answer.on("end", () => resolve({ status: answer.statusCode, text }));
    })
      .on("error", reject)
      .end();
  });

describe("a sandbox that strangers could reach", () => {
  it.each(["azure.example", "192.168.0.2:8787", "localhost.evil.example"])(
    "answers nobody who calls it %s",
    async (host) => {
      for (const path of ["/connect?user_id=demo", "/user?user_id=demo", "/graph/v1.0/me"]) {
        const { status, text } = await asHost(host, path);
        expect([status, text]).toEqual([503, expect.stringContaining("AZURE_CLOUD")]);
      }
      expect((await asHost(`127.0.0.1:${ports.worker}`, "/user?user_id=nobody")).status).toBe(404);
    },
  );
});

describe("the live socket", () => {
  it("sends a snapshot, then a renewal that nobody asked for", async () => {
    const socket = new NodeSocket(live(), "azure.v1", { headers: key });
    const renewals: unknown[] = [];
    const frames: { type: string; data: object }[] = [];
    socket.on("message", (data: Buffer) => {
      const frame = z
        .looseObject({ type: z.string(), data: z.looseObject({}) })
        .parse(JSON.parse(data.toString()));
      frames.push(frame);
      if (frame.type === "token.refreshed") renewals.push(frame.data["generation"]);
    });
    await expect
      .poll(() => frames[0], { timeout: patience / 2 })
      .toMatchObject({
        type: "snapshot",
        data: { id: "user:demo", status: "active", identity: { upn: "ada@contoso.example" } },
      });
    // A token that is due for renewal after half of its twelve seconds, once it has been used.
    await control({ url: sandbox }, "settings", { access_token_lifetime_s: 12 });
    const refreshed = await fetch(`${worker}/connections/user:demo/refresh`, {
      method: "POST",
      headers: { ...key, "content-type": "application/json" },
      body: JSON.stringify({ resource: "graph" }),
    });
    expect(refreshed.status).toBe(200);
    await control({ url: sandbox }, "settings", { access_token_lifetime_s: 3599 });
    expect(await read("/user?user_id=demo")).toMatchObject({ status: 200 });
    await expect.poll(() => renewals.length, { timeout: patience / 2 }).toBe(2);
    const [asked, unasked] = renewals;
    expect(Number(unasked)).toBeGreaterThan(Number(asked));
    socket.close();
  });
});

const authority = () => readFile(join(state, "sandbox", "ca.pem"), "utf8");

describe("the Worker by https", () => {
  const secure = () => `https://localhost:${ports.workerHttps}`;
  /** One request that trusts the sandbox's authority alone. */
  const overTls = async (path: string) => {
    const ca = await authority();
    return new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      httpsRequest(`${secure()}${path}`, { ca, headers: key }, (answer) => {
        let text = "";
        answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
        answer.on("end", () => resolve({ status: answer.statusCode, text }));
      })
        .on("error", reject)
        .end();
    });
  };

  it("is the same Worker, under the authority of the sandbox's https", async () => {
    expect(started.output()).toContain(`(https: ${secure()})`);
    expect(await overTls("/user?user_id=demo")).toEqual({
      status: 200,
      text: expect.stringContaining("Ada Lovelace"),
    });
    const stranger = fetch(`${secure()}/health`).then(
      () => "trusted",
      ({ cause }: Error) => (cause instanceof Error ? cause.message : "refused"),
    );
    expect(await stranger).toMatch(/self-signed|unable to verify/);
  });

  it("carries a live socket", async () => {
    const socket = new NodeSocket(
      live().replace(worker.replace("http", "ws"), secure()),
      "azure.v1",
      {
        headers: key,
        ca: await authority(),
      },
    );
    const first = await new Promise((resolve, reject) => {
      socket.on("message", (data: Buffer) => resolve(JSON.parse(data.toString())));
      socket.on("error", reject);
    });
    expect(first).toMatchObject({ type: "snapshot", data: { id: "user:demo" } });
    socket.close();
  });
});

describe("a page at any port of localhost", () => {
  const asPage = (origin: string) =>
    fetch(`${worker}/connections/user:demo`, { headers: { ...key, origin } }).then(({ headers }) =>
      headers.get("access-control-allow-origin"),
    );
  const returningTo = (url: string) =>
    fetch(`${worker}/connect?user_id=demo&return_url=${encodeURIComponent(url)}`, { headers: key });

  it("may call with credentials, and be returned to; no other may", async () => {
    for (const origin of ["http://localhost:5173", "http://localhost", "http://localhost:65535"]) {
      expect(await asPage(origin)).toBe(origin);
      expect((await returningTo(`${origin}/done`)).status).toBe(200);
    }
    for (const origin of ["http://localhost.evil.example", "http://192.168.0.2:5173", "null"]) {
      expect(await asPage(origin)).toBe(null);
      const answer = await returningTo(`${origin}/done`);
      expect([answer.status, await answer.text()]).toEqual([
        400,
        expect.stringContaining("return_url"),
      ]);
    }
  });
});

describe("a page with a one-time ticket", () => {
  it("opens the live socket with it, and only once", async () => {
    const server = new AzureClient({ baseUrl: worker, apiKey: "azk_dev_sandbox" });
    const { data: session } = await server.createSession({ userId: "demo" });
    const user = new AzureClient({ baseUrl: worker, token: session.token });
    const { data: bought } = await user.connection({ userId: "demo" }).ticket();
    const page = await newPage();
    await page.goto(`${worker}/health`);
    const open = () =>
      page.evaluate(
        ([url, ticket]) =>
          new Promise<{ protocol: string; first: string }>((resolve) => {
            const socket = new WebSocket(url, ["azure.v1", `ticket.${ticket}`]);
            const end = (first: string) => {
              resolve({ protocol: socket.protocol, first });
              socket.close();
            };
            socket.addEventListener("message", (event) => end(String(event.data)));
            socket.addEventListener("error", () => end("refused"));
          }),
        [live(), bought.ticket] as const,
      );
    const opened = await open();
    expect(opened.protocol).toBe("azure.v1");
    expect(JSON.parse(opened.first)).toMatchObject({
      type: "snapshot",
      data: { id: "user:demo", status: "active" },
    });
    expect(await open()).toEqual({ protocol: "", first: "refused" });
    await page.context().close();
  });
});

describe("a sign-in that fails in the browser", () => {
  it("says so when the person refuses consent", async () => {
    const page = await newPage();
    await chooseAccount(page, "refuser", "Grace Hopper (grace@contoso.example)");
    const answered = page.waitForResponse(`${worker}/callback**`);
    await page.getByRole("button", { name: "Cancel" }).click();
    expect((await answered).status()).toBe(400);
    expect(await heading(page).textContent()).toBe("The sign-in was not completed");
    expect(await read("/connections/user:refuser")).toMatchObject({
      status: 404,
      body: { code: "not_found" },
    });
    await page.context().close();
  });

  it("shows a page, and goes nowhere, for a state that was not made here", async () => {
    const page = await newPage();
    const state = "dXNlcjpkZW1v.forged.forged";
    const response = await page.goto(`${worker}/callback?code=stolen&state=${state}`);
    expect(response?.status()).toBe(400);
    expect(await heading(page).textContent()).toBe("This sign-in cannot be completed");
    await page.context().close();
  });

  it("cannot be finished by another browser than the one that started it, which still can", async () => {
    const [victim, attacker] = [await newPage(), await newPage()];
    await attacker.goto(`${worker}/connect?user_id=mallory`);
    const authorize = new URL(attacker.url());
    authorize.searchParams.set("sandbox_account", "ada@contoso.example");
    authorize.searchParams.set("sandbox_decision", "approve");
    const answer = await fetch(authorize, { redirect: "manual" });
    const callback = answer.headers.get("location") ?? "";
    const response = await victim.goto(callback);
    expect(response?.status()).toBe(400);
    expect(await heading(victim).textContent()).toBe("The sign-in was not completed");
    await attacker.goto(callback);
    expect(await heading(attacker).textContent()).toBe("You are connected");
    await Promise.all([victim.context().close(), attacker.context().close()]);
  });
});

const isRuntime = ({ command }: { command: string }) => /workerd serve/.test(command);

describe("npm start and its processes", () => {
  it("refuses a port that is taken, and names it", async () => {
    const second = launch(ports, state);
    expect(await second.exited).toBe(1);
    expect(second.output()).toContain(`port ${ports.worker}`);
    expect(second.output()).toContain("is already in use");
    expect(second.output()).toContain("PORT");
    expect(await read("/health")).toMatchObject({ status: 200 });
  });

  it("refuses the state folder of another, and names that", async () => {
    const second = launch(await freePorts(), state);
    expect(await second.exited).toBe(1);
    expect(second.output()).toContain(
      `the state folder ${state} is in use by npm start at ${worker}`,
    );
    expect(second.output()).toContain("STATE_DIRECTORY");
    const alone = launch(await freePorts(), state, { script: "sandbox" });
    expect(await alone.exited).toBe(1);
    expect(alone.output()).toContain(`is in use by npm start at ${worker}`);
    expect(await read("/health")).toMatchObject({ status: 200 });
  });

  it(
    "ends by Ctrl-C with all it started, and finds its connections again; so does a live client",
    async () => {
      const snapshots: { seq: number; status: string }[] = [];
      const follower = new AzureClient({ baseUrl: worker, apiKey: "azk_dev_sandbox" })
        .connection({ userId: "demo" })
        .live({
          onSnapshot: ({ seq, data: { status } }) => snapshots.push({ seq, status }),
          reconnectDelay: { min: 100, max: 1_000 },
        });
      await expect.poll(() => snapshots.length, { timeout: patience / 2 }).toBe(1);
      started.interrupt();
      await started.exited;
      await expect.poll(() => started.members(), { timeout: 20_000 }).toEqual([]);
      expect(await areFree(ports)).toBe(true);
      started = launch(ports, state);
      await started.ready();
      expect(await read("/connections/user:demo")).toMatchObject({
        status: 200,
        body: { data: { status: "active", identity: { upn: "ada@contoso.example" } } },
      });
      expect(await read("/user?user_id=demo")).toMatchObject({ status: 200, body: { data: ada } });
      await expect.poll(() => snapshots.length, { timeout: patience / 2 }).toBe(2);
      expect(snapshots[1]?.seq).toBeGreaterThanOrEqual(snapshots[0]?.seq ?? Infinity);
      follower.close();
    },
    patience * 2,
  );

  it("leaves no runtime behind when it is killed", async () => {
    expect(started.members().filter(isRuntime).length).toBeGreaterThan(0);
    started.kill(/^\S*node\S* .*start\.ts/);
    await started.exited;
    await expect.poll(() => started.members(), { timeout: 20_000 }).toEqual([]);
    expect(await areFree(ports)).toBe(true);
  });
});
