import { expect, it } from "vitest";
import { mutationOf } from "../simulation/mutations/index.ts";
import { searchAll } from "../simulation/mutations/search.ts";

/** Found soonest, each in another part of the connection; all: `npm run simulate -- --mutations`. */
const soonest = [
  "no intent is written before a token request",
  "two token requests are out at once",
  "an expired token is served",
  "a status that stays is told again",
  "a backup is restored over a grant that is held",
].map(mutationOf);

it("finds faults that are planted into a connection", async () => {
  const missed: string[] = [];
  await searchAll(soonest, { runs: 2_000, seed: 1 }, ({ name }, found) => {
    if (found instanceof Error) throw found;
    if (found.failure === undefined) missed.push(name);
  });
  expect(missed).toEqual([]);
}, 60_000);
