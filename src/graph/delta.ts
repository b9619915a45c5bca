import { AzureError, failure, type Failure } from "../contract/errors.ts";
import { recordOf, textOf } from "../http/json.ts";
import { readLink } from "../http/link.ts";
import { readListBody } from "../http/page.ts";
import type { JsonAnswer } from "../http/json-answer.ts";
import { safeCode } from "../http/upstream-error.ts";
import { orThrow } from "../contract/or-throw.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { preferHeader, selected, type ListOptions, type Query } from "./query.ts";
import type { GraphSession } from "./session.ts";
import { defined } from "../contract/defined.ts";

/** How Graph marks that something is no longer there; OneDrive has its `deleted` facet instead. */
export interface Removal {
  "@removed"?: { reason: "changed" | "deleted" };
}

export interface DeltaPage<Item> {
  readonly resync?: false;
  readonly items: (Item & Removal)[];
  /** On all pages but the last: where to go on from if this run is cut short. */
  readonly nextLink?: string;
  /** On the last page: keep it, and start the next run from it. */
  readonly deltaLink?: string;
}

/** Graph no longer knows the state: what follows is everything, from the beginning. */
export interface DeltaResync {
  readonly resync: true;
  /** Graph's code: it says how OneDrive wants items treated that only the caller has. */
  readonly reason?: string;
}

export type DeltaStep<Item> = DeltaPage<Item> | DeltaResync;

export interface DeltaOptions {
  /** A `deltaLink` or `nextLink` of an earlier run, to go on from. */
  from?: string | undefined;
  select?: ListOptions["select"];
  filter?: string | undefined;
  /** Further options of the first request, such as `startDateTime` of a calendar view. */
  query?: Query | undefined;
  maxPageSize?: number | undefined;
  immutableIds?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

interface LostState {
  readonly step: DeltaResync;
  /** Where Graph wants the next run to begin; else it begins at the resource. */
  readonly location?: string | undefined;
}

const goneStatus = 410;
/** Where an expired token is not answered with 410, one of these codes says so. */
const lostStateCode = /^(?:syncStateNotFound|syncStateInvalid|resync\w*)$/i;
/** A run that loses its state more often than this would never end. */
const maxResyncs = 2;

/**
 * What changed in a collection, page by page: everything at first, afterwards what happened since
 * the `deltaLink` of the run before. Items can come twice. When Graph has lost the state (410 Gone)
 * a step says `{ resync: true }` and the run starts again from where Graph says.
 *
 * @param resource path of the collection: `/me/mailFolders/inbox/messages`, `/users`
 * @throws AzureError while iterating; `upstream_error` with `details.reason` `repeated_link` or
 * `resync_loop` for a run that would not end
 */
export async function* deltaSteps<Item>(
  session: GraphSession,
  resource: string,
  options: DeltaOptions,
): AsyncGenerator<DeltaStep<Item>, void, undefined> {
  const seen = new Set<string>();
  let resyncs = 0;
  let link = options.from;
  for (;;) {
    if (link !== undefined && seen.has(link)) throw new AzureError(endless("repeated_link"));
    if (link !== undefined) seen.add(link);
    const read = orThrow(await readStep<Item>(session, resource, link, options));
    if ("step" in read) {
      resyncs += 1;
      if (resyncs > maxResyncs) throw new AzureError(endless("resync_loop"));
      seen.clear();
      link = read.location;
      yield read.step;
      continue;
    }
    yield read;
    link = read.nextLink;
    if (link === undefined) return;
  }
}

async function readStep<Item>(
  session: GraphSession,
  resource: string,
  link: string | undefined,
  options: DeltaOptions,
): Promise<Result<DeltaPage<Item> | LostState, Failure>> {
  const headers = preferHeader(options);
  if (!headers.ok) return headers;
  const request = { headers: headers.value, signal: options.signal, accept: [goneStatus] };
  const answer =
    link === undefined
      ? await session.sendJson<unknown>({
          path: /\/delta(?:\(\))?$/.test(resource) ? resource : `${resource}/delta`,
          query: { ...options.query, $select: selected(options.select), $filter: options.filter },
          ...request,
        })
      : await session.follow<unknown>(link, request);
  if (!answer.ok) {
    const code = answer.error.details?.upstream_code;
    return lostStateCode.test(code ?? "") ? ok({ step: resync(code) }) : answer;
  }
  return answer.value.response.status === goneStatus
    ? lostState(session.endpoint, answer.value)
    : readChanges(session.endpoint, answer.value.body);
}

function lostState(
  endpoint: URL,
  { body, response }: JsonAnswer<unknown>,
): Result<LostState, Failure> {
  const error = recordOf(recordOf(body)["error"]);
  const inner = recordOf(error["innerError"]);
  const step = resync(safeCode(textOf(inner["code"])) ?? safeCode(textOf(error["code"])));
  const location = readLink(endpoint, response.headers.get("location"));
  return location.ok ? ok({ step, location: location.value }) : location;
}

const resync = (reason: string | undefined): DeltaResync => ({
  resync: true,
  ...defined({ reason }),
});

/** While a next page is named, the run is not over, whatever else the page names. */
function readChanges<Item>(endpoint: URL, body: unknown): Result<DeltaPage<Item>, Failure> {
  const page = readListBody<Item & Removal>(endpoint, body, "@odata.nextLink");
  if (!page.ok) return page;
  const { items, nextLink } = page.value;
  if (nextLink !== undefined) return ok({ items, nextLink });
  const deltaLink = readLink(endpoint, recordOf(body)["@odata.deltaLink"]);
  if (!deltaLink.ok) return deltaLink;
  return deltaLink.value === undefined ? err(noLink()) : ok({ items, deltaLink: deltaLink.value });
}

const noLink = (): Failure =>
  failure("upstream_error", "Microsoft answered with something else than changes.", {
    details: { reason: "no_delta" },
  });

const endless = (reason: "repeated_link" | "resync_loop"): Failure =>
  failure("upstream_error", "Microsoft's changes lead back to where they began.", {
    details: { reason },
  });
