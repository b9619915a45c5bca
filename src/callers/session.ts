import { decodeJwt } from "jose";
import { userIdSchema } from "../contract/connection-id.ts";
import { failure, type Failure } from "../contract/errors.ts";
import type { SessionSecret } from "../platform/keys.ts";
import { err, ok, type Result } from "../contract/result.ts";
import {
  anotherUser,
  defaultUserScopes,
  isUserScope,
  userScopesIn,
  type Caller,
} from "./caller.ts";
import { signOwnToken, tokenIssuer, verifyOwnToken } from "./own-token.ts";
import { longestSession, type Scope } from "../contract/scope.ts";

const audience = "azure-session";
const type = "azure-session+jwt";

/** Whether a JWT says that it is ours and not the host application's. It is not verified yet. */
export function claimsToBeOurs(token: string): boolean {
  try {
    return decodeJwt(token).iss === tokenIssuer;
  } catch {
    return false;
  }
}

/** What a session is minted for. */
export interface SessionRequest {
  userId: string;
  /** Default: what a page needs to read. */
  scopes?: readonly Scope[] | undefined;
  /** Seconds, 1 to 3600; default 3600. */
  ttl?: number | undefined;
}

/** A minted session. */
export interface Session {
  token: string;
  /** RFC 3339. */
  expiresAt: string;
}

/**
 * Mints a token for one user's browser. It never has more scopes than its minter, and one minted by a
 * user's own credential ends no later than that.
 *
 * @param now milliseconds
 * @returns `forbidden` for a scope the minter lacks, or another user than its own
 */
export async function mintSession(
  sessionSecret: SessionSecret,
  minter: Caller,
  request: SessionRequest,
  now: number,
): Promise<Result<Session, Failure>> {
  const { userId, ttl = longestSession } = request;
  if (minter.userId !== undefined && minter.userId !== userId) {
    return err(anotherUser());
  }
  const excess = request.scopes?.find((scope) => !isUserScope(scope) || !minter.scopes.has(scope));
  if (excess !== undefined) {
    return err(
      failure("forbidden", `A session minted by this credential cannot have ${excess}.`, {
        details: { field: "scopes", reason: "missing_scope", scope: excess },
      }),
    );
  }
  const granted = request.scopes ?? defaultUserScopes.filter((scope) => minter.scopes.has(scope));
  const nowSeconds = Math.floor(now / 1000);
  const expiresAt = Math.min(nowSeconds + ttl, Math.floor((minter.expiresAt ?? Infinity) / 1000));
  const token = await signOwnToken(sessionSecret, "session", {
    type,
    audience,
    subject: userId,
    issuedAt: nowSeconds,
    expiresAt,
    claims: { scope: granted.join(" ") },
  });
  return ok({ token, expiresAt: new Date(expiresAt * 1000).toISOString() });
}

/** The caller of a session token, or undefined when it is not one or has expired. */
export async function verifySession(
  sessionSecret: SessionSecret,
  token: string,
  now: number,
): Promise<Caller | undefined> {
  const payload = await verifyOwnToken(sessionSecret, "session", token, {
    audience,
    typ: type,
    requiredClaims: ["sub", "exp", "iat"],
    currentDate: new Date(now),
  });
  const userId = userIdSchema.safeParse(payload?.sub).data;
  if (userId === undefined || payload?.exp === undefined) return undefined;
  const claimed = typeof payload["scope"] === "string" ? payload["scope"].split(" ") : [];
  return {
    kind: "session",
    id: userId,
    userId,
    scopes: userScopesIn(claimed),
    expiresAt: payload.exp * 1000,
  };
}
