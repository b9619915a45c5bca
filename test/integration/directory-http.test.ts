import { createExecutionContext, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { configOf } from "../../src/config/config.ts";
import type { ListedConnection } from "../../src/contract/listed-connection.ts";
import type { Scope } from "../../src/contract/scope.ts";
import type { DirectoryEntry } from "../../src/directory/entry.ts";
import { appHealth } from "../../src/operations/app-health.ts";
import { AzureService } from "../../src/service.ts";
import { actorOf, connected, expectOk, newUser } from "./support/connections.ts";
import { directory, rowWhen } from "./support/directory.ts";
import { asAll, bearer, call, json } from "./support/http.ts";
import { sandbox } from "./support/sandbox.ts";
import { CLIENT_SECRET, CONTOSO_TENANT } from "../sandbox/constants.ts";
import { secretCredentials } from "../support/credentials.ts";

/** A row as an actor would have written it. */
const entry = (connectionId: string, change: Partial<DirectoryEntry> = {}): DirectoryEntry => ({
  connection_id: connectionId,
  status: "active",
  remedy_action: null,
  tenant_id: CONTOSO_TENANT,
  upn: "ada@contoso.example",
  scope: "User.Read Mail.Read",
  refresh_token: "k1.backup",
  version: 1,
  created_at: "2026-01-01T00:00:00.000Z",
  updated_at: "2026-01-02T00:00:00.000Z",
  next_contact_at: null,
  paused_sinks: null,
  ...change,
});

const tenant = "tenant:bbbbbbbb-0000-4000-8000-000000000001";
const crowd = `crowd-${crypto.randomUUID()}`;
const labels = ["a", "b", "c", "d", "e"];

beforeAll(async () => {
  for (const [index, label] of labels.entries()) {
    const broken = index % 2 === 1;
    await directory.upsert(
      entry(`user:${crowd}:${label}`, {
        status: broken ? "action_required" : "active",
        remedy_action: broken ? "sign_in" : null,
      }),
    );
  }
  await directory.upsert(entry(tenant));
});

/** The entrypoint as a sibling with these scopes in its props has it. */
function siblingWith(scopes: readonly Scope[]): AzureService {
  const context = createExecutionContext();
  Object.assign(context, { props: { caller: "directory", scopes } });
  return new AzureService(context, env);
}

interface List {
  success: boolean;
  data: ListedConnection[];
  next_cursor?: string;
}

async function list(query: string, headers = bearer("all")) {
  const { status, body } = await call(`/connections${query}`, { headers });
  return {
    status,
    body,
    ids: status === 200 ? (body as unknown as List).data.map(({ id }) => id) : [],
  };
}

async function session(userId: string) {
  const { body } = await call("/sessions", asAll(json("POST", { user_id: userId })));
  const { token } = body["data"] as { token: string };
  return { authorization: `Bearer ${token}` };
}

const idsOf = (...wanted: string[]) => wanted.map((label) => `user:${crowd}:${label}`);

describe("GET /connections", () => {
  test("lists connections without any token, encrypted or not", async () => {
    const { body, status } = await list(`?user_id=${crowd}`);
    expect(status).toBe(200);
    expect((body["data"] as ListedConnection[])[1]).toEqual({
      id: `user:${crowd}:b`,
      kind: "user",
      user_id: crowd,
      label: "b",
      status: "action_required",
      remedy_action: "sign_in",
      tenant_id: CONTOSO_TENANT,
      upn: "ada@contoso.example",
      scopes: ["User.Read", "Mail.Read"],
      created_at: "2026-01-01T00:00:00.000Z",
      updated_at: "2026-01-02T00:00:00.000Z",
      next_contact_at: null,
      paused_sinks: [],
    });
    expect(JSON.stringify(body)).not.toContain("k1.");
  });

  test("shows each connection once, page by page, whatever filter the cursor began with", async () => {
    const pages: string[][] = [];
    let query: string | undefined = `?user_id=${crowd}&top=2`;
    while (query !== undefined) {
      const { body, ids } = await list(query);
      pages.push(ids);
      const cursor = body["next_cursor"];
      query = typeof cursor === "string" ? `?cursor=${encodeURIComponent(cursor)}` : undefined;
    }
    expect(pages).toEqual([idsOf("a", "b"), idsOf("c", "d"), idsOf("e")]);
  });

  test("shows those in one status", async () => {
    expect((await list(`?user_id=${crowd}&status=action_required`)).ids).toEqual(idsOf("b", "d"));
    expect((await list(`?user_id=${crowd}&status=disconnected`)).ids).toEqual([]);
  });

  test("shows connections of tenants to administrators only", async () => {
    expect((await list("?top=100")).ids).toContain(tenant);
    const { ids } = await list("?top=100", bearer("reader"));
    expect(ids).toEqual(expect.arrayContaining(idsOf(...labels)));
    expect(ids).not.toContain(tenant);
  });

  test("shows a session its own user and nobody else's", async () => {
    expect((await list("", await session(crowd))).ids).toEqual(idsOf(...labels));
    expect((await list("", await session(newUser()))).ids).toEqual([]);
    const stranger = await session(newUser());
    expect(await list(`?user_id=${crowd}`, stranger)).toMatchObject({
      status: 403,
      body: { code: "forbidden" },
    });
    const first = await list(`?user_id=${crowd}&top=2`);
    const cursor = encodeURIComponent(String(first.body["next_cursor"]));
    expect(await list(`?cursor=${cursor}`, stranger)).toMatchObject({
      status: 400,
      body: { details: { field: "cursor" } },
    });
  });

  const refused: [string, string, number, Record<string, string>, unknown][] = [
    ["nobody", "", 401, {}, { code: "unauthenticated" }],
    ["a key without the scope", "", 403, bearer("none"), { code: "forbidden" }],
    [
      "a status that does not exist",
      "?status=odd",
      400,
      bearer("all"),
      { details: { field: "status" } },
    ],
    [
      "a user id that is none",
      "?user_id=a:b",
      400,
      bearer("all"),
      { details: { field: "user_id" } },
    ],
    [
      "a cursor of somebody's own",
      "?cursor=e30.x",
      400,
      bearer("all"),
      { details: { field: "cursor" } },
    ],
  ];
  test.each(refused)("refuses %s", async (_name, query, status, headers, body) => {
    expect(await list(query, headers)).toMatchObject({ status, body });
  });

  test("is there for siblings as listConnections, for one user at a time", async () => {
    const page = await exports.AzureService.listConnections({ userId: crowd, top: 4 });
    expect(page.data.map(({ id }) => id)).toEqual(idsOf("a", "b", "c", "d"));
    const { nextCursor } = page;
    const rest = await exports.AzureService.listConnections({ userId: crowd, cursor: nextCursor });
    expect(rest.data.map(({ id }) => id)).toEqual(idsOf("e"));
    expect(rest.nextCursor).toBeUndefined();
  });

  test("lists all connections to a sibling whose props say admin, as to a key with that scope", async () => {
    const admin = siblingWith(["connections:read", "admin"]);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await admin.listConnections({ top: 4, cursor });
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(expect.arrayContaining([...idsOf(...labels), tenant]));
    expect(seen).toEqual((await list("?top=100")).ids);
    const broken = await admin.listConnections({ status: "action_required", top: 100 });
    expect(broken.data.map(({ id }) => id)).toEqual(expect.arrayContaining(idsOf("b", "d")));
  });

  test("refuses a sibling that names no user and is no administrator", async () => {
    const reader = siblingWith(["connections:read"]);
    const error: unknown = await reader.listConnections({}).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: "forbidden",
      status: 403,
      details: { reason: "missing_scope", scope: "admin" },
    });
  });
});

