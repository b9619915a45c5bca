import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { request } from "node:https";
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { ResourceManagementClient } from "@azure/arm-resources";
import { ClientSecretCredential } from "@azure/identity";
import { Client, ResponseType } from "@microsoft/microsoft-graph-client";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import manifest from "../../../package.json";
import {
  CLIENT_ID,
  CLIENT_SECRET,
  CONTOSO_SUBSCRIPTION,
  CONTOSO_TENANT,
} from "../../sandbox/constants.ts";
import { startSandbox, type RunningSandbox } from "../../sandbox/embed.ts";
import { listenLocally } from "../../sandbox/loopback.ts";
import { projectRoot } from "../../support/source-files.ts";

const graph = "https://graph.microsoft.com/v1.0";
const ada = "ada@contoso.example";

let sandbox: RunningSandbox;
let headers: Record<string, string>;
beforeAll(async () => {
  sandbox = await startSandbox();
  const scopes = ["User.Read", "Mail.Read", "Files.Read"];
  headers = { authorization: `Bearer ${await sandbox.accessToken({ user: ada, scopes })}` };
});
afterAll(() => sandbox.close());
beforeEach(() => sandbox.reset());

const me = (init?: RequestInit) => sandbox.fetch(`${graph}/me`, { headers, ...init });
const nameIn = async (answer: Response) =>
  ((await answer.json()) as { displayName: string }).displayName;
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

/** By https, trusting its authority alone. */
const overHttps = (url: string, ca: string) =>
  new Promise<string>((resolve, reject) => {
    request(url, { ca, headers }, (answer) => {
      let text = "";
      answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
      answer.on("end", () => resolve(text));
    })
      .on("error", reject)
      .end();
  });

describe("startSandbox", () => {
  test("steers the subscriptions of the program under test, and what they are sent", async () => {
    const posted: string[] = [];
    const { port, servers } = await listenLocally(
      () =>
        createServer((incoming, response) => {
          const url = new URL(incoming.url ?? "/", "http://localhost");
          posted.push(url.pathname);
          response.setHeader("content-type", "text/plain");
          response.end(url.searchParams.get("validationToken"));
        }),
      0,
    );
    const receiver = `http://localhost:${port}`;
    const made = await sandbox.fetch(`${graph}/subscriptions`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify({
        changeType: "created",
        resource: "me/messages",
        notificationUrl: `${receiver}/changes`,
        expirationDateTime: new Date(Date.now() + 3_600_000).toISOString(),
      }),
    });
    expect([made.status, posted]).toEqual([201, ["/changes"]]);
    const [subscription] = await sandbox.subscriptions();
    const id = String(subscription?.["id"]);
    expect(subscription).toMatchObject({ resource: "me/messages", user: ada });
    await sandbox.notification({ subscription: id, drop: true });
    expect(
      await failureOf(sandbox.notification({ subscription: id, lifecycle: "missed" })),
    ).toEqual(
      new Error(
        "POST /_sandbox/notifications: lifecycle: the subscription has no lifecycleNotificationUrl",
      ),
    );
    await sandbox.forget(id);
    expect(await sandbox.subscriptions()).toEqual([]);
    expect(await failureOf(sandbox.forget(id))).toMatchObject({
      message: expect.stringContaining(`there is no subscription ${id}`),
    });
    for (const server of servers) server.close();
  });

  test("is reached by http, by https and without a network, as one sandbox", async () => {
    expect(await nameIn(await me())).toBe("Ada Lovelace");
    expect(await nameIn(await fetch(`${sandbox.url}/graph/v1.0/me`, { headers }))).toBe(
      "Ada Lovelace",
    );
    const text = await overHttps(`${sandbox.httpsUrl}/graph/v1.0/me`, sandbox.ca);
    expect(JSON.parse(text)).toMatchObject({ displayName: "Ada Lovelace" });
    expect(await nameIn(await sandbox.fetch(`${sandbox.url}/graph/v1.0/me`, { headers }))).toBe(
      "Ada Lovelace",
    );
    const seen = await sandbox.requests();
    expect(seen.map(({ user, status }) => [user, status])).toEqual(
      Array.from({ length: 4 }, () => [ada, 200]),
    );
  });

  test("passes on what is not Microsoft's, another program at localhost too", async () => {
    const { port, servers } = await listenLocally(
      () => createServer((_, answer) => answer.end("mine")),
      0,
    );
    const answer = await sandbox.fetch(new URL(`http://localhost:${port}/graph/v1.0/me`));
    expect(await answer.text()).toBe("mine");
    for (const server of servers) server.close();
    expect(await sandbox.requests()).toEqual([]);
  });

  test("keeps to the settings of its start through a reset", async () => {
    const short = await startSandbox({ settings: { access_token_lifetime_s: 20 }, chaos: 7 });
    expect(await short.settings({ chaos: null, cae: true })).toMatchObject({ cae: true });
    await short.reset();
    expect(await short.settings()).toMatchObject({
      access_token_lifetime_s: 20,
      cae: false,
      chaos: "7",
    });
    await short.close();
  });

  test("says which setting is wrong, and which port is taken", async () => {
    expect(await failureOf(startSandbox({ settings: { page_size: 0 } }))).toMatchObject({
      message: expect.stringMatching(/^settings: page_size: Too small/),
    });
    const port = Number(new URL(sandbox.url).port);
    for (const options of [{ port }, { httpsPort: port }]) {
      expect(await failureOf(startSandbox(options))).toMatchObject({
        message: `port ${port} is already in use`,
      });
    }
  });

  test("is gone once it is closed", async () => {
    const other = await startSandbox();
    await other.close();
    expect(await failureOf(fetch(other.url))).toBeInstanceOf(TypeError);
  });
});

