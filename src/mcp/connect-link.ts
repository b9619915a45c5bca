import type { Failure } from "../contract/errors.ts";
import type { McpSession } from "./session.ts";
import type { ToolCall } from "./tool-call.ts";

/**
 * Where the person repairs what failed. With an identity that is the reconnect link of the remedy. A
 * connection that was never made has no identity, so a link would connect whoever opens it: only the
 * host's own page knows who its user is.
 *
 * @returns undefined where no link helps
 */
export function linkOf(
  { service }: McpSession,
  { code, remedy, details }: Failure,
): string | undefined {
  if (remedy !== undefined) return remedy.connect_url ?? remedy.admin_consent_url;
  const { connectPageUrl } = service.config;
  // Ours, not Microsoft's: there is no such connection.
  const unknown = code === "not_found" && details?.upstream_status === undefined;
  return unknown && details?.field === undefined ? connectPageUrl : undefined;
}

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
