import { describe, expect, test } from "vitest";
import { CONTOSO_TENANT, FABRIKAM_TENANT } from "../sandbox/constants.ts";
import { SimulatedClock } from "./support/clock.ts";
import { actorOf, expectOk, newUser } from "./support/connections.ts";
import { call, http } from "./support/http.ts";
import { sandbox } from "./support/sandbox.ts";

const returnUrl = "https://app.example/admin";

async function stateFor(query: Record<string, string>): Promise<string> {
  const { body } = await call(`/admin-consent?${new URLSearchParams(query).toString()}`);
  return String((body["data"] as { state?: string }).state);
}
const callback = (query: Record<string, string>) =>
  http(`/callback/admin?${new URLSearchParams(query).toString()}`);

describe("admin consent", () => {
  test("sends an administrator's browser to their tenant, without a credential", async () => {
    const page = await http(`/admin-consent?tenant_id=${CONTOSO_TENANT}`, {
      headers: { accept: "text/html" },
    });
    expect(page.status).toBe(302);
    const url = new URL(page.headers.get("location") ?? "");
    expect(url.origin + url.pathname).toBe(
      `https://login.microsoftonline.com/${CONTOSO_TENANT}/v2.0/adminconsent`,
    );
    expect(url.searchParams.get("redirect_uri")).toBe("http://localhost:8787/callback/admin");
    const { status, body } = await call("/admin-consent");
    expect(status).toBe(200);
    expect(body["data"]).toMatchObject({
      admin_consent_url: expect.stringContaining("/organizations/v2.0/adminconsent?"),
    });
  });

  test("goes back with a status, whatever else the answer says", async () => {
    const state = await stateFor({ tenant_id: CONTOSO_TENANT, return_url: returnUrl });
    const done = await callback({ admin_consent: "True", tenant: CONTOSO_TENANT, state });
    expect([done.status, done.headers.get("location")]).toEqual([
      302,
      `${returnUrl}?status=consented`,
    ]);
    const denied = await callback({
      error: "access_denied",
      error_description: "AADSTS: x",
      state,
    });
    expect(denied.headers.get("location")).toBe(`${returnUrl}?error=access_denied`);
    const other = await callback({ admin_consent: "True", tenant: FABRIKAM_TENANT, state });
    expect(other.headers.get("location")).toBe(`${returnUrl}?error=other_tenant`);
  });

  test.each([90094, 90095, 90093])(
    "says of AADSTS%d that an administrator has to approve",
    async (code) => {
      const refused = {
        error: "access_denied",
        error_description: `AADSTS${code}: An administrator is needed.`,
      };
      const state = await stateFor({ return_url: returnUrl });
      const back = await callback({ ...refused, state });
      expect(back.headers.get("location")).toBe(`${returnUrl}?error=admin_consent`);
      const page = await callback({ ...refused, state: await stateFor({}) });
      expect(await page.text()).toContain("Only an administrator");
    },
  );

  test("ends on a page that escapes what Microsoft's answer brought", async () => {
    const state = await stateFor({});
    const page = await callback({ error: "<img src=x>", state });
    expect(page.status).toBe(400);
    expect(await page.text()).not.toContain("<img");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    const thanks = await callback({ admin_consent: "True", tenant: CONTOSO_TENANT, state });
    expect(thanks.status).toBe(200);
    expect(await thanks.text()).toContain("Thank you");
  });

  test.each<[string, Record<string, string>]>([
    ["from the portal, without a state", { admin_consent: "True", tenant: CONTOSO_TENANT }],
    ["from the portal, with a state of its own", { admin_consent: "True", state: "12345" }],
    ["after a refusal, without a state", { error: "access_denied", admin_consent: "True" }],
    ["with nothing at all", {}],
  ])("takes an administrator who comes %s for no failure", async (_, query) => {
    for (const path of ["/callback/admin", "/callback"]) {
      // The first redirect URI is where the portal sends people; bare, it is no consent's.
      if (path === "/callback" && query["admin_consent"] === undefined) continue;
      const page = await http(`${path}?${new URLSearchParams(query).toString()}`);
      expect([page.status, page.headers.get("location")]).toEqual([200, null]);
      const text = await page.text();
      expect(text).toContain("Back from Microsoft");
      expect(text).not.toMatch(/link|changed|cannot|granted|Start again/);
    }
  });

  test("takes one who needed more than ten minutes for no failure either", async () => {
    const clock = new SimulatedClock();
    clock.start();
    try {
      const state = await stateFor({ tenant_id: CONTOSO_TENANT, return_url: returnUrl });
      await clock.advance(600);
      const page = await callback({ admin_consent: "True", tenant: CONTOSO_TENANT, state });
      expect([page.status, page.headers.get("location")]).toEqual([200, null]);
      expect(await page.text()).toContain("Back from Microsoft");
    } finally {
      await clock.restore();
    }
  });

  test("shows on its page what became of it, and no more", async () => {
    const state = await stateFor({ tenant_id: CONTOSO_TENANT });
    const other = await callback({ admin_consent: "True", tenant: FABRIKAM_TENANT, state });
    expect([other.status, await other.text()]).toEqual([
      400,
      expect.stringContaining("Another organization approved"),
    ]);
    const silent = await callback({ state });
    expect([silent.status, await silent.text()]).toEqual([
      400,
      expect.stringContaining("Microsoft did not say"),
    ]);
  });

  test("redirects nobody by a state that was not made here", async () => {
    const state = await stateFor({ return_url: returnUrl });
    const mark = await sandbox.mark();
    for (const altered of [
      "",
      "admin~x.y",
      state.slice(0, -2),
      `${state}x`,
      state.replace(".", "~"),
    ]) {
      const page = await callback({ admin_consent: "True", state: altered });
      expect([page.status, page.headers.get("location")]).toEqual([200, null]);
    }
    expect(await sandbox.requests(mark)).toEqual([]);
  });

  test("has a state that is worth nothing to a sign-in, and the reverse", async () => {
    const state = await stateFor({ return_url: returnUrl });
    const mark = await sandbox.mark();
    for (const answer of [{ code: "x" }, { error: "invalid_scope" }, { admin_consent: "True" }]) {
      const page = await http(`/callback?${new URLSearchParams({ ...answer, state }).toString()}`);
      expect(page.headers.get("location")).toBeNull();
    }
    const begun = expectOk(
      await actorOf(`user:${newUser()}`).beginAuthorization({ start: "server", returnUrl }),
    );
    for (const answer of [{ admin_consent: "True", tenant: CONTOSO_TENANT }, { error: "x" }]) {
      const page = await callback({ ...answer, state: begun.state });
      expect([page.status, page.headers.get("location")]).toEqual([200, null]);
      expect(await page.text()).toContain("Back from Microsoft");
    }
    expect(await sandbox.requests(mark)).toEqual([]);
  });
});

describe("signing out", () => {
  test("leads to Microsoft's page and from there only to where this service sends people", async () => {
    const target = "https://app.example/bye";
    const response = await http(`/logout?post_logout_redirect_uri=${encodeURIComponent(target)}`);
    expect(response.status).toBe(302);
    const url = new URL(response.headers.get("location") ?? "");
    expect(url.origin + url.pathname).toBe(
      "https://login.microsoftonline.com/common/oauth2/v2.0/logout",
    );
    expect(url.searchParams.get("post_logout_redirect_uri")).toBe(target);
    expect((await http("/logout")).status).toBe(302);
  });
});
