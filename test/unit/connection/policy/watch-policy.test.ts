import { describe, expect, test } from "vitest";
import {
  watchStep,
  type WatchFacts,
  type WatchInput,
  type WatchStep,
} from "../../../../src/connection/policy/watch-policy.ts";

const pending: WatchFacts = {
  state: "pending",
  subscribed: false,
  gap: false,
  sinceRenewal: Infinity,
};
const active: WatchFacts = {
  state: "active",
  subscribed: true,
  gap: false,
  sinceRenewal: 3_600_000,
};
const lapsed: WatchFacts = { ...pending, gap: true };
const blocked: WatchFacts = { ...active, state: "blocked" };
const neverMade: WatchFacts = { ...pending, state: "blocked" };
const refused: WatchFacts = { ...pending, state: "refused" };
const refusedRenewal: WatchFacts = { ...active, state: "refused" };

const row = (
  state: WatchFacts["state"] | "ended",
  work: WatchStep["work"],
  more = {},
): WatchStep => ({
  state,
  work,
  ...more,
});
const lapses = (gap: WatchStep["gap"]) => row("pending", "create", { gap, forget: true });

describe("a watch", () => {
  test.each<[string, WatchFacts, WatchInput, WatchStep]>([
    ["pending · made", pending, "created", row("active", "nothing")],
    ["lapsed · made", lapsed, "created", row("active", "catch_up")],
    ["pending · no answer", pending, "creation_lost", row("pending", "adopt")],
    ["pending · there is one already", pending, "duplicate", row("pending", "adopt")],
    [
      "pending · our address not validated, busy, down",
      pending,
      "trouble",
      row("pending", "retry"),
    ],
    ["pending · refused", pending, "refused", row("refused", "nothing")],
    ["active · refused", active, "refused", row("refused", "nothing")],
    ["pending · not permitted, latched", pending, "blocked", row("blocked", "nothing")],
    ["active · not permitted, latched", active, "blocked", row("blocked", "nothing")],
    ["refused · not permitted, latched", refused, "blocked", row("blocked", "nothing")],
    [
      "blocked · ended",
      blocked,
      "expired",
      row("blocked", "nothing", { gap: "expired", forget: true }),
    ],
    ["blocked, never made · ended", neverMade, "expired", row("blocked", "nothing")],
    ["active · renewed", active, "renewed", row("active", "nothing")],
    ["active with a gap · renewed", { ...active, gap: true }, "renewed", row("active", "catch_up")],
    ["active · busy, down", active, "trouble", row("active", "retry")],
    ["active · asked to renew", active, "reauthorize", row("active", "renew")],
    [
      "active · asked to renew within a minute of it",
      { ...active, sinceRenewal: 59_999 },
      "reauthorize",
      row("active", "nothing"),
    ],
    [
      "active · asked to renew a minute after it",
      { ...active, sinceRenewal: 60_000 },
      "reauthorize",
      row("active", "renew"),
    ],
    ["pending · asked to renew", pending, "reauthorize", row("pending", "nothing")],
    ["blocked · asked to renew", blocked, "reauthorize", row("blocked", "nothing")],
    ["active · gone", active, "gone", lapses("removed")],
    ["refused · asked again, gone", refusedRenewal, "gone", lapses("removed")],
    ["active · removed", active, "removed", lapses("removed")],
    ["active · ended", active, "expired", lapses("expired")],
    ["pending · an older one removed", pending, "removed", row("pending", "nothing")],
    ["active · missed", active, "missed", row("active", "catch_up", { gap: "missed" })],
    ["blocked · missed", blocked, "missed", row("blocked", "nothing", { gap: "missed" })],
    ["pending · missed", pending, "missed", row("pending", "nothing")],
    ["blocked · recovered", blocked, "recovered", row("blocked", "renew")],
    ["blocked · recovered, gone", blocked, "gone", lapses("removed")],
    ["blocked, never made · recovered", neverMade, "recovered", row("pending", "create")],
    ["active · recovered", active, "recovered", row("active", "nothing")],
    ["blocked · renewed", blocked, "renewed", row("active", "nothing")],
    ["active · an unknown word", active, "unknown_word", row("active", "check")],
    ["blocked · an unknown word", blocked, "unknown_word", row("blocked", "check")],
    ["pending · an unknown word", pending, "unknown_word", row("pending", "nothing")],
    ["active · found", active, "found", row("active", "nothing")],
    ["active · asked again", active, "asked_again", row("active", "nothing")],
    ["pending · asked again", pending, "asked_again", row("pending", "create")],
    ["refused · asked again", refused, "asked_again", row("pending", "create")],
    [
      "refused with a subscription · asked again",
      refusedRenewal,
      "asked_again",
      row("refused", "renew"),
    ],
    ["refused · renewed", refusedRenewal, "renewed", row("active", "nothing")],
    ["blocked, never made · asked again", neverMade, "asked_again", row("pending", "create")],
    ["active · its address of an old secret", active, "outdated", lapses("recreated")],
    ["active · given up", active, "given_up", row("ended", "delete")],
    ["blocked · given up", blocked, "given_up", row("ended", "delete")],
    ["pending · given up", pending, "given_up", row("ended", "nothing")],
    ["refused · given up", refused, "given_up", row("ended", "nothing")],
  ])("%s", (_, facts, input, expected) => {
    expect(watchStep(facts, input)).toEqual(expected);
  });
});
