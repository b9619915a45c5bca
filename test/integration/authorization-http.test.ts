import { describe, expect, test } from "vitest";
import {
  callback,
  landing,
  serverStart,
  userStart,
  type SignInStart,
} from "./support/browser-sign-in.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { newUser } from "./support/connections.ts";
import { allKey, CookieJar, front, json, sessionOf } from "./support/front.ts";
import { authorize, sandbox } from "./support/sandbox.ts";

const returnUrl = "https://app.example/settings?tab=mail";

const clock = clockOfEachTest();

const infoOf = async (userId: string) => {
  const response = await front(`/connections/user:${userId}`, { credential: allKey });
  return { status: response.status, ...(await json(response)) };
};

const connectionStatus = async (userId: string): Promise<unknown> =>
  ((await infoOf(userId)) as { data?: { status?: string } }).data?.status;

const confirm = (userId: string, flow: string) =>
  front(`/connections/user:${userId}/confirm`, {
    method: "POST",
    credential: allKey,
    body: { flow },
  });

describe("a sign-in that a user's page starts", () => {
  test("is bound to its browser by a cookie that only this host sees, and connects at once", async () => {
    const userId = newUser();
    const response = await front("/connect", { credential: await sessionOf(userId) });
    const [cookie = ""] = response.headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-azure_flow_[0-9a-f]{8}=[A-Za-z0-9_-]{43};/);
    for (const attribute of ["Path=/", "Secure", "HttpOnly", "SameSite=Lax", "Max-Age=600"]) {
      expect(cookie).toContain(attribute);
    }
    const jar = new CookieJar();
    const { auth_url: authUrl } = await jar.take(response).json<SignInStart>();
    const page = jar.take(await callback(await authorize(authUrl), jar));
    expect(page.status).toBe(200);
    expect(page.headers.get("content-type")).toContain("text/html");
    expect(page.headers.get("referrer-policy")).toBe("no-referrer");
    expect(await page.text()).toContain("ada@contoso.example");
    // By the cookie the browser is told, should it come again, that this is finished.
    expect(page.headers.getSetCookie()).toEqual([]);
    expect(await connectionStatus(userId)).toBe("active");
  });

  test("goes back to its return_url, with nothing that names the connection", async () => {
    const userId = newUser();
    const jar = new CookieJar();
    const start = await userStart(userId, jar, { return_url: returnUrl });
    const response = await callback(await authorize(start.auth_url), jar);
    expect(response.status).toBe(302);
    expect(response.headers.get("location")).toBe(`${returnUrl}&status=connected`);
    expect(response.headers.get("cache-control")).toBe("no-store");
  });

  test("is answered by a redirect only to a browser that navigates", async () => {
    const credential = await sessionOf(newUser());
    const page = await front("/connect", { credential, headers: { accept: "text/html,*/*" } });
    expect(page.status).toBe(302);
    expect(landing(page).host).toBe("login.microsoftonline.com");
    const script = await front("/connect", { credential, headers: { accept: "*/*" } });
    expect(script.status).toBe(200);
  });

  test.each<[string, (start: SignInStart) => URLSearchParams]>([
    ["with a code that an attacker has", ({ state }) => new URLSearchParams({ state, code: "c" })],
    [
      "with a forged refusal",
      ({ state }) => new URLSearchParams({ state, error: "access_denied" }),
    ],
    ["with nothing but the state", ({ state }) => new URLSearchParams({ state })],
  ])("survives a callback from another browser %s", async (_, forged) => {
    const userId = newUser();
    const jar = new CookieJar();
    const start = await userStart(userId, jar, { return_url: returnUrl });
    const attack = await callback(forged(start));
    expect(attack.status).toBe(400);
    expect(attack.headers.get("location")).toBeNull();
    expect(await connectionStatus(userId)).toBe("pending");
    const response = await callback(await authorize(start.auth_url), jar);
    expect(landing(response).searchParams.get("status")).toBe("connected");
  });

  test("cannot be finished in the browser of somebody else who was sent the link", async () => {
    const [attacker, victim] = [new CookieJar(), new CookieJar()];
    const userId = newUser();
    const start = await userStart(userId, attacker, { return_url: returnUrl });
    await userStart(newUser(), victim);
    const response = await callback(await authorize(start.auth_url), victim);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("another browser");
    expect(await connectionStatus(userId)).toBe("pending");
  });

  test("runs beside another of the same browser", async () => {
    const jar = new CookieJar();
    const [one, two] = [newUser(), newUser()];
    const starts = [await userStart(one, jar), await userStart(two, jar)];
    expect(jar.names).toHaveLength(2);
    for (const start of starts.toReversed()) {
      const response = await callback(await authorize(start.auth_url), jar);
      expect(response.status).toBe(200);
    }
    expect([await connectionStatus(one), await connectionStatus(two)]).toEqual([
      "active",
      "active",
    ]);
  });
});

