import { runInDurableObject } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { liveRequest } from "../../src/connection/live/live-request.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { connected, expectOk, type Stub } from "./support/connections.ts";
import { tokenAnswers } from "./support/token-answers.ts";
import { sandbox } from "./support/sandbox.ts";
import { ownError } from "./support/own-error.ts";

const clock = clockOfEachTest();

describe("the live sockets of a connection", () => {
  const open = async (stub: Stub, expiresAt: number | null = null) => {
    const answer = await stub.fetch(liveRequest({ expiresAt }));
    answer.webSocket?.accept();
    return answer;
  };
  const statuses = (answers: readonly Response[]) =>
    answers.map(({ status }) => status).toSorted((one, other) => one - other);

  test("are a hundred; the next is refused before it opens, with its ticket unused", async () => {
    const { stub } = await connected();
    for (let index = 0; index < 99; index += 1) await open(stub);
    const last = await open(stub);
    const ticket = { jti: crypto.randomUUID(), expiresAt: Date.now() + 30_000 };
    const request = () => stub.fetch(liveRequest({ expiresAt: null, ticket }));
    const refused = await request();
    expect([last.status, refused.status, refused.webSocket]).toEqual([101, 429, null]);
    expect(refused.headers.get("x-azure-error")).toBe("throttled");
    expect(await ownError(refused)).toMatchObject({
      code: "throttled",
      message: "A connection has at most 100 live sockets: close one first.",
      details: { reason: "too_many_sockets" },
    });
    last.webSocket?.close();
    await expect.poll(async () => (await request()).status).toBe(101);
  });

  test("are no more when they come all at once", async () => {
    const { stub } = await connected();
    const answers = await Promise.all(Array.from({ length: 130 }, () => open(stub)));
    expect(statuses(answers)).toEqual([
      ...Array.from({ length: 100 }, () => 101),
      ...Array.from({ length: 30 }, () => 429),
    ]);
  });

  test("make room when their credential has expired, though nothing was sent to them since", async () => {
    const { stub } = await connected();
    await Promise.all(Array.from({ length: 100 }, () => open(stub, Date.now() + 60_000)));
    expect((await open(stub)).status).toBe(429);
    await clock.advance(61);
    expect((await open(stub)).status).toBe(101);
  });

  test("of another connection are not counted", async () => {
    const [one, other] = await Promise.all([connected(), connected()]);
    await Promise.all(Array.from({ length: 101 }, () => open(one.stub)));
    expect((await open(other.stub)).status).toBe(101);
  });
});

