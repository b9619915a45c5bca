import { base64url } from "jose";
import * as z from "zod";
import { parseJson } from "../../http/json.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { defined } from "../../contract/defined.ts";
import { signAtOnce, textHash, verify, type SessionSecret } from "../../platform/keys.ts";
import type { Account } from "../policy/standing-remedies.ts";

/** Characters of a link at most; those of ours have some hundred. */
export const mostOfLink = 8_192;

/** Milliseconds that a link is good for. */
export const reconnectLinkTtl = 30 * 24 * 60 * 60_000;

/** Links made within one hour are equal, so that whoever reads a remedy twice sees no change. */
const step = 60 * 60_000;

/** What a link says. Everybody can read it, and only this Worker can write it. */
const contentSchema = z.object({
  connection: z.string(),
  account: z.string(),
  scopes: z.array(z.string()).optional(),
  /** Milliseconds since the epoch. */
  expires_at: z.number(),
});

/** A link that was found to be one of ours: for which account it was made, and why. */
export interface ReconnectLink {
  /** The hash of the account that the connection had then. */
  account: string;
  /** Permissions that a refused operation lacked; absent: the connection itself is to be repaired. */
  scopes?: readonly string[];
}

/** Stands for an account in a link: whoever has the link learns neither tenant nor object id. */
export const accountHash = ({ tenantId, objectId }: Account): string =>
  textHash(`${tenantId} ${objectId}`);

/** What a link is made of. */
export interface ReconnectLinkOptions {
  connectionId: string;
  /** The one account that it can repair. */
  account: Account;
  /** Permissions that a refused operation lacked. */
  scopes?: readonly string[] | undefined;
  /** Of this Worker as browsers see it. */
  publicOrigin: string;
  sessionSecret: SessionSecret;
  /** Milliseconds since the epoch. */
  now: number;
}

/** The address where the account of a connection repairs it: good for 30 days. */
export function reconnectUrl({
  connectionId,
  account,
  scopes,
  publicOrigin,
  sessionSecret,
  now,
}: ReconnectLinkOptions): string {
  const content: z.infer<typeof contentSchema> = {
    connection: connectionId,
    account: accountHash(account),
    ...defined({ scopes: scopes && [...scopes] }),
    expires_at: Math.floor(now / step) * step + reconnectLinkTtl,
  };
  const body = base64url.encode(JSON.stringify(content));
  const url = new URL("/reconnect", publicOrigin);
  url.searchParams.set("link", `${body}.${signAtOnce(sessionSecret, "reconnect", body)}`);
  return url.href;
}

const decoder = new TextDecoder();

/**
 * Reads the `link` of such an address.
 *
 * @param now milliseconds since the epoch
 * @returns whose connection it is, and what the connection has to know of the link; `unknown` for one
 *   that was not made here, or was altered
 */
export async function readReconnectLink(
  sessionSecret: SessionSecret,
  text: string,
  now: number,
): Promise<Result<{ connectionId: string; link: ReconnectLink }, "unknown" | "expired">> {
  if (text.length > mostOfLink) return err("unknown");
  const [, body, mac] = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/.exec(text) ?? [];
  if (body === undefined || mac === undefined) return err("unknown");
  if (!(await verify(sessionSecret, "reconnect", body, mac))) return err("unknown");
  const content = contentSchema.safeParse(parseJson(decoder.decode(base64url.decode(body))));
  if (!content.success) return err("unknown");
  const { connection, account, scopes, expires_at: expiresAt } = content.data;
  if (expiresAt <= now) return err("expired");
  return ok({ connectionId: connection, link: { account, ...defined({ scopes }) } });
}