describe("the callback", () => {
  test.each([
    ["no state", {}],
    ["a state of nobody's making", { state: "dXNlcjp4.AAAA.BBBB" }],
    ["a code and no state", { code: "c" }],
  ])("answers %s with a page, and never with a redirect", async (_, parameters) => {
    const mark = await sandbox.mark();
    const response = await callback(new URLSearchParams(parameters));
    expect(response.status).toBe(400);
    expect(response.headers.get("location")).toBeNull();
    expect(response.headers.get("content-type")).toContain("text/html");
    expect(await sandbox.requests(mark)).toEqual([]);
  });

  test("takes a state once, and then not even to its return_url", async () => {
    const jar = new CookieJar();
    const start = await userStart(newUser(), jar, { return_url: returnUrl });
    const parameters = await authorize(start.auth_url);
    expect((await callback(parameters, jar)).status).toBe(302);
    const again = await callback(parameters, jar);
    expect(again.status).toBe(200);
    expect(again.headers.get("location")).toBeNull();
  });

  test("takes no state that has expired", async () => {
    const jar = new CookieJar();
    const start = await userStart(newUser(), jar, { return_url: returnUrl });
    expect(Date.parse(start.expires_at) - Date.now()).toBe(600_000);
    const parameters = await authorize(start.auth_url);
    await clock.advance(600);
    expect((await callback(parameters, jar)).status).toBe(400);
  });

  test("reports a refusal to the return_url, without Microsoft's words", async () => {
    const jar = new CookieJar();
    const start = await userStart(newUser(), jar, { return_url: returnUrl });
    const denied = await authorize(start.auth_url, "ada@contoso.example", "deny");
    expect(denied.get("error")).toBe("access_denied");
    const response = await callback(denied, jar);
    expect(response.status).toBe(302);
    const { origin, pathname, searchParams } = landing(response);
    expect(origin + pathname).toBe("https://app.example/settings");
    expect(searchParams.get("tab")).toBe("mail");
    expect(searchParams.get("error")).toBe("access_denied");
    expect(response.headers.get("location")).not.toContain("AADSTS");
  });

  test.each([
    [90094, "admin_consent"],
    [90095, "admin_consent"],
    [50105, "contact_admin"],
    [53003, "contact_admin"],
  ])("tells AADSTS%i, an access_denied that is not the person's, as %s", async (aadsts, action) => {
    const refusal = {
      error: "access_denied",
      error_description: `AADSTS${aadsts}: prose.\r\nTrace ID: t`,
    };
    const jar = new CookieJar();
    const start = await userStart(newUser(), jar, { return_url: returnUrl });
    const sent = await callback(new URLSearchParams({ ...refusal, state: start.state }), jar);
    const { searchParams } = landing(sent);
    expect(searchParams.get("error")).toBe(action);
    expect(searchParams.get("error_description")).toMatch(/administrator/);
    expect(searchParams.get("error_description")).not.toContain("prose");

    const shown = await userStart(newUser(), jar, { tenant_id: "contoso.example" });
    const page = await callback(new URLSearchParams({ ...refusal, state: shown.state }), jar);
    expect(page.status).toBe(400);
    const text = await page.text();
    expect(text).toMatch(/administrator/);
    expect(text).not.toMatch(/was not given|AADSTS|prose/);
    // The link for the administrator, where one is needed, names the tenant of the sign-in.
    expect(text.includes("/admin-consent?tenant_id=contoso.example")).toBe(
      action === "admin_consent",
    );
  });

  test.each([50020, 500200, 500202])(
    "tells a guest for whom no tenant was named (AADSTS%i) to name it",
    async (aadsts) => {
      const jar = new CookieJar();
      const start = await userStart(newUser(), jar, { return_url: returnUrl });
      const refusal = {
        error: "access_denied",
        error_description: `AADSTS${aadsts}: prose`,
        state: start.state,
      };
      const { searchParams } = landing(await callback(new URLSearchParams(refusal), jar));
      expect(searchParams.get("error")).toBe("tenant_required");
      expect(searchParams.get("error_description")).toContain("tenant_id");
    },
  );

  test("answers 409 with a page when another account comes back, and keeps the first", async () => {
    const jar = new CookieJar();
    const userId = newUser();
    const first = await userStart(userId, jar);
    expect((await callback(await authorize(first.auth_url), jar)).status).toBe(200);
    const second = await userStart(userId, jar);
    const response = await callback(await authorize(second.auth_url, "grace@contoso.example"), jar);
    expect(response.status).toBe(409);
    expect(await response.text()).toContain("another Microsoft account");
    expect(await infoOf(userId)).toMatchObject({
      data: { status: "active", identity: { upn: "ada@contoso.example" } },
    });
  });

  test("shows a refusal on a page when there is no return_url", async () => {
    const jar = new CookieJar();
    const start = await userStart(newUser(), jar);
    const response = await callback(
      await authorize(start.auth_url, "ada@contoso.example", "deny"),
      jar,
    );
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain("AADSTS");
  });
});

