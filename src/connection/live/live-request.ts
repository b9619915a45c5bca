import * as z from "zod";
import { failure } from "../../contract/errors.ts";
import { err, ok } from "../../contract/result.ts";
import type { Outcome } from "../../contract/connection-rpc.ts";

/** What the front Worker says of a socket it has authenticated. Times are milliseconds. */
export interface LiveRequest {
  /** The last event the client has seen. */
  after?: number | undefined;
  /** It wants the changes that watches report, too: from the last one it has seen, where it says so. */
  changes?: { after?: number | undefined } | undefined;
  /** When the client's credential expires; null when it does not. */
  expiresAt: number | null;
  /** A one-time ticket, to be used up. */
  ticket?: { jti: string; expiresAt: number } | undefined;
}

const liveUrl = "https://actor/live";

const parametersSchema = z.strictObject({
  after: z.coerce.number().int().min(0).optional(),
  changes: z.literal("1").optional(),
  changes_after: z.coerce.number().int().min(0).optional(),
  expires_at: z.coerce.number().int().optional(),
  ticket: z.string().min(1).max(128).optional(),
  ticket_expires_at: z.coerce.number().int().optional(),
});

/** The upgrade request as the actor takes it: made anew, so that no header of a client's reaches it. */
export function liveRequest({ after, changes, expiresAt, ticket }: LiveRequest): Request {
  const url = new URL(liveUrl);
  if (after !== undefined) url.searchParams.set("after", String(after));
  if (changes !== undefined) url.searchParams.set("changes", "1");
  if (changes?.after !== undefined) url.searchParams.set("changes_after", String(changes.after));
  if (expiresAt !== null) url.searchParams.set("expires_at", String(expiresAt));
  if (ticket !== undefined) {
    url.searchParams.set("ticket", ticket.jti);
    url.searchParams.set("ticket_expires_at", String(ticket.expiresAt));
  }
  return new Request(url, { headers: { upgrade: "websocket" } });
}

/** Reads an upgrade request back; any other one is refused. */
export function readLiveRequest(request: Request): Outcome<LiveRequest> {
  const url = new URL(request.url);
  const parameters = parametersSchema.safeParse(Object.fromEntries(url.searchParams));
  const upgrade = request.headers.get("upgrade")?.toLowerCase() === "websocket";
  if (!upgrade || url.origin + url.pathname !== liveUrl || !parameters.success) {
    return err(failure("invalid_request", "This is not an upgrade that a connection answers."));
  }
  const { after, expires_at: expiresAt, ticket, ticket_expires_at: ticketEnd } = parameters.data;
  const { changes, changes_after: changesAfter } = parameters.data;
  return ok({
    after,
    ...(changes !== undefined && { changes: { after: changesAfter } }),
    expiresAt: expiresAt ?? null,
    ...(ticket !== undefined &&
      ticketEnd !== undefined && { ticket: { jti: ticket, expiresAt: ticketEnd } }),
  });
}
