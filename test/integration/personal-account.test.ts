import { runInDurableObject } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { PERSONAL_TENANT } from "../sandbox/constants.ts";
import { callback, landing, serverStart, userStart } from "./support/browser-sign-in.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { actorOf, connected, expectOk, newUser, type Stub } from "./support/connections.ts";
import { rowWhen } from "./support/directory.ts";
import { personalRefreshTokenOf } from "./support/imports.ts";
import { CookieJar } from "./support/front.ts";
import { authorize, sandbox } from "./support/sandbox.ts";
import { rewriteAnswers, tokenAnswers } from "./support/token-answers.ts";

const pat = "pat@outlook.example";
const me = "https://graph.microsoft.com/v1.0/me";
const returnUrl = "https://app.example/back";
const graph = "https://graph.microsoft.com";

const clock = clockOfEachTest();

/** What Microsoft answers a personal account that is asked for ARM at `common`: no code, and no page. */
const invalidScope = (state: string) =>
  new URLSearchParams({
    error: "invalid_scope",
    error_description:
      "The provided value for the input parameter 'scope' is not valid. The scope 'User.Read https://management.azure.com/user_impersonation' does not exist.",
    state,
  });

/** The scopes of token requests, without those of OpenID Connect. */
const scopesOf = (posts: { scope?: string }[]) =>
  posts.map(({ scope = "" }) =>
    scope
      .split(" ")
      .filter((one) => one.includes("/"))
      .sort(),
  );

const usual = [`${graph}/Calendars.Read`, `${graph}/Mail.Read`, `${graph}/User.Read`];

async function freshStart(query: Record<string, string> = {}) {
  const userId = newUser();
  const jar = new CookieJar();
  return { userId, jar, ...(await userStart(userId, jar, query)) };
}