describe("a sign-in that a server starts", () => {
  /** The flow that the browser brings back, after whoever held it signed in. */
  async function flowOf(userId: string): Promise<string> {
    const start = await serverStart(userId, { return_url: returnUrl });
    const { searchParams } = landing(await callback(await authorize(start.auth_url)));
    expect(searchParams.get("status")).toBe("confirmation_required");
    return searchParams.get("flow") ?? "";
  }

  test("connects nobody until the server confirms who is signed in, and names nobody on the way", async () => {
    const userId = newUser();
    const start = await serverStart(userId, { return_url: returnUrl });
    const response = await callback(await authorize(start.auth_url));
    expect(response.headers.getSetCookie()).toEqual([]);
    const { href, searchParams } = landing(response);
    expect(href.startsWith(returnUrl)).toBe(true);
    const flow = searchParams.get("flow") ?? "";
    expect(flow).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(href).not.toContain(userId);
    expect(start.state).not.toContain(flow);
    expect(await infoOf(userId)).not.toHaveProperty("data.identity");
    expect(await connectionStatus(userId)).toBe("pending");

    const confirmed = await confirm(userId, flow);
    expect(confirmed.status).toBe(200);
    expect(await json(confirmed)).toMatchObject({
      data: { status: "active", identity: { upn: "ada@contoso.example" } },
    });
  });

  test("is not confirmed for another user, known or not, and the attempt uses nothing up", async () => {
    const [userId, other] = [newUser(), newUser()];
    await serverStart(other, { return_url: returnUrl });
    const flow = await flowOf(userId);
    for (const wrong of [other, newUser()]) {
      const response = await confirm(wrong, flow);
      expect(response.status).toBe(404);
      expect(await json(response)).toMatchObject({ code: "not_found" });
    }
    expect(await connectionStatus(other)).toBe("pending");
    expect((await confirm(userId, "x".repeat(43))).status).toBe(404);
    expect((await confirm(userId, flow)).status).toBe(200);
  });

  test("is confirmed once", async () => {
    const userId = newUser();
    const flow = await flowOf(userId);
    const answers = await Promise.all([confirm(userId, flow), confirm(userId, flow)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
    expect((await confirm(userId, flow)).status).toBe(404);
  });

  test("can be confirmed for ten minutes", async () => {
    const userId = newUser();
    const flow = await flowOf(userId);
    await clock.advance(600);
    expect((await confirm(userId, flow)).status).toBe(404);
  });

  test("needs connections:write to be confirmed", async () => {
    const userId = newUser();
    const flow = await flowOf(userId);
    const response = await front(`/connections/user:${userId}/confirm`, {
      method: "POST",
      credential: "azk_reader_reader-secret",
      body: { flow },
    });
    expect(response.status).toBe(403);
    expect((await confirm(userId, flow)).status).toBe(200);
  });
});

describe("a start", () => {
  test.each([
    ["evil.example", "https://evil.example/"],
    ["a host that only begins alike", "https://app.example.evil.example/"],
    ["a user before the host", "https://app.example@evil.example/"],
    ["another scheme", "http://app.example/"],
    ["a script", "javascript:alert(1)"],
    ["a backslash", "https://app.example\\@evil.example/"],
    ["no absolute URL", "/settings"],
    ["two slashes", "//evil.example/"],
    ["a line break", "https://app.example/\r\nx: y"],
  ])("refuses to return to %s", async (_, url) => {
    const query = new URLSearchParams({ user_id: newUser(), return_url: url });
    const response = await front(`/connect?${query.toString()}`, { credential: allKey });
    expect(response.status).toBe(400);
    expect(await json(response)).toMatchObject({ details: { field: "return_url" } });
  });

  test("of a server needs somewhere to return to; a user's own does not", async () => {
    const server = await front(`/connect?user_id=${newUser()}`, { credential: allKey });
    expect(server.status).toBe(400);
    expect(await json(server)).toMatchObject({ details: { field: "return_url" } });
    expect((await front("/connect", { credential: await sessionOf(newUser()) })).status).toBe(200);
  });

  test("needs a credential, and takes none from the URL", async () => {
    expect((await front("/connect")).status).toBe(401);
    const userId = newUser();
    for (const name of ["token", "access_token", "api_key", "key"]) {
      const response = await front(`/connect?user_id=${userId}&${name}=${allKey}`);
      expect([400, 401]).toContain(response.status);
    }
    expect((await infoOf(userId)).status).toBe(404);
  });
});
