import { anywhere } from "../../sandbox/chaos/anywhere.ts";
import { tokenAnswers } from "../../sandbox/chaos/entra.ts";
import type { OddCase } from "../../sandbox/chaos/odd-answer.ts";
import { strayChallenges } from "../../sandbox/chaos/services.ts";
import { seeded } from "../../support/random.ts";
import type { OddAnswers } from "./microsoft.ts";

/** One table for all schedules: a schedule names its rows. */
const random = seeded("simulation");

/** Only their length is odd, and it would be all that a schedule does. */
const slow = /200,000 levels|64 KiB/;

const byName = (cases: readonly OddCase[]) =>
  new Map(cases.filter(({ name }) => !slow.test(name)).map(({ name, answer }) => [name, answer]));

export const oddAnswers: OddAnswers = {
  token: byName([...tokenAnswers(random), ...anywhere(random)]),
  call: byName([...strayChallenges(random), ...anywhere(random)]),
};

/** What services say of a token that they do not take. */
export const challengeNames: readonly string[] = strayChallenges(random).map(({ name }) => name);

/** Of both kinds of request: a name that one kind does not know breaks the connection. */
export const oddNames: readonly string[] = [
  ...new Set([...oddAnswers.token.keys(), ...oddAnswers.call.keys()]),
];