describe("a sign-in at common that turns out to be of a personal account", () => {
  const wide = {
    login_hint: pat,
    prompt: "consent",
    scopes: "Files.Read https://vault.azure.net/user_impersonation https://api.example/Read",
  };

  test("goes on at consumers by itself, with Graph alone, in the same browser", async () => {
    const { jar, auth_url: authUrl, state } = await freshStart(wide);
    const first = new URL(authUrl).searchParams;
    expect(new URL(authUrl).pathname).toMatch(/^\/common\//);
    expect(first.get("scope")).toContain("https://management.azure.com/user_impersonation");
    const [cookie] = jar.names;

    const onward = jar.take(await callback(invalidScope(state), jar));
    expect(onward.status).toBe(302);
    expect(onward.headers.get("referrer-policy")).toBe("no-referrer");
    const url = landing(onward);
    expect(url.origin + url.pathname).toBe(
      "https://login.microsoftonline.com/consumers/oauth2/v2.0/authorize",
    );
    const second = url.searchParams;
    expect(second.get("scope")?.split(" ")).toEqual([
      "openid",
      "profile",
      "email",
      "offline_access",
      "User.Read",
      "Mail.Read",
      "Calendars.Read",
      "Files.Read",
    ]);
    expect([second.get("login_hint"), second.get("prompt")]).toEqual([pat, "consent"]);
    for (const name of ["state", "nonce", "code_challenge"]) {
      expect(second.get(name)).not.toBe(first.get(name));
    }
    expect(second.get("redirect_uri")).toBe(first.get("redirect_uri"));
    expect(jar.names).toHaveLength(1);
    expect(jar.names).not.toEqual([cookie]);
  });

  test("ends with one token POST at consumers, and a connection of the personal account", async () => {
    const { userId, jar, state } = await freshStart(wide);
    const url = landing(jar.take(await callback(invalidScope(state), jar)));

    const mark = await sandbox.mark();
    const page = await callback(await authorize(url.href, pat), jar);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining(pat)]);
    const posts = await sandbox.tokenPosts(mark);
    expect(posts.map(({ url: post }) => new URL(post).pathname)).toEqual([
      "/consumers/oauth2/v2.0/token",
    ]);
    expect(scopesOf(posts)).toEqual([
      [
        `${graph}/Calendars.Read`,
        `${graph}/Files.Read`,
        `${graph}/Mail.Read`,
        `${graph}/User.Read`,
      ],
    ]);
    expect(expectOk(await actorOf(`user:${userId}`).info())).toMatchObject({
      status: "active",
      identity: { tenant_id: PERSONAL_TENANT, upn: pat },
      scopes: expect.arrayContaining(["Mail.Read", "Files.Read"]),
    });
  });

  test("leads a user's start to its return_url, and a server's to its confirmation", async () => {
    const user = await freshStart({ return_url: returnUrl });
    const url = landing(user.jar.take(await callback(invalidScope(user.state), user.jar)));
    const back = await callback(await authorize(url.href, pat), user.jar);
    expect(back.headers.get("location")).toBe(`${returnUrl}?status=connected`);

    const userId = newUser();
    const { state } = await serverStart(userId, { return_url: returnUrl });
    const onward = await callback(invalidScope(state));
    expect(onward.headers.getSetCookie()).toEqual([]);
    const ended = landing(await callback(await authorize(landing(onward).href, pat)));
    expect(ended.searchParams.get("status")).toBe("confirmation_required");
    const flow = ended.searchParams.get("flow") ?? "";
    expect(expectOk(await actorOf(`user:${userId}`).confirmAuthorization({ flow }))).toMatchObject({
      status: "active",
      identity: { upn: pat },
    });
  });

  test("does so in its own browser alone, and once for each state", async () => {
    const { jar, state } = await freshStart();
    const stranger = await callback(invalidScope(state));
    expect([stranger.status, stranger.headers.get("location")]).toEqual([400, null]);
    const url = landing(await callback(invalidScope(state), jar));
    // The first state is used up; the second is bound to the cookie that came with it.
    const again = await callback(invalidScope(state), jar);
    expect([again.status, again.headers.get("location")]).toEqual([400, null]);
    const answer = await authorize(url.href, pat);
    expect((await callback(answer)).status).toBe(400);
    expect((await callback(answer, jar)).status).toBe(400);
  });

  test("ends with a clear error when Microsoft refuses the scopes at consumers too", async () => {
    const { jar, state, userId } = await freshStart({ return_url: returnUrl });
    const url = landing(jar.take(await callback(invalidScope(state), jar)));
    const second = url.searchParams.get("state") ?? "";
    const ended = landing(await callback(invalidScope(second), jar));
    expect(ended.origin + ended.pathname).toBe(returnUrl);
    expect(ended.searchParams.get("error")).toBe("invalid_scope");
    expect(ended.searchParams.get("error_description")).toContain("personal accounts");
    expect(expectOk(await actorOf(`user:${userId}`).info()).status).toBe("pending");

    const { jar: other, state: direct } = await freshStart({ tenant_id: "consumers" });
    const page = await callback(invalidScope(direct), other);
    expect([page.status, page.headers.get("location")]).toEqual([400, null]);
    expect(await page.text()).toContain("personal accounts");
  });

  test.each(["organizations", "aaaaaaaa-0000-4000-8000-00000000000a", "contoso.example"])(
    "does not go on from %s, where no personal account signs in",
    async (tenant) => {
      const { jar, state } = await freshStart({ tenant_id: tenant });
      const page = await callback(invalidScope(state), jar);
      expect([page.status, page.headers.get("location")]).toEqual([400, null]);
    },
  );

  test("goes on also when its code is refused for the scopes", async () => {
    const { jar, auth_url: authUrl } = await freshStart();
    await sandbox.fault({ match: { grant_type: "authorization_code" }, times: 1, aadsts: 70011 });
    // Whose code it is the fault does not say: one of a work account comes without a refusal before.
    const url = landing(jar.take(await callback(await authorize(authUrl), jar)));
    expect(url.pathname).toMatch(/^\/consumers\//);
    expect((await callback(await authorize(url.href, pat), jar)).status).toBe(200);
  });

  test("is over when the connection is ended meanwhile", async () => {
    const { stub } = await connected(pat, { tenantId: "consumers" });
    const start = expectOk(await stub.beginAuthorization({ start: "user", tenantId: "common" }));
    const completing = stub.completeAuthorization({
      state: start.state,
      response: invalidScope(start.state).toString(),
      browserBinding: start.browserBinding ?? "",
    });
    await stub.disconnect();
    const completion = await completing;
    // Either it was over before it could go on, or what it went on to is over.
    const onward =
      completion.ok && completion.value.outcome === "continued" ? [completion.value] : [];
    const endings = await Promise.all(
      onward.map(async ({ authUrl, state }) =>
        stub.completeAuthorization({
          state,
          response: (await authorize(authUrl, pat)).toString(),
          browserBinding: start.browserBinding ?? "",
        }),
      ),
    );
    expect(endings.filter(({ ok }) => ok)).toEqual([]);
    expect(expectOk(await stub.info()).status).toBe("disconnected");
  });

  test("keeps its place among the starts of the connection", async () => {
    const stub = actorOf(`user:${newUser()}`);
    const flows: string[] = [];
    for (let index = 0; index < 19; index += 1) {
      const start = expectOk(await stub.beginAuthorization({ start: "server", returnUrl }));
      const response = await authorize(start.authUrl);
      const completion = expectOk(
        await stub.completeAuthorization({ state: start.state, response: response.toString() }),
      );
      if (completion.outcome === "confirmation_required") flows.push(completion.flow);
    }
    const last = expectOk(await stub.beginAuthorization({ start: "server", returnUrl }));
    const completion = expectOk(
      await stub.completeAuthorization({
        state: last.state,
        response: invalidScope(last.state).toString(),
      }),
    );
    expect(completion.outcome).toBe("continued");
    for (const flow of flows) expectOk(await stub.confirmAuthorization({ flow }));
  });
});

