import { SignJWT } from "jose";
import * as z from "zod";
import { consoleRoles, type ConsoleRole } from "../contract/console-state.ts";
import type { Scope } from "../contract/scope.ts";
import { newestKey, type SessionSecret } from "../platform/keys.ts";
import type { Caller } from "./caller.ts";
import { tokenIssuer, verifyOwnToken } from "./own-token.ts";

/** The cookie that holds it. The prefix keeps subdomains and plain http from setting it (RFC 6265bis). */
export const consoleCookie = "__Host-azure_console";
/** Seconds. */
export const consoleSessionLifetime = 8 * 60 * 60;

const audience = "azure-console";
const type = "azure-console+jwt";

/** What each role may do, on those routes that take the cookie at all. */
const scopesOf: Readonly<Record<ConsoleRole, readonly Scope[]>> = {
  read: ["connections:read"],
  admin: ["connections:read", "connections:write", "admin"],
};

/** Who signed in to the console. */
export interface ConsoleSession {
  /** As people know the account, or `API key {id}`. */
  name: string;
  role: ConsoleRole;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** @param now milliseconds since the epoch */
export async function mintConsoleSession(
  secret: SessionSecret,
  { name, role }: Pick<ConsoleSession, "name" | "role">,
  now: number,
): Promise<{ token: string; session: ConsoleSession }> {
  const issuedAt = Math.floor(now / 1_000);
  const expiresAt = issuedAt + consoleSessionLifetime;
  const token = await new SignJWT({ role })
    .setProtectedHeader({ alg: "HS256", typ: type })
    .setIssuer(tokenIssuer)
    .setAudience(audience)
    .setSubject(name)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .sign(await newestKey(secret, "console", "mac"));
  return { token, session: { name, role, expiresAt: expiresAt * 1_000 } };
}

const claimsSchema = z.object({
  sub: z.string().min(1),
  role: z.enum(consoleRoles),
  exp: z.number(),
});

/**
 * The session of a cookie, or undefined when it was not made here or is over.
 *
 * @param now milliseconds since the epoch
 */
export async function verifyConsoleSession(
  secret: SessionSecret,
  token: string,
  now: number,
): Promise<ConsoleSession | undefined> {
  const claims = claimsSchema.safeParse(
    await verifyOwnToken(secret, "console", token, {
      audience,
      typ: type,
      requiredClaims: ["sub", "exp"],
      maxTokenAge: consoleSessionLifetime,
      currentDate: new Date(now),
    }),
  ).data;
  return claims && { name: claims.sub, role: claims.role, expiresAt: claims.exp * 1_000 };
}

/** The caller that a session stands for. */
export const callerOfConsole = ({ name, role, expiresAt }: ConsoleSession): Caller => ({
  kind: "console",
  id: name,
  scopes: new Set(scopesOf[role]),
  expiresAt,
});
