import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { userAgent } from "../../src/http/user-agent.ts";
import { failStorage, mendStorage } from "./support/storage-failure.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { actorOf, connected, expectOk, newUser, signIn, type Stub } from "./support/connections.ts";
import { refreshTokenOf } from "./support/imports.ts";
import { recordLog } from "./support/log-lines.ts";
import { sandbox } from "./support/sandbox.ts";
import { rewriteAnswers, tokenAnswers } from "./support/token-answers.ts";

const me = "https://graph.microsoft.com/v1.0/me";
const contoso = "aaaaaaaa-0000-4000-8000-00000000000a";
const day = 86_400_000;

const clock = clockOfEachTest();

/** The answers to calls that are made one after the other. */
async function inTurn(
  stub: Stub,
  calls: number,
): Promise<{ status: number; retryAfter: string | null }[]> {
  const answers = [];
  for (let call = 0; call < calls; call += 1) {
    const response = await stub.fetch(me);
    await response.arrayBuffer();
    answers.push({ status: response.status, retryAfter: response.headers.get("retry-after") });
  }
  return answers;
}

const statusOf = async (stub: Stub) => expectOk(await stub.info()).status;

/** A connection whose Graph token has expired. */
async function expired() {
  const connection = await connected();
  await clock.advance(4_000);
  return connection;
}

/** Nothing is under way behind the caller any more. */
const settled = async (stub: Stub) => {
  await stub.info();
  await new Promise((resolve) => setTimeout(resolve, 20));
};

const answerOnce = (respond: { status: number; headers?: Record<string, string>; body: string }) =>
  sandbox.fault({ match: { url: tokenAnswers }, times: 1, respond });

describe("a wait that Entra asks for", () => {
  test.each([
    ["retry-after", "2.1285", 3],
    ["retry-after", "0.4", 1],
    ["retry-after-ms", "12500.5", 13],
    ["x-ms-retry-after-ms", "1e12", 3_600],
    ["retry-after", "999999999", 3_600],
    ["retry-after", "99999999999999999999", 3_600],
    ["retry-after", "Fri, 31 Dec 9999 23:59:59 GMT", 3_600],
  ])(
    "of %s: %s is kept by all 30 callers, bounded, and over then",
    async (name, value, seconds) => {
      const { stub } = await expired();
      await answerOnce({ status: 429, headers: { [name]: value }, body: "" });
      const mark = await sandbox.mark();
      const together = await Promise.all(Array.from({ length: 15 }, () => inTurn(stub, 1)));
      const answers = [...together.flat(), ...(await inTurn(stub, 15))];
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
      const waits = answers.map(({ retryAfter }) => Number(retryAfter));
      expect(waits.every((wait) => Number.isInteger(wait) && wait >= 1)).toBe(true);
      expect(Math.max(...waits)).toBeGreaterThanOrEqual(seconds);
      expect(Math.max(...waits)).toBeLessThanOrEqual(Math.max(seconds, 300));
      expect(await sandbox.tokenPosts(mark)).toHaveLength(1);
      expect(await statusOf(stub)).toBe("degraded");

      await clock.advance(Math.max(...waits));
      expect(await inTurn(stub, 1)).toEqual([{ status: 200, retryAfter: null }]);
      expect(await statusOf(stub)).toBe("active");
    },
  );

  test("after too many equal requests is five minutes of silence", async () => {
    const { stub } = await expired();
    const body = JSON.stringify({ error: "invalid_grant", error_codes: ["50196"] });
    await answerOnce({ status: 400, headers: { "retry-after": "0.5" }, body });
    const mark = await sandbox.mark();
    expect(await inTurn(stub, 10)).toEqual(
      Array.from({ length: 10 }, () => ({ status: 503, retryAfter: "300" })),
    );
    expect(await sandbox.tokenPosts(mark)).toHaveLength(1);
    await clock.advance(300);
    expect(await inTurn(stub, 1)).toMatchObject([{ status: 200 }]);
  });
});

