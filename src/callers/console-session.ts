import * as z from "zod";
import { consoleRoles, type ConsoleRole, type ConsoleState } from "../contract/console-state.ts";
import type { Scope } from "../contract/scope.ts";
import type { SessionSecret } from "../platform/keys.ts";
import { seal, unseal } from "../platform/opaque.ts";
import type { Caller } from "./caller.ts";

/** The cookie that holds it. The prefix keeps subdomains and plain http from setting it (RFC 6265bis). */
export const consoleCookie = "__Host-azure_console";
/** Seconds. */
export const consoleSessionLifetime = 8 * 60 * 60;

/** Keeps a session from being a sign-in under way, which the same key seals. */
const bindings = ["session"];

/** What each role may do, on those routes that take the cookie at all. */
const scopesOf: Readonly<Record<ConsoleRole, readonly Scope[]>> = {
  read: ["connections:read"],
  admin: ["connections:read", "connections:write", "admin"],
};

/** Who signed in to the console. */
export type ConsoleSession = NonNullable<ConsoleState["session"]>;

const sessionSchema: z.ZodType<ConsoleSession> = z.object({
  name: z.string(),
  role: z.enum(consoleRoles),
  expires_at: z.string(),
});

/** @param now milliseconds since the epoch */
export async function mintConsoleSession(
  secret: SessionSecret,
  { name, role }: Pick<ConsoleSession, "name" | "role">,
  now: number,
): Promise<{ token: string; session: ConsoleSession }> {
  const expiresAt = new Date(now + consoleSessionLifetime * 1_000);
  const session = { name, role, expires_at: expiresAt.toISOString() };
  return { token: await seal(secret, "console", bindings, session), session };
}

/**
 * The session of a cookie, or undefined when it was not made here or is over.
 *
 * @param now milliseconds since the epoch
 */
export async function readConsoleSession(
  secret: SessionSecret,
  token: string,
  now: number,
): Promise<ConsoleSession | undefined> {
  const session = await unseal(secret, "console", bindings, token, sessionSchema);
  return session !== undefined && Date.parse(session.expires_at) > now ? session : undefined;
}

/** The caller that a session stands for. */
export const callerOfConsole = ({ name, role, expires_at: end }: ConsoleSession): Caller => ({
  kind: "console",
  id: name,
  scopes: new Set(scopesOf[role]),
  expiresAt: Date.parse(end),
});
