import type { TokenFailure } from "../../entra/token-failure.ts";
import type { Grant } from "../tables/grant-store.ts";
import type { TokenRow } from "../tables/token-store.ts";

/**
 * A tenant's administrator consents, and minutes pass until the application's tokens have the roles:
 * what was refused for want of them is asked for again, less and less often, and then only once a day
 * and when it is used.
 */

const second = 1_000;
/** Milliseconds before each of the attempts that nobody has to ask for: an hour in all. */
const waits = [15, 30, 60, 120, 240, 480, 960, 1_920].map((seconds) => seconds * second);

/**
 * How long to wait after the nth token without roles (from 1).
 *
 * @returns milliseconds; undefined when no more attempts are made unasked
 */
export const rolesWait = (attempts: number): number | undefined => waits[attempts - 1];

/** Whether a latch is one that roles which arrive late undo. */
export const awaitsRoles = (
  { kind }: Pick<Grant, "kind">,
  row: Pick<TokenRow, "remedy"> | undefined,
): boolean => kind === "tenant" && row?.remedy?.action === "admin_consent";

/** A token came, and holds no permission for what it is needed for. */
export const rolesLacking = (): TokenFailure => ({
  disposition: {
    action: "admin_consent",
    latch: "resource",
    message:
      "This application has no application permissions in the tenant, or not yet: an administrator there must grant them.",
  },
  code: rolesLackingCode,
  codes: [],
});

export const rolesLackingCode = "roles_missing";
