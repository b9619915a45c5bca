import { defined } from "../contract/defined.ts";
import { liveProtocol, ticketPrefix } from "../contract/live-socket.ts";
import { randomToken, type SessionSecret } from "../platform/keys.ts";
import { scopes as everyScope, type Scope } from "../contract/scope.ts";
import type { Caller } from "./caller.ts";
import { signOwnToken, verifyOwnToken } from "./own-token.ts";

const audience = "azure-live";
const type = "azure-ticket+jwt";

/** Seconds: enough to open a socket. A stolen ticket is soon useless. */
export const ticketLifetime = 30;

/** A ticket as the actor needs it: it remembers `id` until the ticket itself has expired. */
export interface Ticket {
  id: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  /** Milliseconds since the epoch: when the credential it was bought with ends; absent: never. */
  credentialExpiresAt?: number;
  /** Of the credential it was bought with. */
  scopes: ReadonlySet<Scope>;
}

/** A one-time ticket for a socket to one connection. `now` in milliseconds. */
export async function mintTicket(
  sessionSecret: SessionSecret,
  caller: Caller,
  connectionId: string,
  now: number,
): Promise<{ ticket: string; expiresAt: string }> {
  const issuedAt = Math.floor(now / 1000);
  const credential = Math.floor((caller.expiresAt ?? Infinity) / 1000);
  const expiresAt = Math.min(issuedAt + ticketLifetime, credential);
  const ticket = await signOwnToken(sessionSecret, "ticket", {
    type,
    audience,
    subject: connectionId,
    issuedAt,
    expiresAt,
    claims: {
      jti: randomToken(16),
      scope: [...caller.scopes].join(" "),
      ...defined({ credential_exp: caller.expiresAt }),
    },
  });
  return { ticket, expiresAt: new Date(expiresAt * 1000).toISOString() };
}

/** The ticket, if it opens this connection now. Whether it was used before only the actor knows. */
export async function verifyTicket(
  sessionSecret: SessionSecret,
  token: string,
  connectionId: string,
  now: number,
): Promise<Ticket | undefined> {
  const payload = await verifyOwnToken(sessionSecret, "ticket", token, {
    audience,
    subject: connectionId,
    typ: type,
    requiredClaims: ["jti", "exp"],
    maxTokenAge: ticketLifetime,
    currentDate: new Date(now),
  });
  if (payload?.jti === undefined || payload.exp === undefined) return undefined;
  const credential = payload["credential_exp"];
  const claimed = typeof payload["scope"] === "string" ? payload["scope"].split(" ") : [];
  return {
    id: payload.jti,
    expiresAt: payload.exp * 1000,
    scopes: new Set(everyScope.filter((scope) => claimed.includes(scope))),
    ...defined({ credentialExpiresAt: typeof credential === "number" ? credential : undefined }),
  };
}

/** What a client offers in `Sec-WebSocket-Protocol`. */
export function readProtocols(header: string | undefined): { live: boolean; ticket?: string } {
  const offered = (header ?? "").split(",").map((name) => name.trim());
  const ticket = offered.find((name) => name.startsWith(ticketPrefix));
  return {
    live: offered.includes(liveProtocol),
    ...defined({ ticket: ticket?.slice(ticketPrefix.length) }),
  };
}
