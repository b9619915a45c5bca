import { runInDurableObject } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { clockOfEachTest } from "./support/clock.ts";
import { actorOf, connected, expectOk, newUser, signIn, type Stub } from "./support/connections.ts";
import { allKey, front, json } from "./support/front.ts";
import { imported, refreshTokenOf } from "./support/imports.ts";
import { authorize, sandbox } from "./support/sandbox.ts";
import { rewriteAnswers, tokenAnswers } from "./support/token-answers.ts";
import { ownError } from "./support/own-error.ts";

const me = "https://graph.microsoft.com/v1.0/me";

const clock = clockOfEachTest();

const accountOf = async (stub: Stub): Promise<unknown> => {
  const response = await stub.fetch(me);
  return (await response.json<{ userPrincipalName?: string }>()).userPrincipalName;
};

const withoutScope = (scope: unknown, name: string) =>
  String(scope)
    .split(" ")
    .filter((one) => one !== name)
    .join(" ");

const mishaps: readonly [string, { reason: string; account?: string; rewrite?: () => void }][] = [
  ["as another account", { reason: "different_account", account: "grace@contoso.example" }],
  [
    "as a guest of another tenant",
    { reason: "different_account", account: "lin@fabrikam.example" },
  ],
  [
    "without getting a refresh token",
    {
      reason: "no_refresh_token",
      rewrite: () =>
        rewriteAnswers({ [tokenAnswers]: (body) => ({ ...body, refresh_token: undefined }) }),
    },
  ],
  [
    "with less consent than was asked for",
    {
      reason: "missing_scopes",
      rewrite: () =>
        rewriteAnswers({
          [tokenAnswers]: (body) => ({ ...body, scope: withoutScope(body["scope"], "Mail.Read") }),
        }),
    },
  ],
];

describe.each(mishaps)("signing in again %s", (_, { reason, account, rewrite }) => {
  test("is a conflict that says why, and the old grant goes on working", async () => {
    const { stub } = await connected();
    const before = expectOk(await stub.info());
    const { events } = expectOk(await stub.events());
    rewrite?.();
    expect(expectOk(await signIn(stub, account))).toMatchObject({
      outcome: "refused",
      error: { code: "conflict", details: { reason } },
    });
    vi.restoreAllMocks();
    expect(expectOk(await stub.info())).toEqual(before);
    expect(expectOk(await stub.events()).events).toEqual(events);
    expect(await accountOf(stub)).toBe("ada@contoso.example");
    await clock.advance(4_000);
    expect(await accountOf(stub)).toBe("ada@contoso.example");
  });

  test("answers 409 to the server that confirms it", async () => {
    const userId = newUser();
    const stub = actorOf(`user:${userId}`);
    expectOk(await signIn(stub));
    const start = expectOk(
      await stub.beginAuthorization({ start: "server", returnUrl: "https://app.example/back" }),
    );
    rewrite?.();
    const answer = await authorize(start.authUrl, account);
    const callback = await front(`/callback?${answer.toString()}`);
    vi.restoreAllMocks();
    const flow = new URL(callback.headers.get("location") ?? "").searchParams.get("flow");
    const response = await front(`/connections/user:${userId}/confirm`, {
      method: "POST",
      credential: allKey,
      body: { flow },
    });
    expect(response.status).toBe(409);
    expect(await json(response)).toMatchObject({ code: "conflict", details: { reason } });
    expect(await accountOf(stub)).toBe("ada@contoso.example");
  });
});

describe("a connection that healed", () => {
  test("is the same one: id, age, label and the numbering of its events", async () => {
    const id = `user:${newUser()}:work`;
    const stub = actorOf(id);
    expectOk(await signIn(stub, "grace@contoso.example"));
    const before = expectOk(await stub.info());
    await sandbox.revoke("grace@contoso.example");
    expect((await stub.fetch(me)).status).toBe(424);
    await clock.advance(60);
    expectOk(await signIn(stub, "grace@contoso.example"));
    const after = expectOk(await stub.info());
    expect(after).toMatchObject({ id, status: "active", created_at: before.created_at });
    expect(after.identity).toEqual(before.identity);
    expect(after).not.toHaveProperty("remedy");
    const { events } = expectOk(await stub.events());
    expect(events.map(({ seq }) => seq)).toEqual(events.map((__, index) => index + 1));
    expect(new Set(events.map(({ connection }) => connection))).toEqual(new Set([id]));
  });

  test("has no token of before: what was minted for the old grant is served no more", async () => {
    const { stub } = await connected();
    const old = expectOk(await stub.accessToken({ resource: "graph" }));
    expectOk(await signIn(stub));
    const now = expectOk(await stub.accessToken({ resource: "graph" }));
    expect(now.token).not.toBe(old.token);
    expect(now.generation).toBeGreaterThan(old.generation);
  });

  test("takes another account only after its disconnect", async () => {
    const { stub } = await connected();
    expectOk(await stub.disconnect());
    expect(expectOk(await signIn(stub, "grace@contoso.example")).outcome).toBe("connected");
    expect(await accountOf(stub)).toBe("grace@contoso.example");
  });
});

