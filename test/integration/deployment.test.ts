import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { runWatchdog } from "../../src/watchdog/watchdog.ts";
import { AzureService } from "../../src/service.ts";
import { createExecutionContext } from "cloudflare:test";
import { connectedUser, asAll, inEnvironment } from "./support/http.ts";
import { recordLog } from "./support/log-lines.ts";

const command = "npx wrangler d1 migrations apply DB --remote";

/** A migration that was forgotten: how it is brought about, and what is told of it. */
const forgotten = [
  {
    what: "table",
    undo: "ALTER TABLE oauth_connections RENAME TO out_of_reach",
    redo: "ALTER TABLE out_of_reach RENAME TO oauth_connections",
    details: { variable: "DB", reason: "missing_table", table: "oauth_connections", command },
  },
  {
    what: "column",
    undo: "ALTER TABLE oauth_connections RENAME COLUMN paused_sinks TO out_of_reach",
    redo: "ALTER TABLE oauth_connections RENAME COLUMN out_of_reach TO paused_sinks",
    details: { variable: "DB", reason: "missing_column", column: "paused_sinks", command },
  },
];

/** D1 as it answers in an outage. */
const lost = () => Promise.reject(new Error("D1_ERROR: Network connection lost."));
const outage = {
  prepare: () => outage,
  bind: () => outage,
  all: lost,
  first: lost,
  run: lost,
  batch: lost,
};

let user: Awaited<ReturnType<typeof connectedUser>>;
beforeAll(async () => {
  user = await connectedUser();
});

const asked = async (path: string, change: object = {}, init: RequestInit = {}) => {
  const response = await inEnvironment(change, path, asAll(init));
  return { status: response.status, body: await response.json<Record<string, unknown>>() };
};

/** What a sibling sees of a list that fails. */
const siblingLists = (change: object): Promise<unknown> =>
  new AzureService(createExecutionContext(), { ...env, ...change })
    .listConnections({ userId: user.userId })
    .catch((error: unknown) => error);

describe.each(forgotten)("a forgotten migration: a missing $what", ({ undo, redo, details }) => {
  beforeEach(async () => {
    await env.DB.exec(undo);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await env.DB.exec(redo);
  });

  test("is named with its command in the answer and in the log", async () => {
    const lines = recordLog("misconfigured");
    const { status, body } = await asked("/connections");
    expect([status, body["code"], body["details"]]).toEqual([503, "app_misconfigured", details]);
    expect(body["error"]).toContain(command);
    expect(lines).toEqual([
      { level: "error", event: "misconfigured", request_id: body["request_id"], ...details },
    ]);
  });

  test("is named to a sibling", async () => {
    expect(await siblingLists({})).toMatchObject({
      code: "app_misconfigured",
      status: 503,
      details,
    });
  });

  test("is shown by /health/app, with what can be known all the same", async () => {
    const { status, body } = await asked("/health/app");
    expect(status).toBe(200);
    const { problems, ...rest } = body["data"] as Record<string, unknown>;
    expect(problems).toEqual([{ error: expect.stringContaining(command), ...details }]);
    expect(rest).toMatchObject({ paused_sinks: null, credentials: [{ kind: "secret", id: "1" }] });
  });

  test("is named in the log by a connection that cannot report, and by the watchdog", async () => {
    const { stub } = await connectedUser();
    const lines = recordLog("misconfigured");
    await runDurableObjectAlarm(stub);
    expect(lines).toContainEqual({ level: "error", event: "misconfigured", ...details });
  });
});

test("the watchdog names a missing table in the log", async () => {
  await env.DB.exec("ALTER TABLE oauth_connections RENAME TO out_of_reach");
  const lines = recordLog("misconfigured");
  await runWatchdog(env, Date.now());
  await env.DB.exec("ALTER TABLE out_of_reach RENAME TO oauth_connections");
  vi.restoreAllMocks();
  expect(lines).toMatchObject([{ reason: "missing_table", command }]);
});

test("a restore needs the table too", async () => {
  await env.DB.exec("ALTER TABLE oauth_connections RENAME TO out_of_reach");
  const path = `/connections/${user.id}/restore`;
  const { status, body } = await asked(path, {}, { method: "POST" });
  await env.DB.exec("ALTER TABLE out_of_reach RENAME TO oauth_connections");
  expect([status, body["details"]]).toMatchObject([503, { reason: "missing_table" }]);
});

describe("a database that does not answer", () => {
  const change = { DB: outage };

  test("is named as such, with a time to come back, and without migrations", async () => {
    const { status, body } = await asked("/connections", change);
    expect([status, body["code"], body["retry_after"]]).toEqual([503, "upstream_unavailable", 5]);
    expect(body["details"]).toEqual({ reason: "directory_unreachable" });
    expect(String(body["error"])).not.toMatch(/wrangler|migration|Microsoft/);
    expect(await siblingLists(change)).toMatchObject({ code: "upstream_unavailable", status: 503 });
  });

  test("is shown by /health/app", async () => {
    const { status, body } = await asked("/health/app", change);
    expect([status, body["data"]]).toMatchObject([
      200,
      {
        problems: [{ reason: "directory_unreachable" }],
        connections: null,
        credentials: [{ kind: "secret", id: "1", works: null }],
      },
    ]);
  });
});

describe("a missing binding", () => {
  const details = (variable: string) => ({
    variable,
    reason: "missing_binding",
    command: "npx wrangler deploy",
  });

  test.each([
    ["DB", "/connections", {}],
    ["DB", "/connections/user:nobody/restore", { method: "POST" }],
    ["AZURE_CONNECTION", "/user?user_id=ada", {}],
    ["AZURE_CONNECTION", "/connections/user:ada", {}],
  ])("%s is named in the answer and in the log of %s", async (variable, path, init) => {
    const lines = recordLog("misconfigured");
    const { status, body } = await asked(path, { [variable]: undefined }, init);
    vi.restoreAllMocks();
    expect([status, body["code"], body["details"]]).toEqual([
      503,
      "app_misconfigured",
      details(variable),
    ]);
    expect(lines).toMatchObject([{ ...details(variable), request_id: body["request_id"] }]);
  });

  test("is named to a sibling", async () => {
    expect(await siblingLists({ DB: undefined })).toMatchObject({ details: details("DB") });
    const service = new AzureService(createExecutionContext(), {
      ...env,
      AZURE_CONNECTION: undefined as unknown as typeof env.AZURE_CONNECTION,
    });
    const error = await service.getUser({ userId: "ada" }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: "app_misconfigured",
      details: details("AZURE_CONNECTION"),
    });
  });

  test("is shown by /health/app", async () => {
    const none = { DB: undefined, AZURE_CONNECTION: undefined };
    const { status, body } = await asked("/health/app", none);
    expect([status, body["data"]]).toMatchObject([
      200,
      { problems: [details("AZURE_CONNECTION"), details("DB")], connections: null },
    ]);
  });

  test("of the directory is named in the log of the watchdog", async () => {
    const lines = recordLog("misconfigured");
    const bare = { ...env };
    Reflect.deleteProperty(bare, "DB");
    await runWatchdog(bare, Date.now());
    vi.restoreAllMocks();
    expect(lines).toMatchObject([details("DB")]);
  });
});
