import type { Config } from "../config/config.ts";
import type { DetachedAnswer } from "../connection/grant/detached-sign-in.ts";
import type { ConsoleRole } from "../contract/console-state.ts";
import { failure, type Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { redeemIdentity, type OpenSignIn } from "./identity-sign-in.ts";

/**
 * Who signed in to the console by a Microsoft account, and what they may do; `forbidden` for an account
 * without a role of the console. Nothing of it is kept but the session.
 */
export async function finishConsoleSignIn(
  config: Config,
  open: OpenSignIn,
  answer: DetachedAnswer,
): Promise<Result<{ name: string; role: ConsoleRole }, Failure>> {
  const redeemed = await redeemIdentity(config, "console", open, answer);
  if (!redeemed.ok) return redeemed;
  const { upn, name, objectId, appRoles = [] } = redeemed.value;
  const role = roleOf(appRoles);
  return role === undefined ? err(noRole()) : ok({ name: upn ?? name ?? objectId, role });
}

/** The most that the roles of an account allow. */
export function roleOf(appRoles: readonly string[]): ConsoleRole | undefined {
  if (appRoles.includes("Console.Admin")) return "admin";
  return appRoles.includes("Console.Read") ? "read" : undefined;
}

const noRole = (): Failure =>
  failure("forbidden", "This account needs the app role Console.Read or Console.Admin.", {
    details: { reason: "missing_role" },
  });
