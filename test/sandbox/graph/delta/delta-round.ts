import type { GraphContext } from "../environment.ts";
import type { GraphError } from "../graph-error.ts";
import { badRequest, valueOr400 } from "../query.ts";
import { queryOptions } from "../query-options.ts";
import type { QueryOptions } from "../query-options.ts";
import { pageSize } from "../odata/page.ts";
import type { GraphState } from "../state.ts";
import type { Change } from "./change-log.ts";
import { comparePositions, deltaPage } from "./delta-page.ts";
import type { Placed, Position } from "./delta-page.ts";
import { isExpired, readDeltaToken, writeDeltaToken } from "./delta-token.ts";
import type { DeltaToken } from "./delta-token.ts";

/** How one workload does delta queries. */
export interface DeltaStyle {
  /** Names the collection inside tokens: a token of one is nothing to another. */
  collection: string;
  /** Names of the query option that carries the token, between pages and between rounds. */
  parameters: { skip: string; delta: string };
  /** Whether `latest` gives a link from now on; Exchange knows no such thing. */
  knowsLatest: boolean;
  /** Exchange ends a first round with a page of its own, empty if need be. */
  lastPageApart: boolean;
  /** Whether $top says the size of a page. */
  takesTop: boolean;
  usual: number;
  most: number;
  /** Refuses the options of a round's first request that the workload does not take. */
  check(options: QueryOptions): void;
  /** The answer to a token too old; gets the URL that starts again. */
  gone(fresh: string): GraphError;
}

export interface DeltaSource<T> {
  version: number;
  changes(from: number, until: number): Change<T>[];
}

/** What a page says beside its entries: exactly one of the links. */
export interface DeltaAnswer<Entry> {
  entries: Entry[];
  links: { "@odata.nextLink": string } | { "@odata.deltaLink": string };
}

/** The options that a token carries on: all but the tokens. */
function ownOptions(style: DeltaStyle, options: QueryOptions): Record<string, string> {
  const { skip, delta } = style.parameters;
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) =>
      name === skip || name === delta || value === undefined ? [] : [[name, value]],
    ),
  );
}

/** Before the first change of any round, whatever it is ordered by. */
const BEGINNING: Position = [Number.MIN_SAFE_INTEGER];

/** Reads the token a request carries; a request without one begins a round. */
export function tokenOf(
  c: GraphContext,
  state: GraphState,
  style: DeltaStyle,
  version: number,
): DeltaToken {
  const { skip, delta } = style.parameters;
  const options = queryOptions(c);
  // The fresh link of a 410 may carry an empty token.
  const text = options[skip] || options[delta] || undefined;
  const now = state.world.now();
  const start = { collection: style.collection, epoch: state.epoch, issued: now };
  const round = { ...start, until: version, sent: BEGINNING, first: true };
  const own = ownOptions(style, options);
  if (text === undefined || text === "latest") style.check(own);
  if (text === undefined || (text === "latest" && !style.knowsLatest))
    return { ...round, from: 0, options: own };
  if (text === "latest") return { ...round, from: version, options: own };
  const token = readDeltaToken(text);
  if (token === undefined || token.collection !== style.collection)
    throw badRequest("Badly formed token.", "Request_BadRequest");
  if (isExpired(token, state.epoch, now)) throw style.gone(pathLink(c));
  // A deltaLink was written when its round ended; the new round goes up to now.
  return token.until === token.from ? { ...token, until: version } : token;
}

const pathLink = (c: GraphContext) => `${c.env.base}${new URL(c.req.url).pathname}`;

/** What a workload makes of the changes of a round. */
export interface DeltaPlacing<T, Entry> {
  /** The entries that a change means, in order. */
  place(change: Change<T>): Entry[];
  /** Where in the round a change comes; by its version unless the round is ordered otherwise. */
  rank?(change: Change<T>): number;
}

/**
 * One page of a round.
 *
 * @param placing reads the query options of the round's first request, once for all changes
 */
export function deltaAnswer<T, Entry>(
  c: GraphContext,
  state: GraphState,
  style: DeltaStyle,
  source: DeltaSource<T>,
  placing: (options: QueryOptions, from: number) => DeltaPlacing<T, Entry>,
): DeltaAnswer<Entry> {
  const token = tokenOf(c, state, style, source.version);
  const { options, from, until } = token;
  const size = valueOr400(
    pageSize({
      top: (style.takesTop ? options["$top"] : undefined) ?? null,
      prefer: c.req.header("prefer"),
      usual: style.usual,
      most: style.most,
      setting: state.world.settings.page_size,
    }),
    "BadRequest",
    "Invalid page size specified: ",
  );
  const { place, rank } = placing(options, from);
  const placed: Placed<Entry>[] = source
    .changes(from, until)
    .flatMap((change) =>
      place(change).map((entry, index) => ({
        at: [rank?.(change) ?? change.version, change.version, index],
        entry,
      })),
    )
    .sort((left, right) => comparePositions(left.at, right.at));
  const page = deltaPage(placed, token.sent, size);
  const last = placed.at(-1)?.at ?? BEGINNING;
  const apart = style.lastPageApart && token.first && from === 0;
  const next = page.next ?? (apart ? last : undefined);
  const { skip, delta } = style.parameters;
  const link = (name: string, value: DeltaToken) =>
    `${pathLink(c)}?${encodeURIComponent(name)}=${writeDeltaToken(value)}`;
  const links =
    next === undefined
      ? {
          "@odata.deltaLink": link(delta, {
            ...token,
            issued: state.world.now(),
            from: until,
            sent: BEGINNING,
            first: true,
          }),
        }
      : {
          "@odata.nextLink": link(skip, {
            ...token,
            sent: next,
            first: token.first && page.next !== undefined,
          }),
        };
  return { entries: page.entries, links };
}
