import { describe, expect, test } from "vitest";
import {
  signInPlace,
  standingRemedies,
} from "../../../../src/connection/policy/standing-remedies.ts";
import type { Grant } from "../../../../src/connection/tables/grant-store.ts";
import { remedyActions, type RemedyAction } from "../../../../src/contract/remedy.ts";
import { personalTenantId } from "../../../../src/entra/tenant.ts";
import { elsewhere, home, newConnection, signedInConnection } from "../support/connection.ts";

const remedy = (action: RemedyAction) => ({
  action,
  message: "Do it.",
  since: "2026-11-28T12:00:00.000Z",
});
const row = (action: RemedyAction, tenantId = home) => ({
  tenant_id: tenantId,
  remedy: remedy(action),
});
const grant = (change: Partial<Grant> = {}): Grant => ({
  ...signedInConnection().state.grant(),
  ...change,
});
const healed = new Set(["sign_in", "step_up", "consent"]);

describe("a remedy that a sign-in of the same account brings about", () => {
  test.each(remedyActions)("is %s, or it is none", (action) => {
    const count = healed.has(action) ? 1 : 0;
    expect(standingRemedies(grant({ remedy: remedy(action) }), [])).toHaveLength(count);
    expect(standingRemedies(grant(), [row(action)])).toHaveLength(count);
  });

  test("is that of the whole grant before those of single resources", () => {
    const all = standingRemedies(grant({ remedy: remedy("sign_in") }), [
      { tenant_id: home, remedy: null },
      row("consent"),
      row("step_up", elsewhere),
    ]);
    expect(all.map(({ action }) => action)).toEqual(["sign_in", "consent", "step_up"]);
  });

  test("is none of another tenant for a personal account, which is somebody else there", () => {
    const personal = grant({ tenant_id: personalTenantId });
    expect(standingRemedies(personal, [row("sign_in", elsewhere), row("step_up", home)])).toEqual(
      [],
    );
    expect(standingRemedies(personal, [row("consent", personalTenantId)])).toHaveLength(1);
  });
});

describe("a user who has to sign in goes", () => {
  test.each<[string, Grant | undefined, ReturnType<typeof signInPlace>["kind"]]>([
    [
      "to the link of an account that can be repaired",
      grant({ remedy: remedy("sign_in") }),
      "link",
    ],
    ["nowhere while nothing stands", grant(), "nowhere"],
    ["to no link of what others have to do", grant({ remedy: remedy("contact_admin") }), "nowhere"],
    ["to the host where nothing is stored", undefined, "host_page"],
    ["to the host where nobody signed in yet", newConnection().state.grant(), "host_page"],
    [
      "to the host once the account was disconnected",
      grant({ tenant_id: null, object_id: null, remedy: remedy("sign_in") }),
      "host_page",
    ],
  ])("%s", (_, of, kind) => {
    expect(signInPlace(of, []).kind).toBe(kind);
  });
});