describe("a personal account", () => {
  test.each(["consumers", PERSONAL_TENANT])(
    "is asked by name at %s, and for Graph alone",
    async (tenantId) => {
      const mark = await sandbox.mark();
      const { stub } = await connected(pat, {
        tenantId,
        scopes: [
          "Files.Read",
          "https://graph.microsoft.com/.default",
          "https://storage.azure.com/x",
        ],
      });
      const posts = await sandbox.tokenPosts(mark);
      expect(posts.map(({ url, status }) => [new URL(url).pathname, status])).toEqual([
        ["/consumers/oauth2/v2.0/token", 200],
      ]);
      expect(scopesOf(posts)).toEqual([[...usual, `${graph}/Files.Read`].sort()]);
      expect((await stub.fetch(me)).status).toBe(200);
    },
  );

  test("is renewed by the names of what it granted", async () => {
    const { stub } = await connected(pat, { tenantId: "consumers", scopes: ["Files.Read"] });
    await clock.advance(4_000);
    const mark = await sandbox.mark();
    expect((await stub.fetch(me)).status).toBe(200);
    const posts = await sandbox.tokenPosts(mark);
    expect(scopesOf(posts)).toEqual([[...usual, `${graph}/Files.Read`].sort()]);
    expect(posts.map(({ status }) => status)).toEqual([200]);
  });

  test.each([
    "Foo.Bar",
    "User.Read https://graph.microsoft.com/Nope.Read",
    "service::user.read::MBI_SSL",
    "%2F%2F User.Read openid",
  ])("goes on being renewed after an answer that named %s", async (scope) => {
    const { stub } = await connected(pat, { tenantId: "consumers" });
    await clock.advance(4_000);
    rewriteAnswers({ [tokenAnswers]: (body) => ({ ...body, scope }) });
    expect((await stub.fetch(me)).status).toBe(200);
    vi.restoreAllMocks();
    for (let renewal = 0; renewal < 3; renewal += 1) {
      await clock.advance(4_000);
      expect((await stub.fetch(me)).status).toBe(200);
    }
    expect(expectOk(await stub.info()).status).toBe("active");
  });

  test("is asked for what was required where nobody wrote down what was granted", async () => {
    const { stub } = await connected(pat, { tenantId: "consumers" });
    await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("UPDATE grant SET scopes = '[\"openid\"]'"),
    );
    await clock.advance(4_000);
    const mark = await sandbox.mark();
    expect((await stub.fetch(me)).status).toBe(200);
    expect(scopesOf(await sandbox.tokenPosts(mark))).toEqual([usual]);
  });

  test.each(["arm", "vault", "storage", "https://api.example"])(
    "is never asked for %s, of which it has no permission",
    async (resource) => {
      const { stub } = await connected(pat, { tenantId: "consumers" });
      const mark = await sandbox.mark();
      for (const answer of [
        await stub.accessToken({ resource }),
        await stub.refresh({ resource }),
        await stub.accessToken({ resource, tenantId: PERSONAL_TENANT }),
      ]) {
        expect(answer).toMatchObject({
          ok: false,
          error: { code: "forbidden", details: { reason: "personal_account" } },
        });
      }
      expect(await sandbox.tokenPosts(mark)).toEqual([]);
      expect((await stub.fetch(me)).status).toBe(200);
    },
  );

  test("that has ended is to sign in again, whatever is asked of it", async () => {
    const { stub } = await connected(pat, { tenantId: "consumers" });
    expectOk(await stub.disconnect());
    for (const resource of ["graph", "arm"]) {
      expect(await stub.accessToken({ resource, tenantId: PERSONAL_TENANT })).toMatchObject({
        ok: false,
        error: { code: "action_required", remedy: { action: "sign_in" } },
      });
    }
  });
});

