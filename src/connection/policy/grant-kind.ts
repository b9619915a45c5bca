import type { Grant, GrantKind } from "../tables/grant-store.ts";

/** What differs between kinds of grants. A kind that is added needs a row in each table. */

type HeldBy = (grant: Pick<Grant, "refresh_token">) => boolean;

const heldBy: Readonly<Record<GrantKind, HeldBy>> = {
  user: ({ refresh_token: refreshToken }) => refreshToken !== null,
};

/** Whether the connection holds what it gets access tokens by. */
export const isHeld = (grant: Pick<Grant, "kind" | "refresh_token">): boolean =>
  heldBy[grant.kind](grant);

/**
 * What happens to a grant that is not used. Microsoft ends a refresh token after 90 days without use,
 * so it is refreshed before.
 */
export const idlePolicies: Readonly<Record<GrantKind, "is_refreshed" | "lapses">> = {
  user: "is_refreshed",
};