describe("its tokens", () => {
  test("are for one resource and have the scopes that were asked for", async () => {
    const arm = await sandbox.accessToken({ user: ada, resource: "arm" });
    const answer = await sandbox.fetch(
      "https://management.azure.com/subscriptions?api-version=2022-12-01",
      { headers: { authorization: `Bearer ${arm}` } },
    );
    expect(answer.status).toBe(200);
    const reader = await sandbox.accessToken({ user: ada });
    const mail = await sandbox.fetch(`${graph}/me/messages`, {
      headers: { authorization: `Bearer ${reader}` },
    });
    expect(mail.status).toBe(403);
    expect(await failureOf(sandbox.accessToken({ user: "eve@contoso.example" }))).toMatchObject({
      message: "no such user in the sandbox: eve@contoso.example",
    });
  });
});

describe("its https address", () => {
  test("serves Azure's SDKs, which are told it and its authority", async () => {
    const tlsOptions = { ca: sandbox.ca };
    const credential = new ClientSecretCredential(CONTOSO_TENANT, CLIENT_ID, CLIENT_SECRET, {
      authorityHost: sandbox.httpsUrl,
      disableInstanceDiscovery: true,
      tlsOptions,
    });
    const arm = new ResourceManagementClient(credential, CONTOSO_SUBSCRIPTION, {
      endpoint: `${sandbox.httpsUrl}/arm`,
      credentials: { scopes: ["https://management.azure.com/.default"] },
      tlsOptions,
    });
    const names: unknown[] = [];
    for await (const { name } of arm.resourceGroups.list()) names.push(name);
    expect(names).toContain("contoso-production");
  });
});

describe("its control", () => {
  test("plays faults, lists those that wait, and forgets them", async () => {
    await sandbox.fault({ match: { url: "/me" }, times: 2, respond: { status: 503 } });
    expect((await me()).status).toBe(503);
    expect(await sandbox.faults()).toMatchObject([{ times: 1, match: { url: "/me" } }]);
    await sandbox.clearFaults();
    expect((await me()).status).toBe(200);
  });

  test("revokes, and lets a message arrive", async () => {
    await sandbox.message({ user: ada, subject: "Tea at four" });
    const answer = await sandbox.fetch(`${graph}/me/messages?$top=1`, { headers });
    expect(await answer.json()).toMatchObject({ value: [{ subject: "Tea at four" }] });
    await sandbox.revoke({ user: ada });
    expect((await me()).status).toBe(401);
  });

  test("says what it refuses", async () => {
    expect(await failureOf(sandbox.revoke({ user: "eve@contoso.example" }))).toMatchObject({
      message: expect.stringMatching(/^POST \/_sandbox\/revoke: .*no such user/),
    });
    expect(await failureOf(sandbox.fault({ times: 1 }))).toMatchObject({
      message: expect.stringContaining("nothing would happen"),
    });
  });
});

