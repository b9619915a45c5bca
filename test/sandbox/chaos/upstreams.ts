import type { ServiceName } from "../hosts.ts";
import { anywhere } from "./anywhere.ts";
import { keyAnswers, tokenAnswers } from "./entra.ts";
import type { OddCases } from "./odd-answer.ts";
import {
  oddApiVersions,
  oddBatchItems,
  oddDeltaLink,
  oddGraphLink,
  oddNextLink,
  oddResourceTypes,
  oddResponses,
  oddStatus,
  oddValue,
  strayChallenges,
} from "./services.ts";

/** A request, as a service of the sandbox sees it. */
export interface Asked {
  service: ServiceName;
  /** Without the service's prefix, and without the query. */
  path: string;
  method: string;
}

interface Upstream {
  matches: (asked: Asked) => boolean;
  /** The odd answers it may give. */
  cases: readonly OddCases[];
}

const at =
  (service: ServiceName, pattern: RegExp, methods?: RegExp): Upstream["matches"] =>
  (asked) =>
    asked.service === service &&
    pattern.test(asked.path) &&
    (methods === undefined || methods.test(asked.method));

const read = /^GET$/;
const write = /^(?:POST|PUT|PATCH|DELETE)$/;
const anything = /^/;
const graphLists =
  /\/(?:users|messages|mailFolders|childFolders|attachments|events|calendars|calendarView|contacts|people|drives|children|subscriptions)$/i;
/** Resource Manager's ids are pairs of a type and a name: what ends with a type is a list. */
const armLists = /^(?:\/[^/]+\/[^/]+)*\/[^/]+$/;

/**
 * Each way to Microsoft, by the name it has in reports; the first that matches counts. The pages on
 * which people sign in are none: a person is not tested.
 */
const table = {
  "the token endpoint": {
    matches: at("entra", /\/oauth2\/v2\.0\/token$/, /^POST$/),
    cases: [anywhere, tokenAnswers],
  },
  "the signing keys": {
    matches: at("entra", /\/discovery\/v2\.0\/keys$/, read),
    cases: [anywhere, keyAnswers],
  },
  "a batch of Graph": {
    matches: at("graph", /\/\$batch$/),
    cases: [anywhere, strayChallenges, oddResponses, oddBatchItems],
  },
  "a delta of Graph": {
    matches: at("graph", /\/delta(?:\(\))?$/, read),
    cases: [anywhere, oddValue, oddGraphLink, oddDeltaLink],
  },
  "a list of Graph": {
    matches: at("graph", graphLists, read),
    cases: [anywhere, strayChallenges, oddValue, oddGraphLink],
  },
  "one item of Graph": {
    matches: at("graph", anything, read),
    cases: [anywhere, strayChallenges],
  },
  "a write of Graph": {
    matches: at("graph", anything, write),
    cases: [anywhere, strayChallenges],
  },
  "the contents of a file": { matches: at("storage", anything), cases: [anywhere] },
  "an operation of ARM": {
    matches: at("arm", /operations\//i, read),
    cases: [anywhere, strayChallenges, oddStatus],
  },
  "the providers of ARM": {
    matches: at("arm", /^\/subscriptions\/[^/]+\/providers\/[^/]+$/i, read),
    cases: [anywhere, oddResourceTypes, oddApiVersions],
  },
  "a list of ARM": {
    matches: at("arm", armLists, read),
    cases: [anywhere, strayChallenges, oddValue, oddNextLink],
  },
  "one resource of ARM": {
    matches: at("arm", anything, read),
    cases: [anywhere, strayChallenges],
  },
  "a write of ARM": {
    matches: at("arm", anything, write),
    cases: [anywhere, strayChallenges],
  },
  "a vault": { matches: at("vault", anything), cases: [anywhere, strayChallenges] },
  "a blob": { matches: at("blob", anything), cases: [anywhere] },
} satisfies Record<string, Upstream>;

export type UpstreamName = keyof typeof table;

export const upstreams: Readonly<Record<UpstreamName, Upstream>> = table;

const isName = (name: string): name is UpstreamName => Object.hasOwn(table, name);

/** Which way to Microsoft a request takes; undefined where nothing odd is answered. */
export const upstreamOf = (asked: Asked): UpstreamName | undefined =>
  Object.keys(table)
    .filter(isName)
    .find((name) => upstreams[name].matches(asked));
