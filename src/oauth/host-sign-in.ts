import { labelSchema, userIdSchema } from "../contract/connection-id.ts";
import { sign, verify, type SessionSecret } from "../platform/keys.ts";
import { oauthPaths } from "./authorization-server.ts";

/**
 * How the host says who is signed in. Its page gets a state; its server answers with the user of that
 * page's session and gets an address for this one browser, good for a minute. Neither text is a
 * credential: the step that they lead to opens in the browser that consented, and nowhere else.
 */

/** Milliseconds: as long as the step of the sign-in. */
const stateTtl = 10 * 60_000;
/** Milliseconds. */
const ticketTtl = 60_000;

/** Who the host says is signed in. */
export interface HostUser {
  userId: string;
  label?: string | undefined;
}

/** What no other use of the key signs. */
const stateText = (body: string): string => `state.${body}`;
const ticketText = (state: string, body: string): string => `ticket.${state}.${body}`;

/** @param handle of the step, now in milliseconds since the epoch */
export async function signHostState(
  secret: SessionSecret,
  handle: string,
  now: number,
): Promise<string> {
  const body = `${handle}.${now + stateTtl}`;
  return `${body}.${await sign(secret, "mcp", stateText(body))}`;
}

/** The handle of a state that was made here and is not over, or undefined. */
export async function readHostState(
  secret: SessionSecret,
  state: string,
  now: number,
): Promise<string | undefined> {
  const [, body, handle, expiry, mac] =
    /^(([A-Za-z0-9_-]{16,64})\.(\d{1,15}))\.([A-Za-z0-9_-]+)$/.exec(state) ?? [];
  if (body === undefined || mac === undefined || Number(expiry) <= now) return undefined;
  return (await verify(secret, "mcp", stateText(body), mac)) ? handle : undefined;
}

/** The address to which the host sends the browser back. */
export async function continueUrl(
  { publicOrigin, sessionSecret }: { publicOrigin: string; sessionSecret: SessionSecret },
  state: string,
  { userId, label = "" }: HostUser,
  now: number,
): Promise<{ url: string; expiresAt: number }> {
  const expiresAt = now + ticketTtl;
  const body = `${expiresAt}:${userId}:${label}`;
  const mac = await sign(sessionSecret, "mcp", ticketText(state, body));
  const url = new URL(oauthPaths.continue, publicOrigin);
  url.searchParams.set("state", state);
  url.searchParams.set("ticket", `${body}:${mac}`);
  return { url: url.href, expiresAt };
}

/** Who a ticket says is signed in; undefined for one that is forged, over, or of another state. */
export async function readTicket(
  secret: SessionSecret,
  state: string,
  ticket: string,
  now: number,
): Promise<HostUser | undefined> {
  const [expiry = "", userId, label, mac, ...rest] = ticket.split(":");
  if (mac === undefined || rest.length > 0 || !/^\d{1,15}$/.test(expiry)) return undefined;
  const body = `${expiry}:${userId}:${label}`;
  if (Number(expiry) <= now || !(await verify(secret, "mcp", ticketText(state, body), mac))) {
    return undefined;
  }
  const user = userIdSchema.safeParse(userId);
  if (!user.success) return undefined;
  if (label === "") return { userId: user.data };
  const named = labelSchema.safeParse(label);
  return named.success ? { userId: user.data, label: named.data } : undefined;
}