describe("the resources of a connection", () => {
  const uri = (index: number) => `https://api-${index}.contoso.example`;
  const rowsOf = (stub: Stub) =>
    runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("SELECT resource, tenant_id FROM access_token").toArray(),
    );
  /** Rows of tokens as if they had been asked for. */
  const fill = (stub: Stub, count: number, columns: { used: boolean; expired?: boolean }) =>
    runInDurableObject(stub, (_, { storage }) => {
      const end = Date.now() + (columns.expired === true ? -1_000 : 3_600_000);
      for (let index = 0; index < count; index += 1) {
        storage.sql.exec(
          `INSERT INTO access_token (resource, tenant_id, token, issued_at, expires_at, refresh_at, first_used_at)
           SELECT ?, tenant_id, 'sealed', 0, ?, ?, ? FROM grant`,
          uri(index),
          end + index,
          end + 3_600_000,
          columns.used ? 1 : null,
        );
      }
    });
  /** Entra gives a token for any resource. */
  function grantEverything(): void {
    const send = globalThis.fetch;
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
      const request = new Request(input, init);
      const body = await request.clone().arrayBuffer();
      const form = new URLSearchParams(new TextDecoder().decode(body));
      const isToken = request.url.includes(tokenAnswers);
      if (!isToken || !form.get("scope")?.startsWith("https://api-")) return send(request);
      return Response.json({ token_type: "Bearer", expires_in: 3_599, access_token: "eyJ.e30.x" });
    });
  }

  const remedy = JSON.stringify({
    action: "consent",
    message: "Consent to it.",
    since: "2026-01-01T00:00:00Z",
  });
  const tooMany = {
    ok: false,
    error: { code: "conflict", details: { reason: "too_many_resources" } },
  };

  test("are 24; one more is refused, writes nothing and asks Entra nothing", async () => {
    const { stub } = await connected();
    await fill(stub, 22, { used: false });
    const before = await rowsOf(stub);
    expect(before).toHaveLength(24);
    const mark = await sandbox.mark();
    expect(await stub.accessToken({ resource: uri(99) })).toMatchObject(tooMany);
    expect(await stub.refresh({ resource: uri(99) })).toMatchObject(tooMany);
    const other = { resource: "arm", tenantId: "bbbbbbbb-0000-4000-8000-00000000000b" };
    expect(await stub.accessToken(other)).toMatchObject(tooMany);
    const call = await stub.fetch("https://contoso-kv.vault.azure.net/secrets?api-version=7.4");
    expect([call.status, (await ownError(call))["code"]]).toEqual([409, "conflict"]);
    expect(await rowsOf(stub)).toEqual(before);
    expect(await sandbox.tokenPosts(mark)).toEqual([]);
    // What is held goes on.
    expectOk(await stub.accessToken({ resource: "arm" }));
    await clock.advance(3_400);
    expectOk(await stub.accessToken({ resource: "graph", minValiditySeconds: 3_000 }));
  });

  test("are no more when they come all at once", async () => {
    const { stub } = await connected();
    await fill(stub, 20, { used: false });
    grantEverything();
    const asked = Array.from({ length: 10 }, (_, index) =>
      stub.accessToken({ resource: uri(50 + index) }),
    );
    const outcomes = await Promise.all(asked);
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(2);
    const reasons = outcomes.flatMap((outcome) =>
      outcome.ok ? [] : outcome.error.details?.reason,
    );
    expect(reasons).toEqual(Array.from({ length: 8 }, () => "too_many_resources"));
    expect(await rowsOf(stub)).toHaveLength(24);
  });

  test.each([
    ["ended unused", { used: false, expired: true }, ""],
    ["ended latched", { used: true, expired: true }, `remedy = '${remedy}'`],
    ["never was, but for a refusal", { used: false }, "token = NULL, probed_at = 1"],
  ])("give way where one %s", async (_, columns, change) => {
    const { stub } = await connected();
    await fill(stub, 22, columns);
    if (change !== "") {
      await runInDurableObject(stub, (__, { storage }) =>
        storage.sql.exec(`UPDATE access_token SET ${change} WHERE resource LIKE 'https://api-%'`),
      );
    }
    grantEverything();
    expectOk(await stub.accessToken({ resource: uri(99) }));
    const resources = (await rowsOf(stub)).map(({ resource }) => resource);
    expect(resources).toHaveLength(24);
    expect(resources).toEqual(expect.arrayContaining(["graph", "arm", uri(99), uri(1)]));
    expect(resources).not.toContain(uri(0));
  });

  test("that were used do not give way, since they are renewed", async () => {
    const { stub } = await connected();
    await fill(stub, 22, { used: true, expired: true });
    expect(await stub.accessToken({ resource: uri(99) })).toMatchObject(tooMany);
  });

  test("are as many at sign-in", async () => {
    const { stub } = await connected();
    const scopes = Array.from({ length: 23 }, (_, index) => `${uri(index)}/read`);
    expect(await stub.beginAuthorization({ start: "user", scopes })).toMatchObject({
      ok: false,
      error: { code: "invalid_request", details: { field: "scopes" } },
    });
    expectOk(await stub.beginAuthorization({ start: "user", scopes: scopes.slice(1) }));
  });
});
