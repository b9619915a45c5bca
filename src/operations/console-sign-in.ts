import * as z from "zod";
import type { Config } from "../config/config.ts";
import type { DetachedAnswer } from "../connection/grant/detached-sign-in.ts";
import { signInPurposes } from "../connection/grant/sign-in-purpose.ts";
import type { ConsoleRole } from "../contract/console-state.ts";
import { failure, type Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { parseJson } from "../http/json.ts";
import { beginIdentitySignIn, redeemIdentity } from "./identity-sign-in.ts";
import { makeOpaque, readOpaque } from "../platform/opaque.ts";

/** An operator signs in to the console by a Microsoft account. Nothing of it is kept but the session. */

const openSchema = z.object({
  tenant: z.string(),
  nonce: z.string(),
  code_verifier: z.string(),
  /** Milliseconds since the epoch. */
  expires_at: z.number(),
});
/** A sign-in under way, as its browser keeps it. */
export type OpenConsoleSignIn = z.infer<typeof openSchema>;

/**
 * @param tenant GUID; no other tenant's account is taken
 * @param now milliseconds since the epoch
 */
export async function beginConsoleSignIn(
  config: Config,
  tenant: string,
  now: number,
): Promise<{ authUrl: string; state: string; sealed: string }> {
  const { authUrl, state, nonce, codeVerifier } = await beginIdentitySignIn(config, {
    purpose: "console",
    tenant,
    prompt: "select_account",
  });
  const open: OpenConsoleSignIn = {
    tenant,
    nonce,
    code_verifier: codeVerifier,
    expires_at: now + signInPurposes.console.ttlMs,
  };
  const { sessionSecret } = config;
  const sealed = await makeOpaque(sessionSecret, "console", [state], JSON.stringify(open));
  return { authUrl, state, sealed };
}

/**
 * What a browser kept of the sign-in of a state; undefined when it is another's, or over.
 *
 * @param now milliseconds since the epoch
 */
export async function openConsoleSignIn(
  { sessionSecret }: Pick<Config, "sessionSecret">,
  state: string,
  sealed: string,
  now: number,
): Promise<OpenConsoleSignIn | undefined> {
  const text = await readOpaque(sessionSecret, "console", [state], sealed);
  const open = openSchema.safeParse(text === undefined ? undefined : parseJson(text));
  return open.success && open.data.expires_at > now ? open.data : undefined;
}

/** Who signed in, and what they may do; `forbidden` for an account without a role of the console. */
export async function finishConsoleSignIn(
  config: Config,
  { tenant, nonce, code_verifier: codeVerifier }: OpenConsoleSignIn,
  answer: DetachedAnswer,
): Promise<Result<{ name: string; role: ConsoleRole }, Failure>> {
  const signIn = { purpose: "console", tenant, nonce, codeVerifier } as const;
  const redeemed = await redeemIdentity(config, signIn, answer);
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
