import { describe, expect, test, vi } from "vitest";
import { CLIENT_SECRET } from "../sandbox/constants.ts";
import { secretCredentials } from "../support/credentials.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { expectOk, type Stub } from "./support/connections.ts";
import { imported, refreshTokenOf } from "./support/imports.ts";
import { reconfigured } from "./support/reconfigured.ts";
import { sandbox } from "./support/sandbox.ts";
import { ownError } from "./support/own-error.ts";

const me = "https://graph.microsoft.com/v1.0/me";
const minute = 60;
const connections = 200;
const newSecret = "the-second-secret";

const clock = clockOfEachTest();

/** What Entra says of a secret that has expired. */
const expired = () =>
  Response.json(
    {
      error: "invalid_client",
      error_description: "AADSTS7000222: The provided client secret keys are expired.",
      error_codes: [7000222],
      trace_id: crypto.randomUUID(),
    },
    { status: 401 },
  );

/**
 * From here on Entra takes the new secret and refuses the old one, to which the sandbox holds.
 *
 * @returns how often each secret was tried
 */
function expireSecret(): { old: number; new: number } {
  const tried = { old: 0, new: 0 };
  const send = globalThis.fetch;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    if (!request.url.includes("/oauth2/v2.0/token")) return send(request);
    const form = new URLSearchParams(new TextDecoder().decode(await request.arrayBuffer()));
    const isNew = form.get("client_secret") === newSecret;
    tried[isNew ? "new" : "old"] += 1;
    if (!isNew) return expired();
    form.set("client_secret", CLIENT_SECRET);
    return send(new Request(request.url, { method: "POST", body: form }));
  });
  return tried;
}

async function call(stub: Stub): Promise<{ status: number; code?: unknown; retryAfter?: number }> {
  const response = await stub.fetch(me);
  if (response.ok) {
    await response.body?.cancel();
    return { status: response.status };
  }
  const { code, retry_after: retryAfter } = await ownError(response);
  return {
    status: response.status,
    code,
    ...(typeof retryAfter === "number" && { retryAfter }),
  };
}

const each = <Value>(stubs: readonly Stub[], work: (stub: Stub) => Promise<Value>) =>
  Promise.all(stubs.map(work));

describe(`${connections} connections whose application's secret has expired`, () => {
  test("ask nobody to act, try four times an hour at most, and go on at once with a second secret", async () => {
    const refreshToken = await refreshTokenOf("ada@contoso.example");
    const stubs = await Promise.all(
      Array.from({ length: connections }, async () => (await imported(refreshToken)).stub),
    );
    const tried = expireSecret();

    // Past the time of renewal the tokens still serve: only the renewal behind the callers fails.
    await clock.advance(3_500);
    for (let round = 0; round < 2; round += 1) {
      const answers = await each(stubs, call);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    }
    await expect.poll(() => tried.old).toBe(connections);

    // Expired: the calls fail for what it is, without asking Entra.
    await clock.advance(5 * minute);
    const refused = await each(stubs, call);
    expect(tried.old).toBe(connections);
    for (const answer of refused) {
      expect(answer).toMatchObject({ status: 503, code: "app_misconfigured" });
      expect(answer.retryAfter).toBeGreaterThan(0);
      expect(answer.retryAfter).toBeLessThanOrEqual(15 * minute);
    }

    // An hour of calls, twice in a pause and once after each.
    for (const minutes of [5, 5, 5, 15, 15, 15]) {
      await clock.advance(minutes * minute);
      await each(stubs, call);
    }
    expect(tried.old).toBe(connections * 5);

    // No user heard of it, and each log holds one line of it.
    const logs = await each(stubs, async (stub) => {
      const { status, remedy } = expectOk(await stub.info());
      const { events } = expectOk(await stub.events());
      return { status, remedy, types: events.map(({ type }) => type) };
    });
    for (const log of logs) {
      expect(log).toEqual({
        status: "active",
        remedy: undefined,
        types: ["connection.pending", "connection.connected", "token.refresh_failed"],
      });
    }

    // The deployment gets a second secret, in the midst of the pause.
    const answers = await each(stubs.slice(0, 50), (stub) =>
      reconfigured(
        stub,
        { credentials: secretCredentials(CLIENT_SECRET, newSecret) },
        async ({ gateway }) => {
          const response = await gateway.handle(new Request(me));
          await response.arrayBuffer();
          return response.status;
        },
      ),
    );
    expect(new Set(answers)).toEqual(new Set([200]));
    expect(tried.new).toBe(50);
  }, 120_000);
});

describe("a secret that is refused", () => {
  test("is one POST for two resources, and one alert", async () => {
    const { stub } = await imported(await refreshTokenOf("ada@contoso.example"));
    await clock.advance(4_000);
    const tried = expireSecret();
    await Promise.all([
      call(stub),
      stub.accessToken({ resource: "arm" }),
      stub.accessToken({ resource: "graph" }),
    ]);
    expect(tried.old).toBe(1);
    const { events } = expectOk(await stub.events({ after: 2 }));
    expect(events).toHaveLength(1);
  });

  test("is not tried at every call although another failure came between", async () => {
    const { stub } = await imported(await refreshTokenOf("ada@contoso.example"));
    await clock.advance(4_000);
    const tried = expireSecret();
    expect(await call(stub)).toMatchObject({ status: 503, code: "app_misconfigured" });
    await clock.advance(15 * minute);
    vi.restoreAllMocks();
    await sandbox.fault({
      match: { grant_type: "refresh_token" },
      times: 1,
      respond: { status: 503, headers: { "retry-after": "60" }, body: "" },
    });
    const mark = await sandbox.mark();
    expect((await call(stub)).status).toBe(503);
    expect((await call(stub)).status).toBe(503);
    expect(await sandbox.tokenPosts(mark)).toHaveLength(1);
    await clock.advance(61);
    expect((await call(stub)).status).toBe(200);
    expect(tried).toEqual({ old: 1, new: 0 });
  });
});
