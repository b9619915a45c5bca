import { beforeEach, describe, expect, test } from "vitest";
import { clockOfEachTest } from "./support/clock.ts";
import { actorOf, expectOk } from "./support/connections.ts";
import { CookieJar } from "./support/front.ts";
import { asAll, bearer, call, http, inEnvironment, json } from "./support/http.ts";
import { sandbox } from "./support/sandbox.ts";
import {
  contoso,
  fabrikam,
  forgetConnections,
  forgetTenants,
  tenantId,
} from "./support/tenants.ts";

const returnUrl = "https://app.example/tenants";
const ida = "ida@fabrikam.example";
const alan = "alan@fabrikam.example";
const ada = "ada@contoso.example";
const clock = clockOfEachTest();
beforeEach(forgetTenants);

/** A browser with the cookies of this Worker and of Microsoft, and somebody in front of it. */
class Browser {
  readonly here = new CookieJar();
  readonly #microsoft = new CookieJar();
  /** What Microsoft's pages were asked, in order. */
  readonly asked: URL[] = [];
  #env: object;

  constructor(change: object = {}) {
    this.#env = change;
  }

  /** One page of Microsoft's, answered by `account`; without one, by the session alone. */
  async atMicrosoft(address: string, account?: string): Promise<URL> {
    const url = new URL(address);
    this.asked.push(new URL(url));
    if (account !== undefined && url.searchParams.get("prompt") !== "none") {
      url.searchParams.set("sandbox_account", account);
      url.searchParams.set("sandbox_decision", "approve");
    }
    const answer = this.#microsoft.take(
      await fetch(url, { redirect: "manual", headers: this.#microsoft.header }),
    );
    const location = answer.headers.get("location");
    if (location === null) throw new Error(`no redirect: ${answer.status} ${await answer.text()}`);
    return new URL(location);
  }

  /** A page of this Worker. */
  async at(path: string): Promise<Response> {
    const headers = this.here.header;
    return this.here.take(await inEnvironment(this.#env, path, { redirect: "manual", headers }));
  }

  /** Goes on from Microsoft's first page until this Worker or the host has the last word. */
  async through(address: string, account: string, alter = (url: URL) => url): Promise<Response> {
    let answer = await this.at(pathOf(alter(await this.atMicrosoft(address, account))));
    while (new URL(answer.headers.get("location") ?? "x:").host === "login.microsoftonline.com") {
      const back = await this.atMicrosoft(answer.headers.get("location") ?? "", account);
      answer = await this.at(pathOf(back));
    }
    return answer;
  }
}

const pathOf = ({ pathname, search }: URL): string => `${pathname}${search}`;

async function start(query: Record<string, string> = {}): Promise<string> {
  const asked = new URLSearchParams({
    connect: "true",
    user_id: "grace",
    return_url: returnUrl,
    ...query,
  });
  const { status, body } = await call(`/admin-consent?${asked.toString()}`, asAll());
  const data = body["data"] as Record<string, string>;
  if (status !== 200) throw new Error(JSON.stringify(body));
  expect(Object.keys(data).toSorted()).toEqual(["auth_url", "expires_at", "state"]);
  return data["auth_url"] ?? "";
}

const landed = (answer: Response) => {
  const location = new URL(answer.headers.get("location") ?? "x:");
  expect(location.origin + location.pathname).toBe(returnUrl);
  return Object.fromEntries(location.searchParams);
};
const confirm = (tenant: string, body: object) =>
  call(`/connections/${tenantId(tenant)}/confirm`, asAll(json("POST", body)));

/** Nothing was connected, and no object was made. */
async function nothingMade(...tenants: readonly string[]): Promise<void> {
  for (const tenant of tenants.length === 0 ? [fabrikam, contoso] : tenants) {
    expect(await actorOf(tenantId(tenant)).info()).toMatchObject({
      ok: false,
      error: { code: "not_found" },
    });
  }
}

describe("an administrator who consents", () => {
  test("connects the tenant, once the host has confirmed who started", async () => {
    const browser = new Browser();
    const back = landed(await browser.through(await start(), ida));
    expect(back).toEqual({
      status: "confirmation_required",
      flow: expect.stringMatching(/^[\w-]{43}$/),
      tenant_id: fabrikam,
    });
    // Signed in for the consent a moment ago: the proof shows no page.
    const [consent, proof, ...others] = browser.asked;
    expect(others).toEqual([]);
    expect(consent?.pathname).toBe("/organizations/v2.0/adminconsent");
    expect(proof?.pathname).toBe(`/${fabrikam}/oauth2/v2.0/authorize`);
    expect(proof?.searchParams.get("prompt")).toBe("none");
    expect(proof?.searchParams.get("scope")).toBe("openid profile");
    expect(expectOk(await actorOf(tenantId(fabrikam)).info())).toMatchObject({ status: "pending" });

    const { status, body } = await confirm(fabrikam, { flow: back["flow"], user_id: "grace" });
    expect(status).toBe(200);
    expect(body["data"]).toMatchObject({
      id: tenantId(fabrikam),
      kind: "tenant",
      status: "active",
      proof: "consent",
      roles: expect.arrayContaining(["Mail.Read"]),
      administrator: { object_id: expect.any(String), upn: ida, name: "Ida Rhodes" },
    });
    const info = expectOk(await actorOf(tenantId(fabrikam)).info());
    expect(info).not.toHaveProperty("administrator");
    expect(browser.here.names).toEqual([]);
    const users = await http(
      "/graph/v1.0/users?$top=1",
      asAll({ headers: { "x-azure-connection": tenantId(fabrikam) } }),
    );
    expect(users.status).toBe(200);
  });

  test("signs in on a page where Microsoft wants one", async () => {
    const browser = new Browser();
    await sandbox.fault({ match: { url: "prompt=none" }, aadsts: 50058 });
    const back = landed(await browser.through(await start({ tenant_id: fabrikam }), ida));
    expect(back).toMatchObject({ status: "confirmation_required" });
    expect(browser.asked.map((url) => url.searchParams.get("prompt"))).toEqual([
      null,
      "none",
      null,
    ]);
  });

  test("is told at the host when the consent was refused", async () => {
    const browser = new Browser();
    const url = new URL(await start());
    url.searchParams.set("sandbox_account", ida);
    url.searchParams.set("sandbox_decision", "deny");
    const denied = await fetch(url, { redirect: "manual" });
    const back = await browser.at(pathOf(new URL(denied.headers.get("location") ?? "")));
    expect(landed(back)).toHaveProperty("error");
    await nothingMade();
  });
});

describe("a start", () => {
  const asked = `connect=true&user_id=grace&return_url=${encodeURIComponent(returnUrl)}`;
  test.each([
    ["without a credential", asked, {}, 401, undefined],
    ["with a key without admin", asked, { headers: bearer("reader") }, 403, undefined],
    ["for nobody", "connect=true", asAll(), 400, "user_id"],
    ["without a place to confirm", "connect=true&user_id=grace", asAll(), 400, "return_url"],
    ["with a user, but for consent alone", "user_id=grace", asAll(), 400, "user_id"],
    [
      "that returns elsewhere",
      "connect=true&user_id=grace&return_url=https://evil.example/",
      asAll(),
      400,
      "return_url",
    ],
  ])("%s is refused", async (_, query, init, status, field) => {
    const answer = await call(`/admin-consent?${query}`, init);
    expect([answer.status, (answer.body["details"] as { field?: string })?.field]).toEqual([
      status,
      field,
    ]);
  });

  test("by a session is refused, whatever its scopes", async () => {
    const session = await call(
      "/sessions",
      asAll(json("POST", { user_id: "grace", scopes: ["connections:write"] })),
    );
    const { token } = session.body["data"] as { token: string };
    const answer = await call(`/admin-consent?${asked}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(403);
  });
});

describe("nothing is connected", () => {
  test("by a forged tenant in the callback: who signed in is of another", async () => {
    const forge = (url: URL) => {
      url.searchParams.set("tenant", contoso);
      return url;
    };
    // The silent sign-in is refused at the forged tenant; on a page the attacker's account is no member.
    const browser = new Browser();
    const first = forge(await browser.atMicrosoft(await start(), ida));
    const second = await browser.at(pathOf(first));
    const silent = await browser.atMicrosoft(second.headers.get("location") ?? "");
    expect(silent.searchParams.get("error")).toBe("login_required");
    const third = await browser.at(pathOf(silent));
    const page = await browser
      .atMicrosoft(third.headers.get("location") ?? "", ida)
      .catch((error: unknown) => String(error));
    expect(page).toContain("no redirect");
    await nothingMade();
  });

  test("by an answer that is moved from the attacker's own tenant to the forged one", async () => {
    const browser = new Browser();
    const first = await browser.atMicrosoft(await start(), ida);
    first.searchParams.set("tenant", contoso);
    const second = await browser.at(pathOf(first));
    // The attacker asks its own tenant for the code, with the state and the challenge of the other.
    const url = new URL(second.headers.get("location") ?? "");
    url.pathname = url.pathname.replace(contoso, fabrikam);
    const back = landed(await browser.at(pathOf(await browser.atMicrosoft(url.href))));
    expect(back).toHaveProperty("error");
    expect(back).not.toHaveProperty("flow");
    await nothingMade();
  });

  test("by the administrator of another tenant than the one that was asked", async () => {
    const browser = new Browser();
    const asked = await start({ tenant_id: contoso });
    // Microsoft's page of that tenant does not admit them; a callback that says otherwise is not believed.
    const first = await browser.atMicrosoft(await start(), ida);
    first.searchParams.set("state", new URL(asked).searchParams.get("state") ?? "");
    expect(landed(await browser.at(pathOf(first)))).toEqual({ error: "other_tenant" });
    await nothingMade();
  });

  test("by a member of the tenant who is no administrator", async () => {
    const browser = new Browser();
    // An administrator has consented before; then a member comes with the same words.
    await new Browser().through(await start(), ida);
    await forgetConnections();
    const state = new URL(await start()).searchParams.get("state") ?? "";
    const first = new URL(`https://x/callback/admin`);
    first.search = new URLSearchParams({
      admin_consent: "True",
      tenant: fabrikam,
      state,
    }).toString();
    let answer = await browser.at(pathOf(first));
    for (let leg = 0; leg < 2; leg += 1) {
      const back = await browser.atMicrosoft(answer.headers.get("location") ?? "", alan);
      answer = await browser.at(pathOf(back));
    }
    expect(landed(answer)).toEqual({
      error: "not_administrator",
      error_description: expect.stringContaining("administrator"),
    });
    await nothingMade(fabrikam);
  });

  test("where the registration does not say who is an administrator: the page says what to set", async () => {
    await sandbox.settings({ group_membership_claims: null });
    const answer = await new Browser().through(await start(), ida);
    expect(answer.status).toBe(503);
    const text = await answer.text();
    expect(text).toContain("groupMembershipClaims");
    expect(text).toContain("DirectoryRole");
    await nothingMade(fabrikam);
  });

  test("by confirming for another user, which uses nothing up", async () => {
    const { flow } = landed(await new Browser().through(await start(), ida));
    for (const body of [
      { flow, user_id: "mallory" },
      { flow: `${flow}x`, user_id: "grace" },
    ]) {
      expect((await confirm(fabrikam, body)).status).toBe(404);
    }
    expect(await confirm(fabrikam, { flow })).toMatchObject({
      status: 400,
      body: { details: { field: "user_id" } },
    });
    expect(expectOk(await actorOf(tenantId(fabrikam)).info())).toMatchObject({ status: "pending" });
    expect((await confirm(fabrikam, { flow, user_id: "grace" })).status).toBe(200);
  });

  test("by a link that somebody sent to another tenant's administrator", async () => {
    // Mallory starts; the administrator of Contoso follows the link, and the host confirms for whoever is
    // signed in to it in that browser, which is not Mallory.
    const link = await start({ user_id: "mallory" });
    const back = landed(await new Browser().through(link, ada));
    expect(back["tenant_id"]).toBe(contoso);
    for (const user of ["victim", "ada"]) {
      expect((await confirm(contoso, { flow: back["flow"], user_id: user })).status).toBe(404);
    }
    expect(expectOk(await actorOf(tenantId(contoso)).info())).toMatchObject({ status: "pending" });
    await clock.advance(601);
    expect((await confirm(contoso, { flow: back["flow"], user_id: "mallory" })).status).toBe(404);
  });

  test("by a flow or a callback that was used before", async () => {
    const browser = new Browser();
    const consented = await browser.atMicrosoft(await start(), ida);
    const second = await browser.at(pathOf(consented));
    const back = await browser.atMicrosoft(second.headers.get("location") ?? "");
    // The browser keeps what it had, to come once more.
    const cookies = browser.here.header;
    const { flow } = landed(await browser.at(pathOf(back)));
    expect((await confirm(fabrikam, { flow, user_id: "grace" })).status).toBe(200);
    expect((await confirm(fabrikam, { flow, user_id: "grace" })).status).toBe(404);

    const again = await http(pathOf(back), { headers: cookies });
    expect(landed(again)).toHaveProperty("error");
    expect(landed(again)).not.toHaveProperty("flow");
    const other = await new Browser().at(pathOf(back));
    expect([other.status, other.headers.get("location")]).toEqual([400, null]);
  });

  test("by a sign-in that took more than ten minutes", async () => {
    const browser = new Browser();
    const second = await browser.at(pathOf(await browser.atMicrosoft(await start(), ida)));
    const back = await browser.atMicrosoft(second.headers.get("location") ?? "");
    await clock.advance(601);
    const late = await browser.at(pathOf(back));
    expect([late.status, late.headers.get("location")]).toEqual([400, null]);
    await nothingMade();
  });

  test("by a state of another purpose", async () => {
    const browser = new Browser();
    const second = await browser.at(pathOf(await browser.atMicrosoft(await start(), ida)));
    const back = await browser.atMicrosoft(second.headers.get("location") ?? "");
    back.pathname = "/callback";
    const answer = await browser.at(pathOf(back));
    expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
    await nothingMade();
  });

  test("at another tenant than the one this service is configured for", async () => {
    const browser = new Browser({ AZURE_TENANT_ID: contoso });
    const answer = await browser.at(pathOf(await browser.atMicrosoft(await start(), ida)));
    expect(landed(answer)).toEqual({ error: "other_tenant" });
    await nothingMade();
  });
});

test("a member connects the tenant where the deployer lets members", async () => {
  await new Browser().through(await start(), ida);
  const browser = new Browser({ TENANT_CONNECT_BY_MEMBERS: "on" });
  const state = new URL(await start()).searchParams.get("state") ?? "";
  const query = new URLSearchParams({ admin_consent: "True", tenant: fabrikam, state });
  let answer = await browser.at(`/callback/admin?${query.toString()}`);
  for (let leg = 0; leg < 2; leg += 1) {
    const back = await browser.atMicrosoft(answer.headers.get("location") ?? "", alan);
    answer = await browser.at(pathOf(back));
  }
  expect(landed(answer)).toMatchObject({ status: "confirmation_required" });
});

test("consent alone goes on as before, and connects nothing", async () => {
  const { body } = await call(`/admin-consent?return_url=${encodeURIComponent(returnUrl)}`);
  const { admin_consent_url: url = "" } = body["data"] as Record<string, string>;
  expect(landed(await new Browser().through(url, ida))).toEqual({ status: "consented" });
  await nothingMade();
});