describe("an answer that is no token", () => {
  const nested = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  const token = (more: Record<string, unknown>) =>
    JSON.stringify({ token_type: "Bearer", access_token: "t", expires_in: 3_599, ...more });

  test.each([
    ["JSON of 200,000 levels", { status: 200, body: nested }],
    ["JSON of 200,000 levels as a refusal", { status: 400, body: `{"error":${nested}}` }],
    ["codes of 200,000 levels", { status: 400, body: `{"error_codes":[${nested}]}` }],
    ["claims of 200,000 levels", { status: 400, body: `{"claims":"{\\"a\\":${nested}}"}` }],
    ["a page", { status: 200, body: "<!doctype html><title>Sign in</title>" }],
    ["half a body", { status: 200, body: token({}).slice(0, -9) }],
    ["an error in a success", { status: 200, body: '{"error":"invalid_grant"}' }],
    ["a redirect", { status: 302, headers: { location: "https://evil.example" }, body: "" }],
    ["a redirect that refuses", { status: 302, body: '{"error_codes":[50173]}' }],
    ["two mebibytes", { status: 200, body: " ".repeat(2 * 1024 * 1024) }],
    ["a lifetime that is over", { status: 200, body: token({ expires_in: -3_599 }) }],
    ["a lifetime in words", { status: 200, body: token({ expires_in: "soon" }) }],
    ["no lifetime at all", { status: 200, body: token({ expires_in: null }) }],
    ["a token with a line break", { status: 200, body: token({ access_token: "a\r\nb: c" }) }],
    ["a token of 64 KiB", { status: 200, body: token({ access_token: "t".repeat(65_536) }) }],
    ["a refresh token with a NUL", { status: 200, body: token({ refresh_token: "a\u0000" }) }],
    ["a token of a kind we do not know", { status: 200, body: token({ token_type: "pop" }) }],
  ])("%s leaves the connection degraded, and is asked for again", async (_what, respond) => {
    const { stub } = await expired();
    await answerOnce(respond);
    const mark = await sandbox.mark();
    expect((await inTurn(stub, 5)).map(({ status }) => status)).toEqual([503, 503, 503, 503, 503]);
    expect(await sandbox.tokenPosts(mark)).toHaveLength(1);
    expect(await statusOf(stub)).toBe("degraded");
    await clock.advance(300);
    await runDurableObjectAlarm(stub);
    expect(await inTurn(stub, 1)).toMatchObject([{ status: 200 }]);
    expect(await statusOf(stub)).toBe("active");
  });
});

describe("an answer that is no token, to who has no connection yet", () => {
  const odd: readonly [string, { status: number; body: string }][] = [
    ["of 200,000 levels", { status: 200, body: "[".repeat(200_000) }],
    ["with codes that nest", { status: 400, body: `{"error_codes":[${"[".repeat(9_000)}` }],
    ["with a line break in its token", { status: 200, body: '{"access_token":"a\\nb"}' }],
    ["that is a page", { status: 403, body: "<!doctype html>" }],
  ];

  test.each(odd)(
    "an import meets one %s: try again, and nothing is kept",
    async (_what, respond) => {
      const refreshToken = await refreshTokenOf("ada@contoso.example");
      const stub = actorOf(`user:${newUser()}`);
      await answerOnce(respond);
      expect(await stub.import({ refreshToken })).toMatchObject({
        ok: false,
        error: { code: "upstream_unavailable", retry_after: 1 },
      });
      expect(await stub.info()).toMatchObject({ ok: false, error: { code: "not_found" } });
      expectOk(await stub.import({ refreshToken }));
    },
  );

  test.each(odd)("a sign-in meets one %s: try again", async (_what, respond) => {
    const stub = actorOf(`user:${newUser()}`);
    await answerOnce(respond);
    expect(await signIn(stub)).toMatchObject({
      ok: true,
      value: { outcome: "refused", error: { code: "upstream_unavailable" } },
    });
    expect(expectOk(await signIn(stub))).toMatchObject({ outcome: "connected" });
  });

  test("an import says what a refusal means, and blames the token for no other reason", async () => {
    const refreshToken = await refreshTokenOf("ada@contoso.example");
    const refusals = [
      [50173, "Microsoft refused this refresh token."],
      [53003, "A Conditional Access policy"],
      [5999999, "for a reason that this service does not know (code 5999999, invalid_grant)"],
    ] as const;
    for (const [aadsts, text] of refusals) {
      const stub = actorOf(`user:${newUser()}`);
      await sandbox.fault({ match: { url: tokenAnswers }, times: 1, aadsts });
      expect(await stub.import({ refreshToken })).toMatchObject({
        ok: false,
        error: {
          code: "invalid_request",
          message: expect.stringContaining(text),
          details: { field: "refreshToken", aadsts },
        },
      });
    }
  });
});

