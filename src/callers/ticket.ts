import { errors as joseErrors, jwtVerify, SignJWT } from "jose";
import { deriveKey, randomToken } from "../keys.ts";
import type { Caller } from "./caller.ts";
import { tokenIssuer } from "./session.ts";

const audience = "azure-live";
const type = "azure-ticket+jwt";

/** Seconds: long enough to open a socket, too short to be worth stealing. */
export const ticketLifetime = 30;

/** A ticket as the actor needs it: it remembers `id` until the ticket itself has expired. */
export interface Ticket {
  id: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  /** Milliseconds since the epoch: when the credential it was bought with ends; absent: never. */
  credentialExpiresAt?: number;
}

/** A one-time ticket for a socket to one connection. `now` in milliseconds. */
export async function mintTicket(
  sessionSecret: string,
  caller: Caller,
  connectionId: string,
  now: number,
): Promise<{ ticket: string; expiresAt: string }> {
  const issuedAt = Math.floor(now / 1000);
  const credential = Math.floor((caller.expiresAt ?? Infinity) / 1000);
  const expiresAt = Math.min(issuedAt + ticketLifetime, credential);
  const ticket = await new SignJWT(
    caller.expiresAt === undefined ? {} : { credential_exp: caller.expiresAt },
  )
    .setProtectedHeader({ alg: "HS256", typ: type })
    .setIssuer(tokenIssuer)
    .setAudience(audience)
    .setSubject(connectionId)
    .setJti(randomToken(16))
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .sign(await deriveKey(sessionSecret, "ticket"));
  return { ticket, expiresAt: new Date(expiresAt * 1000).toISOString() };
}

/** The ticket, if it opens this connection now. Whether it was used before only the actor knows. */
export async function verifyTicket(
  sessionSecret: string,
  token: string,
  connectionId: string,
  now: number,
): Promise<Ticket | undefined> {
  try {
    const { payload } = await jwtVerify(token, await deriveKey(sessionSecret, "ticket"), {
      algorithms: ["HS256"],
      issuer: tokenIssuer,
      audience,
      subject: connectionId,
      typ: type,
      requiredClaims: ["jti", "exp"],
      maxTokenAge: ticketLifetime,
      currentDate: new Date(now),
    });
    const { jti, exp } = payload;
    if (jti === undefined || exp === undefined) return undefined;
    const credential = payload["credential_exp"];
    return {
      id: jti,
      expiresAt: exp * 1000,
      ...(typeof credential === "number" && { credentialExpiresAt: credential }),
    };
  } catch (error) {
    if (error instanceof joseErrors.JOSEError) return undefined;
    throw error;
  }
}

const protocolPrefix = "ticket.";
/** The subprotocol this Worker speaks; the other one only carries the ticket. */
export const liveProtocol = "azure.v1";

/** What a client offers in `Sec-WebSocket-Protocol`. */
export function readProtocols(header: string | undefined): { live: boolean; ticket?: string } {
  const offered = (header ?? "").split(",").map((name) => name.trim());
  const ticket = offered.find((name) => name.startsWith(protocolPrefix));
  return {
    live: offered.includes(liveProtocol),
    ...(ticket !== undefined && { ticket: ticket.slice(protocolPrefix.length) }),
  };
}
