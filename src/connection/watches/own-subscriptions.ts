import type { GraphSubscription } from "../../graph/subscriptions.ts";
import type { SessionSecret } from "../../platform/keys.ts";
import { readWatchToken } from "./watch-address.ts";

/** One that Graph keeps for a watch, and which of the watch's subscriptions it was made as. */
export interface OwnSubscription {
  subscription: GraphSubscription;
  /** Id of the watch, which may have been given up. */
  watch: string;
  incarnation: number;
}

/**
 * Those of a list whose address was given to a watch of this connection: it is signed, so that one with
 * another address is never taken for ours.
 */
export async function ownSubscriptions(
  listed: readonly GraphSubscription[],
  whose: { connectionId: string; sessionSecret: SessionSecret; publicOrigin: string },
): Promise<OwnSubscription[]> {
  const found: OwnSubscription[] = [];
  for (const subscription of listed) {
    const url = URL.parse(subscription.notificationUrl ?? "");
    const token = url?.origin === whose.publicOrigin ? url.searchParams.get("watch") : null;
    const address = token === null ? undefined : await readWatchToken(whose.sessionSecret, token);
    if (address?.connectionId === whose.connectionId) {
      found.push({ subscription, watch: address.watch, incarnation: address.incarnation });
    }
  }
  return found;
}

const endOf = ({ expirationDateTime }: GraphSubscription): number =>
  Date.parse(expirationDateTime ?? "") || 0;

/** Orders subscriptions: the one that ends last comes first. */
export const laterEndFirst = (one: GraphSubscription, other: GraphSubscription): number =>
  endOf(other) - endOf(one);
