import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { clockOfEachTest } from "./support/clock.ts";
import { actorOf, connected, expectOk, newUser, signIn, type Stub } from "./support/connections.ts";
import { authorize, sandbox } from "./support/sandbox.ts";

const clock = clockOfEachTest();

const fresh = () => {
  const id = `user:${newUser()}`;
  return { id, stub: actorOf(id) };
};

const begin = async (stub: Stub, options = {}) =>
  expectOk(await stub.beginAuthorization({ start: "user", ...options }));

type Start = Awaited<ReturnType<typeof begin>>;

/** The callback of a start, as the browser it began in would make it. */
const complete = (stub: Stub, start: Start, response: URLSearchParams) =>
  stub.completeAuthorization({
    state: start.state,
    response: response.toString(),
    ...(start.browserBinding !== undefined && { browserBinding: start.browserBinding }),
  });

const overOrNever = { ok: false, error: { code: "invalid_request", details: { field: "state" } } };

const tablesOf = (stub: Stub) =>
  runInDurableObject(stub, (_, { storage }) =>
    storage.sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'",
      )
      .toArray(),
  );

describe("a state", () => {
  test("that was never handed out is refused, and the one that was goes on waiting", async () => {
    const { stub } = fresh();
    const start = await begin(stub);
    const response = await authorize(start.authUrl);
    const [id, random, mac] = start.state.split(".");
    for (const state of ["", "x", `${id}.${random}.`, `${id}.x${random?.slice(1)}.${mac}`]) {
      expect(await complete(stub, { ...start, state }, response)).toMatchObject(overOrNever);
    }
    expect(await complete(stub, start, response)).toMatchObject({
      ok: true,
      value: { outcome: "connected" },
    });
  });

  test("of another connection opens nothing here, not even with that one's cookie and code", async () => {
    const { stub: victim } = fresh();
    const { stub: attacker } = fresh();
    await begin(victim);
    const start = await begin(attacker);
    const response = await authorize(start.authUrl, "grace@contoso.example");
    expect(await complete(victim, start, response)).toMatchObject(overOrNever);
    expect(expectOk(await victim.info()).status).toBe("pending");
  });

  test("serves once: the second callback is refused and the connection stays as it is", async () => {
    const { stub } = fresh();
    const start = await begin(stub);
    const response = await authorize(start.authUrl);
    expect(expectOk(await complete(stub, start, response)).outcome).toBe("connected");
    const before = expectOk(await stub.info());
    expect(await complete(stub, start, response)).toMatchObject(overOrNever);
    expect(expectOk(await stub.info())).toEqual(before);
  });

  test("serves once also when its callback comes twice at the same moment", async () => {
    const { stub } = fresh();
    const start = await begin(stub);
    const response = await authorize(start.authUrl);
    const mark = await sandbox.mark();
    const answers = await Promise.all([
      complete(stub, start, response),
      complete(stub, start, response),
    ]);
    expect(answers.map(({ ok }) => ok).sort()).toEqual([false, true]);
    const codes = (await sandbox.tokenPosts(mark)).filter(
      ({ grant_type: type }) => type === "authorization_code",
    );
    expect(codes).toHaveLength(1);
  });

  test("expires after ten minutes, whether or not the alarm has rung", async () => {
    const { stub } = await connected();
    const start = await begin(stub);
    const response = await authorize(start.authUrl);
    await clock.advance(10 * 60);
    expect(await complete(stub, start, response)).toMatchObject(overOrNever);
  });
});

describe("a callback that the person did not make", () => {
  test.each([
    ["another browser", { code: "stolen" }],
    ["no answer at all", {}],
    ["a forged refusal", { error: "access_denied", error_description: "AADSTS65004: no" }],
  ])("%s is refused and does not disturb the flow that waits", async (_, forged) => {
    const { stub } = fresh();
    const start = await begin(stub);
    const response = new URLSearchParams({ ...forged, state: start.state });
    const { browserBinding: _cookie, ...withoutCookie } = start;
    for (const attacker of [withoutCookie, { ...start, browserBinding: "another" }]) {
      expect(await complete(stub, attacker, response)).toMatchObject({
        ok: false,
        error: { code: "forbidden", details: { reason: "other_browser" } },
      });
    }
    const rest = await authorize(start.authUrl);
    expect(expectOk(await complete(stub, start, rest)).outcome).toBe("connected");
  });

  test("without code and without error is no callback, even in the right browser", async () => {
    const { stub } = fresh();
    const start = await begin(stub);
    const empty = new URLSearchParams({ state: start.state });
    expect(await complete(stub, start, empty)).toMatchObject(overOrNever);
    const response = await authorize(start.authUrl);
    expect(expectOk(await complete(stub, start, response)).outcome).toBe("connected");
  });

  test("with a code of somebody else's sign-in meets the verifier, and gives nothing", async () => {
    const { stub } = fresh();
    const start = await begin(stub);
    const foreign = await authorize((await begin(fresh().stub)).authUrl, "grace@contoso.example");
    const response = new URLSearchParams({ code: foreign.get("code") ?? "", state: start.state });
    expect(expectOk(await complete(stub, start, response))).toMatchObject({
      outcome: "refused",
      error: { code: "action_required", details: { reason: "invalid_grant", aadsts: 501481 } },
    });
  });

  test("never makes a connection where none was begun", async () => {
    const { stub } = fresh();
    const response = new URLSearchParams({ code: "c" });
    expect(
      await complete(stub, { state: "s", authUrl: "", expiresAt: "" }, response),
    ).toMatchObject(overOrNever);
    expect(await tablesOf(stub)).toEqual([]);
  });
});

