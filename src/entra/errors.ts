import type { RemedyAction } from "../contract/remedy.ts";
import { parseClaims } from "./claims.ts";
import { meanings } from "./error-meanings.ts";
import type { MeaningName } from "./error-meanings.ts";
import { byCode, byError, byRedirectError, bySuberror, unexplained } from "./error-table.ts";
import type { Latch, Meaning } from "./meaning.ts";
import { defined } from "../contract/defined.ts";

export type { FaultyVariable, Latch } from "./meaning.ts";

/** What is to be done about a refusal, by whom, and how far it reaches. */
export interface Disposition extends Meaning {
  /** The AADSTS code that decided. */
  aadsts?: number;
}

/** What an error of Entra's says in words meant for programs. Its prose is left behind. */
export interface EntraError {
  /** OAuth `error`; undefined when the answer was not an OAuth error at all. */
  error?: string;
  /** AADSTS codes in the order given. */
  codes: readonly number[];
  suberror?: string;
  /** A claims challenge, JSON. */
  claims?: string;
  traceId?: string;
}

/** Names and ids as Microsoft writes them; anything else could be prose, or somebody's secret. */
const name = /^[a-z][a-z0-9_]{0,63}$/;
const requestIdPattern = /^[0-9A-Za-z-]{1,64}$/;

const matching = (pattern: RegExp, value: unknown): string | undefined =>
  typeof value === "string" && pattern.test(value) ? value : undefined;

/** A Microsoft request id, if `value` is one. */
export const requestIdOf = (value: unknown): string | undefined =>
  matching(requestIdPattern, value);

/**
 * Reads an error body of the token endpoint, or the parameters of an error redirect as an object.
 *
 * @param body parsed JSON, or undefined when there was none
 */
export function parseEntraError(body: unknown): EntraError {
  const fields: Record<string, unknown> =
    typeof body === "object" && body !== null ? { ...body } : {};
  const error = matching(name, fields["error"]);
  const suberror = matching(name, fields["suberror"]) ?? matching(name, fields["error_subcode"]);
  const claims = parseClaims(fields["claims"]);
  const traceId = requestIdOf(fields["trace_id"]);
  return {
    codes: codesIn(fields),
    ...defined({ error, suberror, claims, traceId }),
  };
}

/** `AADSTS` numbers have four digits at least, and at most eight so far. */
const codePattern = /^(?:AADSTS)?(\d{4,8})$/i;
/** One answer has a handful of codes; a long list is a mistake. */
const mostCodes = 16;
/** A description is a few lines. */
const longestDescription = 4_096;

/** `error_codes`, else the codes the description names: redirects have no list. */
function codesIn(fields: Record<string, unknown>): number[] {
  const { error_codes: list, error_description: description } = fields;
  const listed = (Array.isArray(list) ? list : [list]).slice(0, mostCodes).flatMap(codeOf);
  if (listed.length > 0) return listed;
  if (typeof description !== "string") return [];
  const named = description.slice(0, longestDescription).matchAll(/AADSTS(\d{4,8})/g);
  return [...new Set([...named].map(([, code]) => Number(code)))].slice(0, mostCodes);
}

function codeOf(value: unknown): number[] {
  // Nothing else becomes text: a list that nests deep enough overflows the stack as it does.
  if (typeof value !== "string" && typeof value !== "number") return [];
  const [, digits] = codePattern.exec(String(value)) ?? [];
  return digits === undefined ? [] : [Number(digits)];
}

/** The farther a reason reaches, and the longer it lasts, the sooner it is the one reported. */
const reach: readonly Latch[] = ["app", "connection", "resource", "none"];
const permanence: readonly RemedyAction[] = [
  "fix_app",
  "contact_admin",
  "admin_consent",
  "sign_in",
  "step_up",
  "consent",
  "retry",
];

const weight = ({ latch, action }: Meaning): number =>
  reach.indexOf(latch) * 10 + permanence.indexOf(action);

/** Code that says no more than the word of the answer. */
const isGeneric = (meaning: MeaningName): boolean => meaning === "signInGeneric";

/** Statuses that describe the service, whatever the body says: nothing of it is a refusal. */
const isTrouble = (status: number): boolean => status < 400 || status >= 500 || status === 408;

export interface Refusal {
  /** HTTP status; of an error redirect, 400. */
  status: number;
  /** Parsed JSON, or undefined when there was none. */
  body: unknown;
  /** Whether it came back through the browser, where a person may have said no. */
  redirect?: boolean;
}

/**
 * Decides what a refusal of Entra's means. An overloaded or broken service (429, 5xx, a redirect)
 * never ends a grant, whatever its body says; then the codes that we know decide, the weightiest of
 * several; then `suberror`; then, careful since it may mean anything, a code that we do not know; then
 * `error`. An answer that is none of Microsoft's own is worth a retry: only a classified refusal ends
 * a grant.
 */
export function classify({ status, body, redirect = false }: Refusal): Disposition {
  const { error, suberror, codes } = parseEntraError(body);
  if (status === 429) return dispositionOf("throttled", codes[0]);
  if (isTrouble(status)) return dispositionOf("retry", codes[0]);

  const known = codes
    .flatMap((code) => {
      const meaning = byCode.get(code);
      return meaning === undefined ? [] : [{ code, meaning }];
    })
    .sort((one, other) => weight(meanings[one.meaning]) - weight(meanings[other.meaning]));
  const telling = known.find(({ meaning }) => !isGeneric(meaning));
  if (telling !== undefined) return dispositionOf(telling.meaning, telling.code);

  const unknown = codes.find((code) => !byCode.has(code));
  const said = suberror === undefined ? undefined : bySuberror.get(suberror);
  if (said !== undefined) return dispositionOf(said, unknown ?? codes[0]);

  const word = error === undefined ? undefined : wordMeaning(error, redirect);
  const passes = word !== undefined && meanings[word].latch === "none";
  if (unknown !== undefined && !passes) return unexplainedRefusal(error, unknown);
  // Of an old pair of codes the generic one may stand alone: then the word says whose fault it was.
  const [generic] = known;
  if (generic !== undefined && word !== "credential" && !passes) {
    return dispositionOf(generic.meaning, generic.code);
  }
  if (word !== undefined) return dispositionOf(word, codes[0]);
  return error !== undefined && unexplained.has(error)
    ? unexplainedRefusal(error, undefined)
    : dispositionOf("retry", undefined);
}

const wordMeaning = (error: string, redirect: boolean): MeaningName | undefined =>
  (redirect ? byRedirectError.get(error) : undefined) ?? byError.get(error);

/** What `meaning` comes to, with the code that led to it. */
export function dispositionOf(meaning: MeaningName, aadsts?: number): Disposition {
  return { ...meanings[meaning], ...defined({ aadsts }) };
}

/**
 * A refusal whose reason we do not know. It asks nothing of the user, blames nobody, keeps the grant
 * and closes one resource, which is tried again once a day: somebody has to look its code up.
 */
function unexplainedRefusal(error: string | undefined, aadsts: number | undefined): Disposition {
  const named = [...(aadsts === undefined ? [] : [`code ${aadsts}`]), ...(error ? [error] : [])];
  return {
    action: "contact_admin",
    latch: "resource",
    message: `Microsoft refused this for a reason that this service does not know (${named.join(", ")}): ask the organization's administrator.`,
    ...defined({ aadsts }),
  };
}
