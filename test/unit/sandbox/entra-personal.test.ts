import { decodeJwt } from "jose";
import { beforeEach, describe, expect, test } from "vitest";
import { PERSONAL_TENANT } from "../../sandbox/constants.ts";
import { delegatedPermission } from "../../sandbox/permissions.ts";
import { armScope, createEntraHarness } from "./entra-harness.ts";

const pat = "pat@outlook.example";
const graphDefault = "https://graph.microsoft.com/.default";
const vaultScope = "https://vault.azure.net/user_impersonation";
const storageScope = "https://storage.azure.com/user_impersonation";
const full = (name: string) => `https://graph.microsoft.com/${name}`;

let entra: ReturnType<typeof createEntraHarness>;
beforeEach(() => {
  entra = createEntraHarness();
});

/** Pat signs in for these scopes, and for a refresh token. */
const signedIn = async (scope: string) => {
  const asked = `openid profile offline_access ${scope}`;
  const { answer } = await entra.authorize({ sandbox_account: pat, scope: asked });
  return entra.redeem(answer.get("code"), { scope: asked });
};

const granted = (token: string | undefined) =>
  String(decodeJwt(token ?? "")["scp"])
    .split(" ")
    .filter((name) => !["openid", "profile", "email"].includes(name))
    .toSorted();

describe("a personal account's sign-in", () => {
  const refused: [scope: string, reason: string][] = [
    [`User.Read ${armScope}`, "does not exist"],
    [`${armScope} offline_access`, "does not exist"],
    ["https://management.azure.com/.default", "does not exist"],
    [`User.Read ${vaultScope}`, "does not exist"],
    [`User.Read ${storageScope}`, "does not exist"],
    ["User.Read api://nobody/access", "does not exist"],
    ["User.Read Mail.Devour", "does not exist"],
    ["User.ReadBasic.All", "is not valid"],
    ["openid Presence.Read Chat.Read", "is not valid"],
  ];
  test.each(refused)("for %s goes back with invalid_scope", async (scope, reason) => {
    const { answer, status } = await entra.authorize({ sandbox_account: pat, scope });
    expect([status, answer.get("error"), answer.get("state")]).toEqual([302, "invalid_scope", "s"]);
    // Personal accounts sign in elsewhere, and that page knows no AADSTS codes.
    expect(answer.get("error_description")).toBe(
      `The provided value for the input parameter 'scope' is not valid. The scope '${scope}' ${reason}.`,
    );
    expect(answer.has("code")).toBe(false);
  });

  test("for Resource Manager is refused as long as nobody is asked, and when consent is", async () => {
    const silent = { sandbox_account: undefined, sandbox_decision: undefined, prompt: "none" };
    const first = await entra.authorize({ sandbox_account: pat, scope: "User.Read" });
    expect(first.answer.get("code")).toBeTruthy();
    expect((await entra.authorize(silent, "consumers")).answer.get("error")).toBe("invalid_scope");
    const undecided = await entra.authorize({ sandbox_account: pat, sandbox_decision: undefined });
    expect(undecided.answer.get("error")).toBe("invalid_scope");
  });

  test.each([armScope, `User.Read ${vaultScope}`, "User.ReadBasic.All"])(
    "at consumers for %s is refused before an account is picked",
    async (scope) => {
      const unasked = { sandbox_account: undefined, sandbox_decision: undefined, scope };
      const { answer } = await entra.authorize(unasked, "consumers");
      expect(answer.get("error")).toBe("invalid_scope");
      const elsewhere = await entra.authorize(unasked, "common");
      expect(elsewhere.page).toContain("Pick an account");
      const byTenant = await entra.authorize(unasked, PERSONAL_TENANT);
      expect(byTenant.answer.get("error")).toBe("invalid_scope");
    },
  );

  test("leaves out what it cannot grant, and says so in the answer's scope alone", async () => {
    const asked = "User.Read User.ReadBasic.All Mail.Read Chat.Read Presence.Read.All Mail.Send";
    const tokens = await signedIn(asked);
    expect(granted(tokens.access_token)).toEqual(["Mail.Read", "Mail.Send", "User.Read"]);
    expect(tokens.scope?.split(" ")).not.toContain("User.ReadBasic.All");
    const refreshed = await entra.refresh(tokens.refresh_token, asked, "consumers");
    expect(granted(refreshed.access_token)).toEqual(["Mail.Read", "Mail.Send", "User.Read"]);
  });

  test("grants what an administrator would decide in a work tenant, where it can", async () => {
    const tokens = await signedIn("User.Read Application.Read.All");
    expect(granted(tokens.access_token)).toEqual(["Application.Read.All", "User.Read"]);
    const grace = await entra.authorize({
      sandbox_account: "grace@contoso.example",
      scope: "Application.Read.All",
    });
    expect(grace.answer.get("error_description")).toContain("AADSTS90094");
  });
});