describe("its fetch", () => {
  const content = `${graph}/me/drive/root:/Documents/Notes.txt:/content`;

  test("follows a redirect to the bytes of a file, without the token", async () => {
    const answer = await sandbox.fetch(content, { headers });
    expect(await answer.text()).toContain("algebraical patterns");
    const [first, second] = await sandbox.requests();
    expect([first?.user, second?.user]).toEqual([ada, undefined]);
    const manual = await sandbox.fetch(content, { headers, redirect: "manual" });
    expect(manual.status).toBe(302);
    expect(await failureOf(sandbox.fetch(content, { headers, redirect: "error" }))).toBeInstanceOf(
      TypeError,
    );
  });

  test("says where an answer came from, also of its copies", async () => {
    const moved = await sandbox.fetch(content, { headers, redirect: "manual" });
    expect([moved.url, moved.redirected]).toEqual([content, false]);
    const bytes = await sandbox.fetch(`${content}#part`, { headers });
    expect(bytes.url).toMatch(/^https:\/\/contoso-my\.sharepoint\.com\/download\//);
    expect([bytes.redirected, bytes.clone().url, bytes.clone().redirected]).toEqual([
      true,
      bytes.url,
      true,
    ]);
    expect(await bytes.text()).toContain("algebraical patterns");
  });

  test("lets Microsoft's Graph client read a file, which follows the redirect itself", async () => {
    vi.stubGlobal("fetch", sandbox.fetch);
    const token = headers["authorization"]?.slice("Bearer ".length) ?? "";
    const client = Client.init({ authProvider: (done) => done(null, token) });
    const text: unknown = await client
      .api("/me/drive/root:/Documents/Notes.txt:/content")
      .responseType(ResponseType.TEXT)
      .get();
    vi.unstubAllGlobals();
    expect(text).toContain("algebraical patterns");
  });

  test("fails as fetch does where the connection breaks, before the answer or in it", async () => {
    await sandbox.fault({ reset: true });
    expect(await failureOf(me())).toBeInstanceOf(TypeError);
    await sandbox.fault({ cut: true });
    const cut = await me();
    expect(cut.status).toBe(200);
    const reader = cut.body?.getReader();
    const first = await reader?.read();
    expect(new TextDecoder().decode(first?.value)).toMatch(/^\{"@odata\.context"/);
    expect(await failureOf(Promise.resolve(reader?.read()))).toBeInstanceOf(TypeError);
  });

  test("ends when its caller gives up", async () => {
    await sandbox.fault({ delay_ms: 600_000 });
    const aborter = new AbortController();
    const answer = failureOf(me({ signal: aborter.signal }));
    aborter.abort(new Error("enough"));
    expect(await answer).toMatchObject({ message: "enough" });
    expect(await failureOf(me({ signal: AbortSignal.abort() }))).toMatchObject({
      name: "AbortError",
    });
  });
});

test("needs Node and packages, but nothing of a test runner's or of workerd's", () => {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    if (!file.endsWith(".ts")) return;
    const text = readFileSync(join(projectRoot, file), "utf8");
    // A statement of several lines ends with a line of its own.
    for (const [, to = ""] of text.matchAll(/^(?:import|export|\}).*\bfrom "([^"]+)";$/gm)) {
      if (to.startsWith(".")) visit(join(dirname(file), to));
      else if (!isBuiltin(to))
        packages.add(
          to
            .split("/")
            .slice(0, to.startsWith("@") ? 2 : 1)
            .join("/"),
        );
    }
  };
  visit("test/sandbox/embed.ts");
  expect(seen.size).toBeGreaterThan(100);
  const known = { ...manifest.dependencies, ...manifest.devDependencies };
  expect([...packages].toSorted()).toEqual([
    "@hono/node-server",
    "hono",
    "jose",
    "selfsigned",
    "zod",
  ]);
  expect([...packages].filter((name) => !Object.hasOwn(known, name))).toEqual([]);
  expect([...seen].filter((file) => file.startsWith("test/sandbox/start"))).toEqual([]);
});
