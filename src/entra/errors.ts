import type { RemedyAction } from "../remedy.ts";
import { parseClaims } from "./claims.ts";
import { meanings } from "./error-meanings.ts";
import type { Latch, Meaning, MeaningName } from "./error-meanings.ts";
import { byCode, byError, bySuberror } from "./error-table.ts";

export type { Latch } from "./error-meanings.ts";

/** What is to be done about a refusal, by whom, and how far it reaches. */
export interface Disposition {
  action: RemedyAction;
  latch: Latch;
  /** One sentence a person can act on; ours, never Microsoft's. */
  message: string;
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
    ...(error !== undefined && { error }),
    ...(suberror !== undefined && { suberror }),
    ...(claims !== undefined && { claims }),
    ...(traceId !== undefined && { traceId }),
  };
}

/** `error_codes`, else the codes the description names: redirects have no list. */
function codesIn(fields: Record<string, unknown>): number[] {
  const { error_codes: list, error_description: description } = fields;
  const listed = (Array.isArray(list) ? list : [])
    .map(Number)
    .filter((code) => Number.isSafeInteger(code) && code > 0);
  if (listed.length > 0) return listed;
  const named = String(description ?? "").matchAll(/AADSTS(\d{4,8})/g);
  return [...new Set([...named].map(([, code]) => Number(code)))];
}

/** The farther a reason reaches, and the longer it lasts, the sooner it is the one to tell. */
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

const weight = (meaning: Meaning): number =>
  (meaning.generic === true ? 100 : 0) +
  reach.indexOf(meaning.latch) * 10 +
  permanence.indexOf(meaning.action);

/**
 * Decides what a refusal of Entra's means. An overloaded or broken service (429, 5xx) never ends a
 * grant, whatever its body says; then codes decide, the weightiest of several; then `suberror`;
 * then `error`. An answer that is none of Microsoft's own is worth a retry: only a classified
 * refusal ends a grant.
 *
 * @param o.status HTTP status; of an error redirect, 400
 * @param o.body parsed JSON, or undefined when there was none
 */
export function classify(o: { status: number; body: unknown }): Disposition {
  const { error, suberror, codes } = parseEntraError(o.body);
  const [first] = codes;
  if (o.status === 429) return disposition("throttled", first);
  if (o.status >= 500) return disposition("retry", first);
  const known = codes
    .flatMap((code) => {
      const meaning = byCode.get(code);
      return meaning === undefined ? [] : [{ code, meaning }];
    })
    .sort((one, other) => weight(meanings[one.meaning]) - weight(meanings[other.meaning]));
  const [heaviest] = known;
  if (heaviest !== undefined && !isGeneric(heaviest.meaning)) {
    return disposition(heaviest.meaning, heaviest.code);
  }
  const said = lookup(bySuberror, suberror) ?? heaviest?.meaning ?? lookup(byError, error);
  return disposition(said ?? "retry", heaviest?.code ?? first);
}

const isGeneric = (meaning: MeaningName): boolean => "generic" in meanings[meaning];

function lookup(table: Readonly<Record<string, MeaningName>>, key: string | undefined) {
  return key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}

/** What `meaning` comes to, told with the code that led to it. */
export function disposition(meaning: MeaningName, aadsts?: number): Disposition {
  const { action, latch, message } = meanings[meaning];
  return { action, latch, message, ...(aadsts !== undefined && { aadsts }) };
}