test("a call under way when the connection ends is not repeated as whoever signed in since", async () => {
  const { stub } = await connected("grace@contoso.example");
  await sandbox.revoke("grace@contoso.example", "graph");
  const send = globalThis.fetch;
  const sent: (string | null)[] = [];
  let answer = () => {};
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    if (request.url !== me) return send(request);
    sent.push(request.headers.get("authorization"));
    if (sent.length > 1) return send(request);
    const { promise, resolve } = Promise.withResolvers<void>();
    answer = resolve;
    // The runtime takes an object that waits for nothing of its own for hung.
    const awake = setTimeout(resolve, 60_000);
    await promise;
    clearTimeout(awake);
    return send(request);
  });
  const call = stub.fetch(me);
  await expect.poll(() => sent.length).toBe(1);
  expectOk(await stub.disconnect());
  expectOk(await signIn(stub, "ada@contoso.example"));
  // In the object, whose request it is.
  await runInDurableObject(stub, () => answer());
  expect((await call).status).toBe(424);
  expect(sent).toHaveLength(1);
});

describe("consent that grows", () => {
  test("keeps what was granted before, and does not lose it at the next plain sign-in", async () => {
    const { stub, info } = await connected();
    expect(info.scopes).not.toContain("Mail.Send");
    expectOk(await signIn(stub, "ada@contoso.example", { scopes: ["Mail.Send"] }));
    expectOk(await signIn(stub, "ada@contoso.example", { scopes: ["Files.ReadWrite"] }));
    expectOk(await signIn(stub));
    expect(expectOk(await stub.info()).scopes).toEqual(
      expect.arrayContaining(["User.Read", "Mail.Read", "Mail.Send", "Files.ReadWrite"]),
    );
  });

  test("adds a resource, and renews it from then on", async () => {
    const { stub } = await connected();
    const vault = "https://vault.azure.net/user_impersonation";
    expectOk(await signIn(stub, "ada@contoso.example", { scopes: [vault] }));
    expectOk(await signIn(stub));
    const { resources } = expectOk(await stub.info());
    expect(resources.map(({ resource }) => resource)).toEqual(["arm", "graph", "vault"]);
  });

  test("asks again for what it once got, so that a withdrawn consent can be given back", async () => {
    const { stub } = await connected("grace@contoso.example", { scopes: ["Mail.Send"] });
    // Forgets every consent, as if the user had removed the application.
    await sandbox.reset();
    await clock.advance(4_000);
    const refused = await stub.fetch(me);
    expect(await ownError(refused)).toMatchObject({
      code: "action_required",
      remedy: { action: "consent", scopes: expect.arrayContaining(["Mail.Send"]) },
    });
    expect(expectOk(await signIn(stub, "grace@contoso.example"))).toMatchObject({
      outcome: "connected",
    });
    expect(expectOk(await stub.info()).scopes).toContain("Mail.Send");
  });

  test("is recognised however Entra writes it: in other case, in full, without offline_access", async () => {
    const { stub } = await connected();
    rewriteAnswers({
      [tokenAnswers]: (body) => ({
        ...body,
        scope: String(body["scope"])
          .replace("Mail.Send", "https://graph.microsoft.com/mail.send")
          .replace("User.Read ", "user.read "),
      }),
    });
    const completion = expectOk(
      await signIn(stub, "ada@contoso.example", { scopes: ["Mail.Send"] }),
    );
    expect(completion.outcome).toBe("connected");
  });
});

describe("several accounts of one user", () => {
  test("live under labels, each with its own grant, and fail apart", async () => {
    const userId = newUser();
    const accounts = {
      "": "ada@contoso.example",
      ":work": "grace@contoso.example",
      ":private": "pat@outlook.example",
    };
    for (const [label, account] of Object.entries(accounts)) {
      expectOk(await signIn(actorOf(`user:${userId}${label}`), account));
    }
    for (const [label, account] of Object.entries(accounts)) {
      expect(await accountOf(actorOf(`user:${userId}${label}`))).toBe(account);
    }
    const query = new URLSearchParams({ user_id: userId, label: "work" });
    const response = await front(`/user?${query.toString()}`, { credential: allKey });
    expect(await json(response)).toMatchObject({
      data: { userPrincipalName: "grace@contoso.example" },
    });
    expectOk(await actorOf(`user:${userId}:work`).disconnect());
    expect(await accountOf(actorOf(`user:${userId}`))).toBe("ada@contoso.example");
  });
});