/** A connection made of a personal account's refresh token, and the requests that proved it. */
async function takenOver(tenantId: string) {
  const refreshToken = await personalRefreshTokenOf(pat);
  const stub = actorOf(`user:${newUser()}`);
  const mark = await sandbox.mark();
  const info = expectOk(await stub.import({ refreshToken, tenantId }));
  return { stub, info, posts: await sandbox.tokenPosts(mark) };
}

const paths = (posts: { url: string }[]) => posts.map(({ url }) => new URL(url).pathname);
const consumersToken = "/consumers/oauth2/v2.0/token";

describe("a personal account's grant from elsewhere", () => {
  test.each(["consumers", PERSONAL_TENANT, PERSONAL_TENANT.toUpperCase()])(
    "is proven at %s by the usual permissions' names, and renewed by them",
    async (tenantId) => {
      const { stub, info, posts } = await takenOver(tenantId);
      expect([paths(posts), scopesOf(posts)]).toEqual([[consumersToken], [usual]]);
      expect(info).toMatchObject({ status: "active", identity: { tenant_id: PERSONAL_TENANT } });
      await clock.advance(4_000);
      const mark = await sandbox.mark();
      expect((await stub.fetch(me)).status).toBe(200);
      expect(scopesOf(await sandbox.tokenPosts(mark))).toEqual([usual]);
    },
  );

  test("that is brought as one of common is asked again where it is known", async () => {
    const { posts } = await takenOver("common");
    expect(paths(posts)).toEqual(["/common/oauth2/v2.0/token", consumersToken]);
    expect(scopesOf(posts)[1]).toEqual(usual);
  });

  test("is asked there too when common does not know the word .default", async () => {
    await sandbox.fault({
      match: { grant_type: "refresh_token", url: "/common/" },
      times: 1,
      aadsts: 70011,
    });
    const { info, posts } = await takenOver("common");
    expect(posts.map(({ status }) => status)).toEqual([400, 200]);
    expect(info.status).toBe("active");
  });

  test.each([65001, 70000])(
    "that lacks one of the usual permissions (AADSTS%i) is proven by the least of them",
    async (aadsts) => {
      await sandbox.fault({ match: { grant_type: "refresh_token" }, times: 1, aadsts });
      const { info, posts } = await takenOver("consumers");
      expect(scopesOf(posts)).toEqual([usual, [`${graph}/User.Read`]]);
      expect(info).toMatchObject({
        status: "active",
        scopes: expect.arrayContaining(["User.Read"]),
      });
      expect(info.scopes).not.toContain("Mail.Read");
    },
  );

  test.each([700082, 50173])("that is over (AADSTS%i) is refused at once", async (aadsts) => {
    const refreshToken = await personalRefreshTokenOf(pat);
    const stub = actorOf(`user:${newUser()}`);
    await sandbox.fault({ match: { grant_type: "refresh_token" }, times: 1, aadsts });
    const mark = await sandbox.mark();
    expect(await stub.import({ refreshToken, tenantId: "consumers" })).toMatchObject({
      ok: false,
      error: { code: "invalid_request", details: { field: "refreshToken" } },
    });
    expect(await sandbox.tokenPosts(mark)).toHaveLength(1);
  });

  test("is restored by the names of what it had granted", async () => {
    const { id, stub } = await connected(pat, { tenantId: "consumers", scopes: ["Files.Read"] });
    const row = await rowWhen(id, (entry) => entry?.status === "active");
    const wiped = await wipe(stub, id);
    const mark = await sandbox.mark();
    const restored = expectOk(
      await wiped.import({
        sealedRefreshToken: row?.refresh_token ?? "",
        tenantId: row?.tenant_id ?? "",
        scopes: row?.scope?.split(" ") ?? [],
        version: row?.version ?? 0,
      }),
    );
    const posts = await sandbox.tokenPosts(mark);
    expect([paths(posts), scopesOf(posts)]).toEqual([
      [consumersToken],
      [[...usual, `${graph}/Files.Read`].sort()],
    ]);
    expect(restored).toMatchObject({ status: "active", identity: { upn: pat } });
  });
});

/** The object loses everything it ever stored, and its memory. */
async function wipe(stub: Stub, id: string): Promise<Stub> {
  await runInDurableObject(stub, async (_, ctx) => {
    await ctx.storage.deleteAll();
    ctx.abort("wiped");
  }).catch(() => undefined);
  return actorOf(id);
}