describe("a token with odd properties beside it", () => {
  test.each([
    ["a fractional lifetime", { expires_in: 3_599.5 }],
    ["a lifetime with a fraction of a millisecond", { expires_in: 3_599.000_7 }],
    ["a lifetime of 31,000 years", { expires_in: 1e12 }],
    ["a lifetime beyond any date", { expires_in: 1e13, refresh_in: 5e12 }],
    ["a lifetime as text", { expires_in: "3599.25", refresh_in: "1799.75" }],
    ["a renewal in the past", { refresh_in: -1 }],
    ["a renewal that is a list", { refresh_in: [1_800] }],
    ["scopes that are a list", { scope: ["User.Read"] }],
    ["a type in capitals", { token_type: "BEARER" }],
  ])("%s is used, with whole and bounded times", async (_what, odd) => {
    const { stub } = await expired();
    rewriteAnswers({ [tokenAnswers]: (body) => ({ ...body, ...odd }) });
    expect(await inTurn(stub, 2)).toMatchObject([{ status: 200 }, { status: 200 }]);
    const { status, resources } = expectOk(await stub.info());
    expect(status).toBe("active");
    const graph = resources.find(({ resource }) => resource === "graph");
    const expiresIn = Date.parse(graph?.expires_at ?? "") - Date.now();
    const refreshIn = Date.parse(graph?.refresh_at ?? "") - Date.now();
    expect(expiresIn).toBeGreaterThan(0);
    expect(expiresIn).toBeLessThanOrEqual((28 / 24) * day);
    expect(refreshIn).toBeLessThan(expiresIn);
    expect(await stub.accessToken({ resource: "graph" })).toMatchObject({ ok: true });
    await runDurableObjectAlarm(stub);
    expect(await statusOf(stub)).toBe("active");
  });

  test("a refresh token of a wrong type leaves the older one in its place", async () => {
    const { stub } = await expired();
    rewriteAnswers({ [tokenAnswers]: (body) => ({ ...body, refresh_token: { odd: true } }) });
    expect(await inTurn(stub, 1)).toMatchObject([{ status: 200 }]);
    vi.restoreAllMocks();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    expectOk(await stub.refresh());
    expect(await statusOf(stub)).toBe("active");
  });
});

describe("storage that fails after a token POST", () => {
  test.each(["grant", "event"] as const)(
    "on writing the %s makes callers wait, and is forgotten once it works again",
    async (table) => {
      const { stub } = await expired();
      await failStorage(stub, table);
      const mark = await sandbox.mark();
      const [first, ...others] = await inTurn(stub, 10);
      expect(first?.status).toBe(500);
      expect(new Set(others.map(({ status }) => status))).toEqual(new Set([503]));
      expect(await sandbox.tokenPosts(mark)).toHaveLength(1);
      await mendStorage(stub);
      await clock.advance(10);
      expect(await inTurn(stub, 1)).toMatchObject([{ status: 200 }]);
      expect(await statusOf(stub)).toBe("active");
      await runDurableObjectAlarm(stub);
      const intents = await runInDurableObject(stub, (_, { storage }) =>
        storage.sql.exec("SELECT * FROM refresh_intent").toArray(),
      );
      expect(intents).toEqual([]);
    },
  );

  test("during a run of the alarm leaves the alarm set for another", async () => {
    const { stub } = await connected();
    // A delivery that ends after the ring below would set the alarm anew, to what is due.
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    await clock.advance(15 * 86_400);
    await failStorage(stub, "grant");
    expect(await runDurableObjectAlarm(stub).catch((error: unknown) => error)).toBe(true);
    const alarm = await runInDurableObject(stub, (_, { storage }) => storage.getAlarm());
    expect(alarm).toBeGreaterThan(Date.now());
    expect(alarm).toBeLessThanOrEqual(Date.now() + 60_000);
    await mendStorage(stub);
    await clock.advance(60);
    await runDurableObjectAlarm(stub);
    expect(await inTurn(stub, 1)).toMatchObject([{ status: 200 }]);
    const mark = await sandbox.mark();
    expect(await inTurn(stub, 1)).toMatchObject([{ status: 200 }]);
    expect(await sandbox.tokenPosts(mark)).toEqual([]);
  });

  test("heals by the alarm alone", async () => {
    const { stub } = await connected();
    expect(await inTurn(stub, 1)).toMatchObject([{ status: 200 }]);
    await clock.advance(4_000);
    await failStorage(stub, "grant");
    expect(await inTurn(stub, 1)).toMatchObject([{ status: 500 }]);
    await mendStorage(stub);
    await clock.advance(60);
    await runDurableObjectAlarm(stub);
    const mark = await sandbox.mark();
    expect(await inTurn(stub, 1)).toMatchObject([{ status: 200 }]);
    expect(await sandbox.tokenPosts(mark)).toEqual([]);
  });
});

