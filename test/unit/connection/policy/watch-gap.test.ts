import { expect, test } from "vitest";
import type { GapReason } from "../../../../src/contract/watch.ts";
import { missingSince, type GapFacts } from "../../../../src/connection/policy/watch-gap.ts";

const hour = 3_600_000;
const now = 1_000 * hour;
const facts: GapFacts = {
  now,
  createdAt: now - 100 * hour,
  confirmedAt: now - 50 * hour,
  lastReceivedAt: now - 20 * hour,
};

test.each<[string, GapReason, Partial<GapFacts>, number]>([
  ["of a removed one with the last change, less what may be late", "removed", {}, -28],
  [
    "with the last confirmation where no change came since",
    "removed",
    { lastReceivedAt: null },
    -58,
  ],
  ["of an expired one likewise: Graph may have dropped it before", "expired", {}, -28],
  ["of one that is made anew likewise", "recreated", { lastReceivedAt: now - 60 * hour }, -58],
  ["with what Graph may have failed to deliver until now", "missed", {}, -8],
  ["with what came late of what is kept no longer", "overflow", {}, -8],
  ["not before the watch", "missed", { createdAt: now - 2 * hour }, -2],
  [
    "with the watch where nothing is known",
    "expired",
    { confirmedAt: null, lastReceivedAt: null },
    -100,
  ],
  ["not after now, whatever a clock said", "removed", { lastReceivedAt: now + hour }, -8],
])("a gap begins %s", (_, reason, known, hours) => {
  expect(missingSince(reason, { ...facts, ...known }) - now).toBe(hours * hour);
});