describe("sign-ins in parallel", () => {
  test("each find their own verifier, in whatever order they end", async () => {
    const { stub } = fresh();
    const starts = [await begin(stub), await begin(stub), await begin(stub)];
    const responses = await Promise.all(starts.map(({ authUrl }) => authorize(authUrl)));
    for (const index of [2, 0, 1]) {
      const [start, response] = [starts[index], responses[index]];
      if (start === undefined || response === undefined) throw new Error("no such start");
      expect(expectOk(await complete(stub, start, response)).outcome).toBe("connected");
    }
    expect((await stub.fetch("https://graph.microsoft.com/v1.0/me")).status).toBe(200);
  });

  test("end only themselves: a refused one leaves the other waiting", async () => {
    const { stub } = fresh();
    const [denied, approved] = [await begin(stub), await begin(stub)];
    const no = await authorize(denied.authUrl, "ada@contoso.example", "deny");
    expect(expectOk(await complete(stub, denied, no))).toMatchObject({
      outcome: "refused",
      error: { code: "forbidden", details: { reason: "access_denied", aadsts: 65004 } },
    });
    expect(expectOk(await stub.info()).status).toBe("pending");
    const yes = await authorize(approved.authUrl);
    expect(expectOk(await complete(stub, approved, yes)).outcome).toBe("connected");
  });
});

describe("a disconnect", () => {
  test.each([["user"], ["server"]] as const)(
    "that comes while a %s start is being redeemed has the last word",
    async (start) => {
      const { stub } = await connected();
      const returnUrl = "https://app.example/back";
      const begun = expectOk(await stub.beginAuthorization({ start, returnUrl }));
      const response = await authorize(begun.authUrl);
      const mark = await sandbox.mark();
      await sandbox.fault({ match: { grant_type: "authorization_code" }, times: 1, delay_ms: 300 });
      const completing = complete(stub, begun, response);
      await expect.poll(async () => (await sandbox.tokenPosts(mark)).length).toBe(1);
      expectOk(await stub.disconnect());
      expect(expectOk(await completing)).toMatchObject({
        outcome: "refused",
        error: { code: "invalid_request", details: { field: "state" } },
      });
      const info = expectOk(await stub.info());
      expect(info).toMatchObject({ status: "disconnected", resources: [] });
    },
  );

  test("that comes while a confirmation waits behind a renewal has the last word", async () => {
    const { stub } = await connected();
    const returnUrl = "https://app.example/back";
    const begun = expectOk(await stub.beginAuthorization({ start: "server", returnUrl }));
    const completion = expectOk(await complete(stub, begun, await authorize(begun.authUrl)));
    const flow = completion.outcome === "confirmation_required" ? completion.flow : "";
    await sandbox.fault({ match: { grant_type: "refresh_token" }, times: 1, delay_ms: 300 });
    const mark = await sandbox.mark();
    const renewing = stub.refresh();
    await expect.poll(async () => (await sandbox.tokenPosts(mark)).length).toBe(1);
    const confirming = stub.confirmAuthorization({ flow });
    expectOk(await stub.disconnect());
    expect(await confirming).toMatchObject({ ok: false, error: { code: "invalid_request" } });
    await renewing;
    expect(expectOk(await stub.info()).status).toBe("disconnected");
  });
});