describe("a personal account's token request", () => {
  const asked = ["User.Read", "Mail.Read", "Mail.Send", "Calendars.ReadWrite", "Files.Read.All"];
  const signIn = () => signedIn(asked.map(full).join(" "));

  test("by full names has what was granted", async () => {
    const { refresh_token } = await signIn();
    for (const names of [["Mail.Send"], ["Mail.Read", "Calendars.ReadWrite"], asked]) {
      const scope = `${names.map(full).join(" ")} offline_access`;
      const { access_token } = await entra.refresh(refresh_token, scope, "consumers");
      expect(granted(access_token)).toEqual(names.toSorted());
    }
  });

  test("brings a new refresh token only when it asks for one, unlike a work account's", async () => {
    const { refresh_token } = await signIn();
    const renewed = async (scope: string) =>
      (await entra.refresh(refresh_token, scope, "consumers")).refresh_token !== undefined;
    expect(await renewed(full("Mail.Read"))).toBe(false);
    expect(await renewed(`${full("Mail.Read")} openid profile`)).toBe(false);
    expect(await renewed(`${full("Mail.Read")} offline_access`)).toBe(true);
    const ada = await entra.signIn();
    const again = await entra.refresh(ada.refresh_token, full("User.Read"));
    expect(again.refresh_token).toBeDefined();
  });

  test("by .default has only what reads", async () => {
    const { refresh_token } = await signIn();
    const { access_token, scope } = await entra.refresh(refresh_token, graphDefault, "consumers");
    expect(granted(access_token)).toEqual(["Files.Read.All", "Mail.Read", "User.Read"]);
    expect(scope).toContain(graphDefault);
  });

  test("by .default has the same when a code is redeemed", async () => {
    const scope = `openid offline_access ${asked.map(full).join(" ")}`;
    const { answer } = await entra.authorize({ sandbox_account: pat, scope });
    const redeemed = await entra.redeem(answer.get("code"), { scope: graphDefault }, "consumers");
    expect(granted(redeemed.access_token)).toEqual(["Files.Read.All", "Mail.Read", "User.Read"]);
  });

  test("by .default has nothing when nothing that reads was granted", async () => {
    const { refresh_token } = await signedIn("Mail.Send Files.ReadWrite");
    const refused = await entra.refresh(refresh_token, graphDefault, "consumers");
    expect([refused.status, refused.error, refused.aadsts]).toEqual([400, "invalid_grant", 70000]);
  });

  test("by .default at the sign-in has only what reads", async () => {
    const tokens = await signedIn(graphDefault);
    expect(granted(tokens.access_token)).toEqual([
      "Calendars.Read",
      "Contacts.Read",
      "Files.Read",
      "Mail.Read",
      "User.Read",
    ]);
  });

  const refused: [scope: string, error: string, aadsts: number][] = [
    ["https://management.azure.com/.default", "invalid_scope", 70011],
    [armScope, "invalid_scope", 70011],
    ["https://vault.azure.net/.default offline_access", "invalid_scope", 70011],
    ["https://storage.azure.com/.default", "invalid_scope", 70011],
    ["api://nobody/.default", "invalid_scope", 70011],
    ["Mail.Devour", "invalid_scope", 70011],
    ["User.ReadBasic.All", "invalid_scope", 70011],
    // Never asked for at the sign-in.
    ["Contacts.Read", "invalid_grant", 70000],
  ];
  test.each(refused)("for %s is refused: %s", async (scope, error, aadsts) => {
    const { refresh_token } = await signIn();
    for (const tenant of ["consumers", "common", PERSONAL_TENANT]) {
      const answer = await entra.refresh(refresh_token, scope, tenant);
      expect([answer.status, answer.error, answer.aadsts]).toEqual([400, error, aadsts]);
    }
  });
});

describe("a delegated permission", () => {
  const schemes: [name: string, adminConsent: boolean, personal: boolean][] = [
    ["user.read", false, true],
    ["Mail.ReadBasic", false, true],
    ["Calendars.Read.Shared", false, true],
    ["Calendars.ReadWrite.Shared", false, false],
    ["IMAP.AccessAsUser.All", false, true],
    ["Team.ReadBasic.All", false, false],
    ["Group.ReadWrite.All", true, false],
    ["Policy.Read.All", true, true],
  ];
  test.each(schemes)("%s: administrator %s, personal %s", (name, adminConsent, personal) => {
    expect(delegatedPermission("graph", name)).toMatchObject({ adminConsent, personal });
  });

  test.each(["arm", "vault", "storage"] as const)("of %s is no personal account's", (audience) => {
    expect(delegatedPermission(audience, "user_impersonation")?.personal).toBe(false);
  });
});
