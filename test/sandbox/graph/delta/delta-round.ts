import type { GraphContext } from "../environment.ts";
import type { GraphError } from "../graph-error.ts";

import { badRequest, valueOr400 } from "../query.ts";
import { pageSize } from "../odata/page.ts";
import type { GraphState } from "../state.ts";
import type { Change } from "./change-log.ts";
import { deltaPage } from "./delta-page.ts";
import type { Placed } from "./delta-page.ts";
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
  usual: number;
  most: number;
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
  /** Query options of the round's first request. */
  options: Record<string, string>;
}

/** Reads the token a request carries; a request without one begins a round. */
export function tokenOf(
  c: GraphContext,
  state: GraphState,
  style: DeltaStyle,
  version: number,
): DeltaToken {
  const { skip, delta } = style.parameters;
  // The fresh link of a 410 may carry an empty token.
  const text = c.req.query(skip) || c.req.query(delta) || undefined;
  const now = state.world.now();
  const start = { collection: style.collection, epoch: state.epoch, issued: now };
  const round = { ...start, until: version, sent: [0, 0] as [number, number], first: true };
  if (text === undefined || (text === "latest" && !style.knowsLatest)) {
    const { [skip]: _skip, [delta]: _delta, ...options } = c.req.query();
    return { ...round, from: 0, options };
  }
  if (text === "latest") return { ...round, from: version, options: {} };
  const token = readDeltaToken(text);
  if (token === undefined || token.collection !== style.collection)
    throw badRequest("Badly formed token.", "Request_BadRequest");
  if (isExpired(token, state.epoch, now)) throw style.gone(pathLink(c));
  // A deltaLink was written when its round ended; the new round goes up to now.
  return token.until === token.from ? { ...token, until: version } : token;
}

const pathLink = (c: GraphContext) => `${c.env.base}${new URL(c.req.url).pathname}`;

/**
 * One page of a round.
 * @param place turns a change into the entries it means, in order
 */
export function deltaAnswer<T, Entry>(
  c: GraphContext,
  state: GraphState,
  style: DeltaStyle,
  source: DeltaSource<T>,
  place: (change: Change<T>, options: Record<string, string>, from: number) => Entry[],
): DeltaAnswer<Entry> {
  const token = tokenOf(c, state, style, source.version);
  const { options, from, until } = token;
  const size = valueOr400(
    pageSize({
      top: options["$top"] ?? null,
      prefer: c.req.header("prefer"),
      usual: style.usual,
      most: style.most,
      setting: state.world.settings.page_size,
    }),
    "BadRequest",
    "Invalid page size specified: ",
  );
  const placed: Placed<Entry>[] = source.changes(from, until).flatMap((change) =>
    place(change, options, from).map((entry, index) => ({
      at: [change.version, index + 1] as const,
      entry,
    })),
  );
  const page = deltaPage(placed, token.sent, size);
  const last = placed.at(-1)?.at ?? ([from, 0] as const);
  const apart = style.lastPageApart && token.first && from === 0;
  const next = page.next ?? (apart ? ([last[0], last[1]] as [number, number]) : undefined);
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
            sent: [0, 0],
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
  return { entries: page.entries, links, options };
}
