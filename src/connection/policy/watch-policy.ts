import type { GapReason, WatchState } from "../../contract/watch.ts";
import { reauthorizeQuiet } from "./watch-lifetime.ts";

/** What becomes of a watch: pure. What is asked of Graph about it is the keeper's. */

/** What happens to a watch. */
export type WatchInput =
  /** Graph made a subscription, or one of ours was found. */
  | "created"
  /** No answer came to the request that should make one: it may be there. */
  | "creation_lost"
  /** Graph says that there is one already. */
  | "duplicate"
  /** Graph prolonged it. */
  | "renewed"
  /** It was looked for, and is there. */
  | "found"
  /** It passes: Graph could not reach us, was busy, or failed. */
  | "trouble"
  /** Graph takes no such subscription, or no more of them. */
  | "refused"
  /** Somebody has to act: the account lacks a permission, or the connection is latched. */
  | "blocked"
  /** Graph no longer has it. */
  | "gone"
  /** Graph says that it removed it. */
  | "removed"
  /** Its end has come. */
  | "expired"
  /** Graph asks for a renewal now. */
  | "reauthorize"
  /** Graph could not deliver some changes. */
  | "missed"
  /** Graph says something about it that is not known here. */
  | "unknown_word"
  /** What blocked it is over, or its user signed in anew. */
  | "recovered"
  /** It is asked for once more. */
  | "asked_again"
  /** The subscription's address was signed by a secret of before. */
  | "outdated"
  | "given_up";

/** What is to be done about it next. */
export type WatchWork =
  | "nothing"
  /** Ask Graph for a subscription. */
  | "create"
  /** Look for one with our address, keep it and delete its doubles; create where there is none. */
  | "adopt"
  | "renew"
  /** Try the same again later. */
  | "retry"
  /** See whether Graph still has it. */
  | "check"
  /** Read by delta what was missed. */
  | "catch_up"
  /** Delete the subscription at Graph. */
  | "delete";

export interface WatchStep {
  state: WatchState;
  work: WatchWork;
  /** A gap begins, if none is open. */
  gap?: GapReason;
  /** What is known of a subscription is of no use any more: the next one has another secret. */
  forget?: true;
}

export interface WatchFacts {
  state: Exclude<WatchState, "ended">;
  /** Graph keeps a subscription, as far as is known. */
  subscribed: boolean;
  /** Changes may be missing. */
  gap: boolean;
  /** Milliseconds since it was renewed or made last; Infinity: never. */
  sinceRenewal: number;
}

/** A subscription that was there is not any more. One that waits for somebody goes on waiting. */
const lapse = ({ state, subscribed }: WatchFacts, gap: GapReason): WatchStep => {
  if (!subscribed) return { state, work: "nothing" };
  return state === "active" || state === "pending"
    ? { state: "pending", work: "create", gap, forget: true }
    : { state, work: "nothing", gap, forget: true };
};

const table: Readonly<Record<WatchInput, (facts: WatchFacts) => WatchStep>> = {
  created: ({ gap }) => ({ state: "active", work: gap ? "catch_up" : "nothing" }),
  creation_lost: ({ state }) => ({ state, work: "adopt" }),
  duplicate: ({ state }) => ({ state, work: "adopt" }),
  renewed: ({ gap }) => ({ state: "active", work: gap ? "catch_up" : "nothing" }),
  found: ({ state }) => ({ state, work: "nothing" }),
  trouble: ({ state }) => ({ state, work: "retry" }),
  refused: () => ({ state: "refused", work: "nothing" }),
  blocked: () => ({ state: "blocked", work: "nothing" }),
  // Graph itself answered: nobody has to act any more.
  gone: (facts) => ({ ...lapse(facts, "removed"), state: "pending", work: "create" }),
  removed: (facts) => lapse(facts, "removed"),
  expired: (facts) => lapse(facts, "expired"),
  reauthorize: ({ state, subscribed, sinceRenewal }) => ({
    state,
    work:
      state === "active" && subscribed && sinceRenewal >= reauthorizeQuiet ? "renew" : "nothing",
  }),
  missed: ({ state, subscribed }) =>
    subscribed
      ? { state, work: state === "active" ? "catch_up" : "nothing", gap: "missed" }
      : { state, work: "nothing" },
  unknown_word: ({ state, subscribed }) => ({ state, work: subscribed ? "check" : "nothing" }),
  recovered: ({ state, subscribed }) => {
    if (state !== "blocked") return { state, work: "nothing" };
    return subscribed ? { state, work: "renew" } : { state: "pending", work: "create" };
  },
  asked_again: ({ state, subscribed }) => {
    switch (state) {
      case "active":
        return { state, work: "nothing" };
      case "pending":
        return { state, work: "create" };
      case "blocked":
      case "refused":
        return subscribed ? { state, work: "renew" } : { state: "pending", work: "create" };
    }
  },
  outdated: (facts) => lapse(facts, "recreated"),
  given_up: ({ subscribed }) => ({ state: "ended", work: subscribed ? "delete" : "nothing" }),
};

/** What an input makes of a watch, and what is to be done next. */
export const watchStep = (facts: WatchFacts, input: WatchInput): WatchStep => table[input](facts);