describe("a refresh token taken over", () => {
  const tablesOf = (stub: Stub) =>
    runInDurableObject(stub, (_, { storage: { sql } }) =>
      sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'").toArray(),
    );

  test("is proven by one refresh before anything is kept", async () => {
    const refreshToken = await refreshTokenOf("grace@contoso.example");
    const mark = await sandbox.mark();
    const { stub, info } = await imported(refreshToken);
    expect(info).toMatchObject({
      status: "active",
      identity: { upn: "grace@contoso.example", name: "Grace Hopper" },
    });
    expect(await sandbox.tokenPosts(mark)).toMatchObject([
      { grant_type: "refresh_token", status: 200 },
    ]);
    expect(await accountOf(stub)).toBe("grace@contoso.example");
    const url = "https://management.azure.com/subscriptions?api-version=2022-12-01";
    expect((await stub.fetch(url)).status).toBe(200);
  });

  test.each([
    ["is no refresh token", "garbage", {}, "invalid_request"],
    ["was revoked", undefined, { aadsts: 50173 }, "invalid_request"],
    [
      "cannot be proven now",
      undefined,
      { respond: { status: 503, body: "" } },
      "upstream_unavailable",
    ],
    ["meets our own expired secret", undefined, { aadsts: 7000222 }, "app_misconfigured"],
  ])("that %s leaves no ghost of a connection", async (_, token, fault, code) => {
    const refreshToken = token ?? (await refreshTokenOf("grace@contoso.example"));
    const stub = actorOf(`user:${newUser()}`);
    if (token === undefined) {
      await sandbox.fault({ match: { grant_type: "refresh_token" }, times: 1, ...fault });
    }
    const outcome = await stub.import({ refreshToken });
    expect(outcome).toMatchObject({ ok: false, error: { code } });
    expect(JSON.stringify(outcome)).not.toContain(refreshToken);
    expect(await tablesOf(stub)).toEqual([]);
    expect(await stub.info()).toMatchObject({ ok: false, error: { code: "not_found" } });
  });

  test("does not bring back a connection that was ended while it was proven", async () => {
    const { stub } = await connected("grace@contoso.example");
    const refreshToken = await refreshTokenOf("grace@contoso.example");
    await sandbox.fault({ match: { grant_type: "refresh_token" }, times: 1, delay_ms: 300 });
    const mark = await sandbox.mark();
    const importing = stub.import({ refreshToken });
    await expect.poll(async () => (await sandbox.tokenPosts(mark)).length).toBe(1);
    expectOk(await stub.disconnect());
    expect(await importing).toMatchObject({
      ok: false,
      error: { code: "conflict", details: { reason: "disconnected" } },
    });
    expect(expectOk(await stub.info()).status).toBe("disconnected");
    // Asked for after the end, it is what somebody wants now.
    expect(expectOk(await stub.import({ refreshToken })).status).toBe("active");
  });

  test("does not bring back a connection that was ended while it waited for its turn", async () => {
    const { stub } = await connected("grace@contoso.example");
    const refreshToken = await refreshTokenOf("grace@contoso.example");
    await sandbox.fault({ match: { grant_type: "refresh_token" }, times: 1, delay_ms: 300 });
    const mark = await sandbox.mark();
    const refreshing = stub.refresh();
    await expect.poll(async () => (await sandbox.tokenPosts(mark)).length).toBe(1);
    const importing = stub.import({ refreshToken });
    expectOk(await stub.disconnect());
    await refreshing;
    expect(await importing).toMatchObject({
      ok: false,
      error: { code: "conflict", details: { reason: "disconnected" } },
    });
    expect(expectOk(await stub.info()).status).toBe("disconnected");
  });

  test("does not take away a connection of somebody else", async () => {
    const { stub } = await connected();
    const refreshToken = await refreshTokenOf("grace@contoso.example");
    expect(await stub.import({ refreshToken })).toMatchObject({
      ok: false,
      error: { code: "conflict", details: { reason: "different_account" } },
    });
    expect(await accountOf(stub)).toBe("ada@contoso.example");
  });
});