describe("an abandoned start", () => {
  test("takes the connection with it when that never held a grant", async () => {
    const { stub } = fresh();
    await begin(stub);
    await clock.advance(9 * 60);
    await runDurableObjectAlarm(stub);
    expect(expectOk(await stub.info()).status).toBe("pending");
    await clock.advance(60);
    await runDurableObjectAlarm(stub);
    await expect.poll(() => tablesOf(stub)).toEqual([]);
    expect(await stub.info()).toMatchObject({ ok: false, error: { code: "not_found" } });
  });

  test("takes it also when somebody signed in and nobody confirmed who", async () => {
    const { stub } = fresh();
    const returnUrl = "https://app.example/back";
    const begun = expectOk(await stub.beginAuthorization({ start: "server", returnUrl }));
    const completion = expectOk(await complete(stub, begun, await authorize(begun.authUrl)));
    expect(completion.outcome).toBe("confirmation_required");
    await clock.advance(9 * 60);
    await runDurableObjectAlarm(stub);
    expect(expectOk(await stub.info()).status).toBe("pending");
    await clock.advance(60);
    await runDurableObjectAlarm(stub);
    await expect.poll(() => tablesOf(stub)).toEqual([]);
  });

  test("keeps the connection while another start is open", async () => {
    const { stub } = fresh();
    await begin(stub);
    await clock.advance(9 * 60);
    const second = await begin(stub);
    await clock.advance(2 * 60);
    await runDurableObjectAlarm(stub);
    const response = await authorize(second.authUrl);
    expect(expectOk(await complete(stub, second, response)).outcome).toBe("connected");
  });

  test.each([
    ["a grant", "active"],
    ["an end of its own", "disconnected"],
  ] as const)("leaves a connection with %s as it is: %s", async (_, status) => {
    const { stub } = await connected();
    if (status === "disconnected") expectOk(await stub.disconnect());
    const { events: before } = expectOk(await stub.events());
    await begin(stub);
    expect(expectOk(await stub.info()).status).toBe(status);
    await clock.advance(11 * 60);
    await runDurableObjectAlarm(stub);
    expect(expectOk(await stub.info()).status).toBe(status);
    expect(expectOk(await stub.events()).events).toEqual(before);
  });

  test("cannot be revived by a disconnect's survivors: disconnecting closes the open starts", async () => {
    const { stub } = await connected();
    const start = await begin(stub);
    const response = await authorize(start.authUrl);
    expectOk(await stub.disconnect());
    expect(await complete(stub, start, response)).toMatchObject(overOrNever);
    expect(expectOk(await stub.info()).status).toBe("disconnected");
    expect(expectOk(await signIn(stub)).outcome).toBe("connected");
  });
});

describe("many starts at once", () => {
  const returnUrl = "https://app.example/back";
  const open = 20;

  /** A flow of which a server was told that it can be confirmed. */
  async function promised(stub: Stub): Promise<string> {
    const start = expectOk(await stub.beginAuthorization({ start: "server", returnUrl }));
    const completion = expectOk(await complete(stub, start, await authorize(start.authUrl)));
    if (completion.outcome !== "confirmation_required") throw new Error(completion.outcome);
    return completion.flow;
  }

  const startMany = async (stub: Stub, count: number) => {
    const starts = [];
    for (let index = 0; index < count; index += 1) starts.push(await begin(stub));
    return starts;
  };

  test.each([1, 19, 20, 21, 45])(
    "leave what waits to be confirmed, be they %i more",
    async (more) => {
      const { stub } = fresh();
      const flow = await promised(stub);
      await startMany(stub, more);
      expect(expectOk(await stub.confirmAuthorization({ flow })).status).toBe("active");
    },
  );

  test("leave one whose code is being redeemed", async () => {
    const { stub } = fresh();
    const start = expectOk(await stub.beginAuthorization({ start: "server", returnUrl }));
    const response = await authorize(start.authUrl);
    await sandbox.fault({ match: { grant_type: "authorization_code" }, times: 1, delay_ms: 300 });
    const mark = await sandbox.mark();
    const completing = complete(stub, start, response);
    await expect.poll(async () => (await sandbox.tokenPosts(mark)).length).toBe(1);
    await startMany(stub, open + 2);
    const completion = expectOk(await completing);
    const flow = completion.outcome === "confirmation_required" ? completion.flow : "";
    expect(expectOk(await stub.confirmAuthorization({ flow })).status).toBe("active");
  });

  test("push out the oldest unanswered ones, and never the newest", async () => {
    const { stub } = fresh();
    const starts = await startMany(stub, open + 3);
    for (const [index, start] of starts.entries()) {
      const answer = await complete(stub, start, new URLSearchParams({ error: "server_error" }));
      expect([index, answer.ok]).toEqual([index, index >= 3]);
    }
  });

  test("are refused while twenty wait to be confirmed, until one is", async () => {
    const { stub } = fresh();
    const flows = [];
    for (let index = 0; index < open; index += 1) {
      flows.push(await promised(stub));
      await clock.advance(1);
    }
    const refused = await stub.beginAuthorization({ start: "user" });
    expect(refused).toMatchObject({
      ok: false,
      error: {
        code: "throttled",
        retry_after: 600 - open,
        details: { reason: "too_many_sign_ins" },
      },
    });
    const [first = "", ...others] = flows;
    expectOk(await stub.confirmAuthorization({ flow: first }));
    expectOk(await stub.beginAuthorization({ start: "user" }));
    // The one that took the free place is the one that the next start pushes out.
    expectOk(await stub.beginAuthorization({ start: "user" }));
    for (const flow of others) expectOk(await stub.confirmAuthorization({ flow }));
  });

  test("find room again when what waited has expired", async () => {
    const { stub } = await connected();
    for (let index = 0; index < open; index += 1) await promised(stub);
    expect(await stub.beginAuthorization({ start: "user" })).toMatchObject({ ok: false });
    await clock.advance(600);
    expectOk(await stub.beginAuthorization({ start: "user" }));
  });

  test("keep no more than twenty finished ones in mind", async () => {
    const { stub } = await connected();
    for (let index = 0; index < open + 5; index += 1) expectOk(await signIn(stub));
    const rows = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("SELECT finished_at FROM authorization").toArray(),
    );
    expect(rows).toHaveLength(open);
  });
});