describe("times that an older version stored", () => {
  const oddTimes = (stub: Stub, statement: string, ...values: number[]) =>
    runInDurableObject(stub, (_, { storage }) => {
      storage.sql.exec(statement, ...values);
    });

  test.each([
    ["in the year 33715", Date.UTC(2026, 0) + 1e15],
    ["beyond any date", 1e16],
    ["at the end of the integers", Number.MAX_SAFE_INTEGER],
  ])("%s do not keep info from answering", async (_what, at) => {
    const { stub } = await connected();
    await oddTimes(stub, "UPDATE access_token SET expires_at = ?1, refresh_at = ?1", at);
    const { resources } = expectOk(await stub.info());
    for (const { expires_at: expiresAt } of resources) {
      expect(new Date(expiresAt ?? "").getTime()).toBeGreaterThan(0);
    }
  });

  test("are brought within bounds when the object starts anew", async () => {
    const { id, stub } = await connected();
    const now = Date.now();
    await oddTimes(
      stub,
      "UPDATE access_token SET issued_at = ?2, expires_at = ?1, refresh_at = ?1, retry_at = ?1",
      1e16,
      now,
    );
    // As it was before the version that mends them.
    await runInDurableObject(stub, (_, { storage }) => {
      const later = [
        "home_account",
        "kind",
        "proof",
        "roles",
        "change_seq",
        "change_read",
        "used_permissions",
      ];
      for (const column of later) storage.sql.exec(`ALTER TABLE grant DROP COLUMN ${column}`);
      storage.sql.exec("ALTER TABLE authorization DROP COLUMN begun_from");
      for (const table of ["watch", "change", "watch_key"]) {
        storage.sql.exec(`DROP TABLE ${table}`);
      }
      storage.sql.exec("DELETE FROM schema_version WHERE version >= 6");
    });
    await runInDurableObject(stub, (_, state) => state.abort("restart")).catch(() => undefined);
    const again = actorOf(id);
    const { resources } = expectOk(await again.info());
    for (const { expires_at: expiresAt, refresh_at: refreshAt } of resources) {
      expect(Date.parse(expiresAt ?? "")).toBe(now + (28 / 24) * day);
      expect(Date.parse(refreshAt ?? "")).toBe(now + (28 / 24) * day);
    }
    expect(await again.accessToken({ resource: "graph" })).toMatchObject({ ok: true });
    await clock.advance(29 * 3_600);
    expect(await inTurn(again, 1)).toMatchObject([{ status: 200 }]);
    expect(await statusOf(again)).toBe("active");
  });
});

describe("what a token POST says of itself", () => {
  /** The headers of the token POSTs from here on, until mocks are restored. */
  function recordHeaders(): Headers[] {
    const send = globalThis.fetch;
    const recorded: Headers[] = [];
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
      const request = new Request(input, init);
      if (request.url.includes(tokenAnswers)) recorded.push(request.headers);
      return send(request);
    });
    return recorded;
  }

  test("is the id that the log has, the account and the product", async () => {
    const { stub, info } = await expired();
    const sent = recordHeaders();
    const lines = recordLog("refresh");
    const requestId = "11111111-2222-4333-8444-5555aaaabbbb";
    await (await stub.fetch(me, { headers: { "client-request-id": requestId } })).arrayBuffer();
    expectOk(await stub.refresh({ resource: "arm" }));
    const account = `Oid:${info.identity?.object_id}@${contoso}`;
    expect(sent.map((headers) => headers.get("client-request-id"))).toEqual([
      requestId,
      lines[1]?.request_id,
    ]);
    for (const headers of sent) {
      expect(headers.get("x-anchormailbox")).toBe(account);
      expect(headers.get("x-ms-lib-capability")).toBe("retry-after, h429");
      expect(headers.get("user-agent")).toBe(userAgent);
    }
  });

  test("names a guest by their home, from the sign-in on", async () => {
    const sent = recordHeaders();
    const { stub, info } = await connected("lin@fabrikam.example", { tenantId: contoso });
    expectOk(await stub.refresh());
    const anchors = sent.map((headers) => headers.get("x-anchormailbox"));
    expect(anchors[0]).toBeNull();
    expect(anchors.length).toBeGreaterThan(2);
    expect(new Set(anchors.slice(1)).size).toBe(1);
    expect(anchors[1]).toMatch(/^Oid:[0-9a-f-]{36}@bbbbbbbb-0000-4000-8000-00000000000b$/);
    expect(anchors[1]).not.toContain(info.identity?.object_id);
  });
});

test.each([1, 20, "5", 0.5, 59])(
  "a renewal that Entra wants %j s after the issue is not made for every call",
  async (refreshIn) => {
    const { stub } = await expired();
    rewriteAnswers({ [tokenAnswers]: (body) => ({ ...body, refresh_in: refreshIn }) });
    const mark = await sandbox.mark();
    for (let round = 0; round < 6; round += 1) {
      expect(await inTurn(stub, 1)).toEqual([{ status: 200, retryAfter: null }]);
      await settled(stub);
    }
    expect(await sandbox.tokenPosts(mark)).toHaveLength(1);
  },
);
