import { setTimeout as sleep } from "node:timers/promises";
import { methodOf } from "../method.ts";
import type { GraphContext } from "../environment.ts";
import { ownerOf } from "../owner.ts";
import type { Owner } from "../owner.ts";
import { entityOptions } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import { requireMailbox } from "./mailbox.ts";
import { preferenceApplied, readPreferences } from "./preferences.ts";
import type { OutlookPreferences } from "./preferences.ts";

/** Long enough for requests to meet; an instant answer would never use two places. */
const USUAL_LATENCY_MS = 4;

export interface MailboxRequest {
  owner: Owner;
  preferences: OutlookPreferences;
}

/**
 * Runs an Outlook handler: permission, mailbox, one of its four places, preferences. The place is
 * held for the latency Exchange is set to have.
 */
export function inMailbox(
  state: GraphState,
  handle: (c: GraphContext, request: MailboxRequest) => Response | Promise<Response>,
) {
  return async (c: GraphContext): Promise<Response> => {
    const owner = ownerOf(c, state);
    requireMailbox(owner);
    // Of a write, before anything has changed.
    if (methodOf(c) !== "GET") entityOptions(c);
    const leave = state.gate.enter(c.get("caller").clientId, owner.objectId);
    try {
      await sleep(state.world.settings.mailbox_latency_ms ?? USUAL_LATENCY_MS);
      const preferences = readPreferences(c.req.header("prefer"));
      const applied = preferenceApplied(preferences);
      if (applied !== undefined) c.header("preference-applied", applied);
      return await handle(c, { owner, preferences });
    } finally {
      leave();
    }
  };
}
