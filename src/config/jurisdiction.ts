import { failure, type Failure } from "../contract/errors.ts";

/** Where Cloudflare promises to keep and run Durable Objects: `AZURE_JURISDICTION`. */
export const jurisdictions = ["eu", "us", "fedramp", "fedramp-high"] as const;
export type Jurisdiction = (typeof jurisdictions)[number];

/** Where an object is preferably made, without a promise: `AZURE_LOCATION_HINT`. */
export const locationHints = [
  "wnam",
  "enam",
  "sam",
  "weur",
  "eeur",
  "apac",
  "apac-ne",
  "apac-se",
  "oc",
  "afr",
  "me",
] as const;
export type LocationHint = (typeof locationHints)[number];

/** How a deployment without a jurisdiction is written down. */
export const noJurisdiction = "none";

/**
 * What is wrong when the connections are not where the configuration says. An object never moves, and
 * its name means another object in another jurisdiction: every connection would seem unknown.
 *
 * @param held where they are: a jurisdiction, or `none`
 * @returns `app_misconfigured` naming `AZURE_JURISDICTION`; undefined when the two agree
 */
export function jurisdictionChanged(
  configured: Jurisdiction | undefined,
  held: string,
): Failure | undefined {
  if (held === (configured ?? noJurisdiction)) return undefined;
  const variable = "AZURE_JURISDICTION";
  const expected = held === noJurisdiction ? "unset" : held;
  const message = `${variable} must be ${expected}: the connections of this deployment were made so, and cannot move.`;
  return failure("app_misconfigured", message, { details: { variable } });
}
