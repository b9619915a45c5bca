import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { localCertificate } from "../sandbox/certificate.ts";
import { listenLocally } from "../sandbox/loopback.ts";
import { startSandboxServer } from "../sandbox/server.ts";
import type { SandboxServer } from "../sandbox/server.ts";

const ada = "ada@contoso.example";

interface Received {
  path: string;
  type: string | undefined;
  value: { subscriptionId: string; changeType?: string; lifecycleEvent?: string }[];
}

/** A receiver as anybody writes one: it repeats tokens and takes notifications. */
const received: Received[] = [];
let awaited: { count: number; resolve: () => void } | undefined;
let status = 202;
const servers: Server[] = [];
let receiver: string;
/** The same, under a certificate that nobody trusts. */
let secureReceiver: string;

const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const url = new URL(request.url ?? "/", "http://localhost");
  const token = url.searchParams.get("validationToken");
  if (token !== null) {
    response.writeHead(200, { "content-type": "text/plain" }).end(token);
    return;
  }
  const { value } = JSON.parse(await text(request)) as Pick<Received, "value">;
  response.writeHead(status).end();
  received.push({ path: url.pathname, type: request.headers["content-type"], value });
  if (awaited !== undefined && received.length >= awaited.count) awaited.resolve();
};

let directory: string;
let server: SandboxServer;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "sandbox-notifications-"));
  const { key, cert } = await localCertificate(undefined);
  const keep = (one: Server) => {
    servers.push(one);
    return one;
  };
  const plain = await listenLocally(
    () => keep(createServer((...exchange) => void receive(...exchange))),
    0,
  );
  const secure = await listenLocally(
    () => keep(createHttpsServer({ key, cert }, (...exchange) => void receive(...exchange))),
    0,
  );
  receiver = `http://localhost:${plain.port}`;
  secureReceiver = `https://localhost:${secure.port}`;
});
afterAll(async () => {
  await Promise.all(servers.map((one) => new Promise((resolve) => one.close(resolve))));
  await rm(directory, { recursive: true, force: true });
});

const start = async () => {
  server = await startSandboxServer({ port: 0, httpsPort: 0, directory });
};
beforeEach(async () => {
  received.length = 0;
  status = 202;
  await start();
});
afterEach(async () => {
  await control("POST", "reset");
  await server.close();
});

const count = (wanted: number) =>
  received.length >= wanted
    ? Promise.resolve()
    : new Promise<void>((resolve) => void (awaited = { count: wanted, resolve }));

async function control(method: string, path: string, body?: unknown) {
  const response = await fetch(`${server.url}/_sandbox/${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function graph(method: string, path: string, json?: unknown) {
  const { token } = await server.sandbox.issueAccessToken({
    audience: "graph",
    user: ada,
    scopes: ["Mail.Read"],
  });
  const response = await fetch(`${server.url}/graph/v1.0${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const subscribe = (change: Record<string, unknown> = {}) =>
  graph("POST", "/subscriptions", {
    changeType: "created",
    resource: "me/mailFolders('inbox')/messages",
    notificationUrl: `${receiver}/notifications?watch=1`,
    lifecycleNotificationUrl: `${receiver}/lifecycle`,
    expirationDateTime: new Date(Date.now() + 7_200_000).toISOString(),
    clientState: "secret",
    ...change,
  });

it("posts to a receiver on this machine, which it has asked whether it is one", async () => {
  const { status: created, body } = await subscribe();
  expect(created).toBe(201);
  await control("POST", "messages", { user: ada });
  await count(1);
  await control("POST", "notifications", { subscription: body["id"], lifecycle: "missed" });
  await count(2);
  expect(received).toMatchObject([
    {
      path: "/notifications",
      type: "application/json; charset=utf-8",
      value: [{ subscriptionId: body["id"], changeType: "created" }],
    },
    { path: "/lifecycle", value: [{ subscriptionId: body["id"], lifecycleEvent: "missed" }] },
  ]);
});

it("posts to a Worker's own https port as well", async () => {
  const { status: created } = await subscribe({
    notificationUrl: `${secureReceiver}/notifications`,
    lifecycleNotificationUrl: null,
  });
  expect(created).toBe(201);
  await control("POST", "messages", { user: ada });
  await count(1);
  expect(received).toMatchObject([{ path: "/notifications", value: [{ changeType: "created" }] }]);
});

it("posts again what the receiver refused", async () => {
  await control("PATCH", "settings", { notification_retry_s: 0.05 });
  await subscribe();
  status = 503;
  await control("POST", "messages", { user: ada });
  await count(2);
  status = 202;
  const refused = received.length;
  await count(refused + 1);
  expect(new Set(received.map((one) => JSON.stringify(one.value))).size).toBe(1);
});

it("does not subscribe where nobody listens", async () => {
  const closed = await subscribe({
    notificationUrl: "http://localhost:1/notifications",
    lifecycleNotificationUrl: null,
  });
  expect(closed).toMatchObject({ status: 400, body: { error: { code: "ValidationError" } } });
});

it("keeps subscriptions across a restart, and sends for them as before", async () => {
  const { body } = await subscribe();
  await server.close();
  await start();
  const listed = await graph("GET", "/subscriptions");
  expect(listed.body["value"]).toMatchObject([{ id: body["id"], clientState: null }]);
  const shown = await control("GET", "subscriptions");
  expect(shown.body["subscriptions"]).toMatchObject([
    { id: body["id"], clientState: "secret", user: ada },
  ]);
  await control("POST", "messages", { user: ada });
  await count(1);
  expect(received[0]?.value).toMatchObject([{ subscriptionId: body["id"], clientState: "secret" }]);
});