describe("POST /connections/{id}/restore", () => {
  test("gives a lost connection back to an administrator", async () => {
    const { id, stub } = await connected();
    await rowWhen(id, (row) => row?.status === "active");
    const path = `/connections/${id}/restore`;
    expect(await call(path, asAll({ method: "POST" }))).toMatchObject({
      status: 409,
      body: { code: "conflict", details: { reason: "connected" } },
    });
    await runInDurableObject(stub, async (_, ctx) => {
      await ctx.storage.deleteAll();
      ctx.abort("wiped");
    }).catch(() => undefined);
    expect(await call(path, { method: "POST", headers: bearer("reader") })).toMatchObject({
      status: 403,
    });
    expect(await call(path, asAll({ method: "POST" }))).toMatchObject({
      status: 200,
      body: { success: true, data: { id, status: "active" } },
    });
    expectOk(await actorOf(id).refresh());
  });

  test("finds nothing where nobody ever connected", async () => {
    const path = `/connections/user:${newUser()}/restore`;
    expect(await call(path, asAll({ method: "POST" }))).toMatchObject({ status: 404 });
  });
});

describe("GET /health/app", () => {
  test("says that the credential works and nobody waits for it", async () => {
    const { id } = await connected();
    await rowWhen(id, (row) => row?.status === "active");
    const { status, body } = await call("/health/app", asAll());
    expect(status).toBe(200);
    expect(body["data"]).toMatchObject({
      credentials: [{ kind: "secret", id: "1", works: true }],
      connections: { waiting: 0, waiting_since: null, by_remedy: { sign_in: 2 } },
    });
  });

  test("says that the credential is refused, and how many wait until it is renewed", async () => {
    const { id, stub } = await connected();
    await sandbox.fault({ match: { grant_type: "refresh_token" }, times: 1, aadsts: 7000222 });
    await stub.refresh();
    const waiting = await rowWhen(id, (row) => row?.remedy_action === "fix_app");
    await sandbox.fault({ match: { grant_type: "client_credentials" }, times: 1, aadsts: 7000222 });
    const { body } = await call("/health/app", asAll());
    expect(body["data"]).toMatchObject({
      credentials: [{ kind: "secret", id: "1", works: false, aadsts: 7000222 }],
      connections: { waiting: 1, waiting_since: waiting?.updated_at, by_remedy: { fix_app: 1 } },
    });
  });

  test("says so when Microsoft does not answer the question", async () => {
    await sandbox.fault({ match: { grant_type: "client_credentials" }, times: 1, reset: true });
    const { body } = await call("/health/app", asAll());
    expect(body["data"]).toMatchObject({ credentials: [{ kind: "secret", id: "1", works: null }] });
  });

  test("distinguishes several credentials by their place in the variable", async () => {
    const config = configOf(env);
    if (!config.ok) throw new Error(config.error.message);
    const changed = { credentials: secretCredentials("one-that-expired", CLIENT_SECRET) };
    const tools = {
      fetch: (input: RequestInfo | URL, init?: RequestInit) => fetch(input, init),
      now: Date.now,
    };
    const { credentials } = await appHealth({ ...config.value, ...changed }, env, tools);
    expect(credentials).toEqual([
      { kind: "secret", id: "1", works: false, aadsts: 7000215 },
      { kind: "secret", id: "2", works: true },
    ]);
  });

  test("is for administrators", async () => {
    expect(await call("/health/app", { headers: bearer("reader") })).toMatchObject({ status: 403 });
    expect(await call("/health/app")).toMatchObject({ status: 401 });
  });
});
