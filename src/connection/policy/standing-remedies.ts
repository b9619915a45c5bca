import type { RemedyAction, StoredRemedy } from "../../contract/remedy.ts";
import { personalTenantId } from "../../entra/tenant.ts";
import type { Grant } from "../tables/grant-store.ts";
import type { TokenRow } from "../tables/token-store.ts";

/** A Microsoft account: an object of one tenant. */
export interface Account {
  tenantId: string;
  objectId: string;
}

/** What a sign-in of the same account brings about. */
export const healedBySignIn: ReadonlySet<RemedyAction> = new Set(["sign_in", "step_up", "consent"]);

type Latched = Pick<TokenRow, "tenant_id" | "remedy">;

/** The remedies that stand now and that a sign-in of the grant's own account brings about. */
export function standingRemedies(
  grant: Pick<Grant, "tenant_id" | "remedy">,
  rows: readonly Latched[],
): StoredRemedy[] {
  const remedies = [grant.remedy, ...rows.filter(isOwn(grant)).map(({ remedy }) => remedy)];
  return remedies
    .filter((remedy) => remedy !== null)
    .filter(({ action }) => healedBySignIn.has(action));
}

/**
 * In another tenant a personal account is a guest by another identity: what is asked for there is a
 * connection of its own, and no sign-in of this account brings it about.
 */
const isOwn =
  ({ tenant_id: home }: Pick<Grant, "tenant_id">) =>
  ({ tenant_id: tenantId }: Latched): boolean =>
    home !== personalTenantId || tenantId === home;

/** Where a user goes who has to sign in: to a link of this account, to the host's own page, or nowhere. */
export type SignInPlace = { kind: "link"; account: Account } | { kind: "host_page" | "nowhere" };

/**
 * @param grant undefined: nothing is stored of the connection
 * @param rows access tokens of the grant
 */
export function signInPlace(grant: Grant | undefined, rows: readonly Latched[]): SignInPlace {
  const account = grant && accountOf(grant);
  // A link would connect whoever opens it first: only the host knows who its user is.
  if (grant === undefined || account === undefined) return { kind: "host_page" };
  return standingRemedies(grant, rows).length > 0 ? { kind: "link", account } : { kind: "nowhere" };
}

/** The account behind a grant, as long as there is one. */
export const accountOf = ({
  tenant_id: tenantId,
  object_id: objectId,
}: Pick<Grant, "tenant_id" | "object_id">): Account | undefined =>
  tenantId === null || objectId === null ? undefined : { tenantId, objectId };
