import { accountLinkUrl } from "../connection/grant/account-link.ts";
import type { Config } from "../config/config.ts";
import type { Failure } from "../contract/errors.ts";
import type { Remedy } from "../contract/remedy.ts";
import type { McpSession } from "./session.ts";
import type { ToolCall } from "./tool-call.ts";

/**
 * Where the person repairs what failed. With an account that is the reconnect link of the remedy. Without
 * one a link would connect whoever opens it, so it is the host's own page, which knows who its user is;
 * stand-alone the user is an account, and an account link connects that one and no other.
 *
 * @returns undefined where no link helps
 */
export async function linkOf(
  { service, connectionId }: McpSession,
  { code, remedy, details }: Failure,
): Promise<string | undefined> {
  const { config, now } = service;
  // Ours, not Microsoft's: there is no such connection.
  const isUnknown =
    code === "not_found" && details?.upstream_status === undefined && details?.field === undefined;
  const connects = remedy?.action === "sign_in" && !isReconnectLink(remedy, config);
  const own = isUnknown || connects ? await accountLinkUrl(config, connectionId, now()) : undefined;
  if (own !== undefined) return own;
  if (remedy !== undefined) return remedy.connect_url ?? remedy.admin_consent_url;
  return isUnknown ? config.connectPageUrl : undefined;
}

/** Else the connection has no account, and the remedy names the host's page or nothing. */
const isReconnectLink = (
  { connect_url: url }: Remedy,
  { connectPageUrl }: Pick<Config, "connectPageUrl">,
): boolean => url !== undefined && url !== connectPageUrl;

/** A client that repeats a call at once would use its rounds up in a second: a person needs longer. */
const longestWaitMs = 20_000;
const pollMs = 500;

/** Waits until the connection works, at most 20 s: a person may still be signing in. */
export async function waitUntilConnected(call: ToolCall): Promise<void> {
  const { now } = call.session.service;
  const { connection } = await call.context();
  const deadline = now() + longestWaitMs;
  while (!call.client.signal.aborted) {
    const info = await connection.info();
    if (info.ok && (info.value.status === "active" || info.value.status === "degraded")) return;
    if (now() + pollMs > deadline) return;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
