import * as z from "zod";
import type { Config } from "../../config/config.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import type { SessionSecret } from "../../platform/keys.ts";
import { seal, unseal } from "../../platform/opaque.ts";
import { selfConnecting } from "../policy/own-account.ts";
import { mostOfLink } from "./reconnect-link.ts";

/** Where account links lead. */
export const accountLinkPath = "/connect/account";

/** Milliseconds that a link is good for: whoever needs one later gets another from their agent. */
export const accountLinkTtl = 60 * 60_000;

/** What a link says. It is sealed, so that whoever has the link learns nothing of the account. */
const contentSchema = z.object({
  connection: z.string(),
  /** Milliseconds since the epoch. */
  expires_at: z.number(),
});

/**
 * The address where the account that is its own user connects itself: good for an hour.
 *
 * @param now milliseconds since the epoch
 * @returns undefined for a connection that no account may connect by itself
 */
export async function accountLinkUrl(
  config: Pick<Config, "publicOrigin" | "sessionSecret" | "mcpSignIn" | "tenantId">,
  connectionId: string,
  now: number,
): Promise<string | undefined> {
  if (selfConnecting(config, connectionId) === undefined) return undefined;
  const content: z.infer<typeof contentSchema> = {
    connection: connectionId,
    expires_at: now + accountLinkTtl,
  };
  const url = new URL(accountLinkPath, config.publicOrigin);
  url.searchParams.set("link", await seal(config.sessionSecret, "account-link", [], content));
  return url.href;
}

/**
 * Reads the `link` of such an address.
 *
 * @param now milliseconds since the epoch
 * @returns whose connection it is; `unknown` for one that was not made here, or was altered
 */
export async function readAccountLink(
  sessionSecret: SessionSecret,
  link: string,
  now: number,
): Promise<Result<{ connectionId: string }, "unknown" | "expired">> {
  if (link.length > mostOfLink) return err("unknown");
  const content = await unseal(sessionSecret, "account-link", [], link, contentSchema);
  if (content === undefined) return err("unknown");
  const { connection: connectionId, expires_at: expiresAt } = content;
  return expiresAt > now ? ok({ connectionId }) : err("expired");
}
