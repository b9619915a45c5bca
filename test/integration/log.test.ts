import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { connectionHash } from "../../src/platform/connection-hash.ts";
import type { ConnectionActor } from "../../src/connection/actor.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { connected, newUser } from "./support/connections.ts";
import { allKey, front } from "./support/front.ts";
import { connectedUser } from "./support/http.ts";
import { recordLog } from "./support/log-lines.ts";
import { sandbox } from "./support/sandbox.ts";

const me = "https://graph.microsoft.com/v1.0/me";
const tokenUrl = "/oauth2/v2.0/token";
const requestId = "11111111-2222-4333-8444-5555aaaabbbb";

const clock = clockOfEachTest();

describe("the line of a request", () => {
  test("names the connection by its hash, and Microsoft's id of the call", async () => {
    const { userId, id } = await connectedUser();
    const lines = recordLog("request");
    const gateway = await front("/graph/v1.0/me", {
      credential: allKey,
      headers: { "x-azure-connection": id },
    });
    await gateway.arrayBuffer();
    await (await front(`/user?user_id=${userId}`, { credential: allKey })).arrayBuffer();
    expect(lines).toEqual([
      {
        level: "info",
        event: "request",
        request_id: gateway.headers.get("x-request-id"),
        method: "GET",
        route: "/graph/*",
        status: 200,
        duration_ms: expect.any(Number),
        caller: "api_key:all",
        connection: connectionHash(id),
        upstream_request_id: gateway.headers.get("request-id"),
      },
      expect.objectContaining({
        route: "/user",
        connection: connectionHash(id),
        upstream_request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      }),
    ]);
    expect(lines[1]?.upstream_request_id).not.toBe(lines[0]?.upstream_request_id);
  });

  test("says by which code it failed, and which request at Microsoft was refused", async () => {
    const { userId, id } = await connectedUser();
    await sandbox.fault({ match: { url: tokenUrl }, times: 1, aadsts: 50173 });
    await clock.advance(4_000);
    const lines = recordLog("request");
    const answer = await front(`/user?user_id=${userId}`, { credential: allKey });
    const { details } = await answer.json<{ details: { upstream_request_id: string } }>();
    expect(details.upstream_request_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(lines).toMatchObject([
      {
        status: 424,
        code: "action_required",
        connection: connectionHash(id),
        upstream_request_id: details.upstream_request_id,
      },
    ]);
  });

  test("of no connection names none", async () => {
    const lines = recordLog("request");
    await (await front("/health")).arrayBuffer();
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toHaveProperty("connection");
    expect(lines[0]).not.toHaveProperty("upstream_request_id");
    expect(lines[0]).not.toHaveProperty("code");
  });
});

describe("the line of a sibling's call", () => {
  const crm = exports.AzureService({ props: { caller: "crm" } });

  test("says who called what for which connection, and how it ended", async () => {
    const { userId, id } = await connectedUser();
    const lines = recordLog("rpc");
    await crm.getUser({ userId });
    expect(lines).toEqual([
      {
        level: "info",
        event: "rpc",
        request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        method: "getUser",
        caller: "sibling:crm",
        outcome: "ok",
        duration_ms: expect.any(Number),
        connection: connectionHash(id),
        upstream_request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    ]);
  });

  test("has the code that the sibling saw", async () => {
    const userId = newUser();
    const lines = recordLog("rpc");
    const error = await crm.getConnection({ userId }).catch((reason: unknown) => reason);
    await exports
      .AzureService({ props: { caller: "crm", scopes: ["graph:read"] } })
      .disconnect({ userId })
      .catch((reason: unknown) => reason);
    expect(lines).toMatchObject([
      {
        method: "getConnection",
        outcome: "not_found",
        request_id: (error as { request_id: string }).request_id,
        connection: connectionHash(`user:${userId}`),
      },
      { method: "disconnect", outcome: "forbidden" },
    ]);
    expect(lines[1]).not.toHaveProperty("connection");
  });
});

describe("the line of a refresh", () => {
  test("counts the callers that waited for it, and names the request that began it", async () => {
    const { id, stub } = await connected();
    await clock.advance(4_000);
    const lines = recordLog("refresh");
    const headers = { "client-request-id": requestId };
    await Promise.all(
      Array.from({ length: 20 }, async () => (await stub.fetch(me, { headers })).arrayBuffer()),
    );
    expect(lines).toEqual([
      {
        level: "info",
        event: "refresh",
        connection: connectionHash(id),
        resource: "graph",
        outcome: "ok",
        duration_ms: expect.any(Number),
        waiters: 20,
        attempt: 1,
        upstream_request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        request_id: requestId,
      },
    ]);
  });

  test("has an id of its own where a client calls its request by no id", async () => {
    const { stub } = await connected();
    await clock.advance(4_000);
    const lines = recordLog("refresh");
    const headers = { "client-request-id": "eyJ0eXAi-something-else" };
    await (await stub.fetch(me, { headers })).arrayBuffer();
    expect(lines).toMatchObject([{ request_id: expect.stringMatching(/^[0-9a-f-]{36}$/) }]);
  });

  test("says that nobody waited when it was made by the alarm, or behind a caller", async () => {
    const { stub } = await connected();
    await (await stub.fetch(me)).arrayBuffer();
    await clock.advance(3_500);
    const lines = recordLog("refresh");
    await runDurableObjectAlarm(stub);
    expect(lines).toMatchObject([
      {
        resource: "graph",
        outcome: "ok",
        waiters: 0,
        request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    ]);
    await clock.advance(3_500);
    await (await stub.fetch(me, { headers: { "client-request-id": requestId } })).arrayBuffer();
    await expect.poll(() => lines.length).toBe(2);
    expect(lines[1]).toMatchObject({ outcome: "ok", waiters: 0, request_id: requestId });
  });

  test("counts failures in a row, with Entra's number and the remedy", async () => {
    const { stub } = await connected();
    const lines = recordLog("refresh");
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      await sandbox.fault({
        match: { url: tokenUrl },
        times: 1,
        respond: { status: 503, body: "Service Unavailable" },
      });
      await stub.refresh();
      await clock.advance(60);
    }
    await sandbox.fault({ match: { url: tokenUrl }, times: 1, aadsts: 50173 });
    await stub.refresh();
    expect(lines).toMatchObject([
      { level: "warn", attempt: 1, action: "retry", waiters: 1 },
      { level: "warn", attempt: 2, action: "retry", waiters: 1 },
      { level: "warn", attempt: 3, action: "sign_in", aadsts: 50173, outcome: "invalid_grant" },
    ]);
    expect(lines[2]?.upstream_request_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("is an error when the application's own credential was refused", async () => {
    const { stub } = await connected();
    await sandbox.fault({ match: { url: tokenUrl }, times: 1, aadsts: 7000222 });
    const lines = recordLog("refresh");
    await stub.refresh();
    expect(lines).toMatchObject([{ level: "error", action: "fix_app", aadsts: 7000222 }]);
  });

  test("is written though the new token could not be kept", async () => {
    const { stub } = await connected();
    vi.spyOn(crypto.subtle, "encrypt").mockRejectedValueOnce(new Error("no entropy"));
    const lines = recordLog("refresh");
    expect(await stub.refresh()).toMatchObject({ ok: false, error: { code: "internal_error" } });
    expect(lines).toMatchObject([{ level: "error", outcome: "internal_error", waiters: 1 }]);
  });

  test("says that it came too late for a connection that was ended meanwhile", async () => {
    const { stub } = await connected();
    await sandbox.fault({ match: { url: tokenUrl }, times: 1, delay_ms: 200 });
    const mark = await sandbox.mark();
    const lines = recordLog("refresh");
    const refreshed = stub.refresh();
    await expect.poll(async () => (await sandbox.tokenPosts(mark)).length).toBe(1);
    await stub.disconnect();
    await refreshed;
    expect(lines).toMatchObject([{ level: "warn", outcome: "superseded" }]);
  });
});

describe("the line of an alarm", () => {
  test("says how late it ran, and what it did", async () => {
    const { id, stub } = await connected();
    await (await stub.fetch(me)).arrayBuffer();
    await runDurableObjectAlarm(stub);
    const due = await runInDurableObject(stub, (_, ctx) => ctx.storage.getAlarm());
    await clock.advance(3_500);
    const lines = recordLog("alarm");
    await runDurableObjectAlarm(stub);
    expect(lines).toEqual([
      {
        level: "info",
        event: "alarm",
        outcome: "ok",
        lag_ms: Date.now() - Number(due),
        duration_ms: expect.any(Number),
        renewals: 1,
        deliveries: 0,
        connection: connectionHash(id),
      },
    ]);
  });

  test("takes the platform's word for when it was due", async () => {
    const { stub } = await connected();
    const lines = recordLog("alarm");
    await runInDurableObject<ConnectionActor, void>(stub, (actor) =>
      actor.alarm({ isRetry: false, retryCount: 0, scheduledTime: Date.now() - 700 }),
    );
    expect(lines).toMatchObject([{ lag_ms: 700, renewals: 0 }]);
  });

  test("counts what it reported to the directory", async () => {
    const { stub } = await connected();
    await runDurableObjectAlarm(stub);
    await runInDurableObject(stub, (_, { storage: { sql } }) => {
      sql.exec(
        "INSERT OR REPLACE INTO outbox (sink, after_seq, due_at) VALUES ('directory', 0, 0)",
      );
    });
    const lines = recordLog("alarm");
    await runInDurableObject<ConnectionActor, void>(stub, (actor) => actor.alarm());
    expect(lines).toMatchObject([{ outcome: "ok", deliveries: 1 }]);
  });

  test("is an error that names what failed, when nobody expected it", async () => {
    const { stub } = await connected();
    await (await stub.fetch(me)).arrayBuffer();
    await clock.advance(3_500);
    vi.spyOn(crypto.subtle, "encrypt").mockRejectedValue(new TypeError("no entropy"));
    const lines = recordLog("alarm");
    await runDurableObjectAlarm(stub);
    expect(lines).toMatchObject([{ level: "error", outcome: "failed", error_name: "TypeError" }]);
  });
});
