import type { AuthService } from "../platform/env.ts";
import { failure, type Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { ApiKey } from "../config/config.ts";
import type { SessionSecret } from "../platform/keys.ts";
import { findApiKey, looksLikeApiKey } from "./api-key.ts";
import { callerOfAuthToken } from "./auth-service.ts";
import type { Caller } from "./caller.ts";
import { looksLikeMcpToken } from "./mcp-token-form.ts";
import { claimsToBeOurs, verifySession } from "./session.ts";

/** What credentials are checked against. */
export interface CredentialContext {
  apiKeys: readonly ApiKey[];
  sessionSecret: SessionSecret;
  auth: AuthService | undefined;
  /** Milliseconds. */
  now: number;
}

/** Nobody that this Worker knows. */
export const unauthenticated = (message: string): Result<never, Failure> =>
  err(failure("unauthenticated", message));

/**
 * Who an `Authorization` header stands for. The form of the token says who has to know it, so that
 * a key or a session of ours is never shown to the host application.
 *
 * @returns `unauthenticated` without a word on which part was wrong
 */
export async function callerOf(
  authorization: string | undefined,
  context: CredentialContext,
): Promise<Result<Caller, Failure>> {
  if (authorization === undefined) {
    return unauthenticated("Send a credential: Authorization: Bearer {API key or session token}.");
  }
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  if (token === undefined) return unauthenticated("Authorization must be Bearer {token}.");
  const caller = await callerOfToken(token, context);
  if (caller === undefined) return unauthenticated("This credential is not valid, or no longer.");
  return ok(caller);
}

async function callerOfToken(
  token: string,
  { apiKeys, sessionSecret, auth, now }: CredentialContext,
): Promise<Caller | undefined> {
  if (looksLikeApiKey(token)) {
    const key = await findApiKey(apiKeys, token);
    return key && { kind: "api_key", id: key.id, scopes: new Set(key.scopes) };
  }
  // Good at `/mcp` alone, and no business of the host application's.
  if (looksLikeMcpToken(token)) return undefined;
  if (claimsToBeOurs(token)) return verifySession(sessionSecret, token, now);
  return auth === undefined ? undefined : callerOfAuthToken(auth, token);
}
