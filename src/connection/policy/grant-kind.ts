import type { Grant, GrantKind } from "../tables/grant-store.ts";

/** What differs between kinds of grants. A kind that is added needs a row in each table. */

type Holding = Pick<Grant, "kind" | "refresh_token" | "proof">;

const heldBy: Readonly<Record<GrantKind, (grant: Holding) => boolean>> = {
  user: ({ refresh_token: refreshToken }) => refreshToken !== null,
  // The credential is the application's: what is held is the fact that the tenant was connected.
  tenant: ({ proof }) => proof !== null,
};

/** Whether the connection holds what it gets access tokens by. */
export const isHeld = (grant: Holding): boolean => heldBy[grant.kind](grant);

/**
 * What happens to a grant that is not used. Microsoft ends a refresh token after 90 days without use,
 * so it is refreshed before; an application has none that could end.
 */
export const idlePolicies: Readonly<Record<GrantKind, "is_refreshed" | "lapses">> = {
  user: "is_refreshed",
  tenant: "lapses",
};
