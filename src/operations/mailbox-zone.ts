import { AzureError } from "../contract/errors.ts";
import { recordOf } from "../http/json.ts";
import type { ConnectionContext } from "./context.ts";

/**
 * The time zone that a person set for their mailbox, by its Windows or IANA name. Reading it needs the
 * permission MailboxSettings.Read, which no sign-in asks for by default: without it, UTC.
 */
export async function mailboxZone({ graph }: Pick<ConnectionContext, "graph">): Promise<string> {
  try {
    const settings = recordOf(await graph.request({ path: "/me/mailboxSettings" }));
    const { timeZone } = settings;
    return typeof timeZone === "string" && timeZone !== "" ? timeZone : "UTC";
  } catch (error) {
    if (error instanceof AzureError && withoutZone.has(error.code)) return "UTC";
    throw error;
  }
}

/** What Graph answers where it has no zone, or does not say. */
const withoutZone: ReadonlySet<string> = new Set(["forbidden", "not_found"]);
