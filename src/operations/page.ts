import { defined } from "../contract/defined.ts";
import type { Page } from "../api/operation.ts";
import { AzureError, invalidField } from "../contract/errors.ts";
import type { SessionSecret } from "../platform/keys.ts";
import type { PagedItems } from "../http/page.ts";
import { makeOpaque, readOpaque } from "../platform/opaque.ts";
import { restored, shortened } from "./short-link.ts";

/** What every list is asked for. */
export interface PageQuery {
  /** Items at most. */
  top: number;
  cursor?: string | undefined;
}

/** What a cursor is good for, within its list: one connection, or what a caller may see of all. */
export interface PageOwner {
  config: { sessionSecret: SessionSecret; cloud?: { graphEndpoint: string; armEndpoint: string } };
  /** See `ServiceContext`. */
  cursors?: "bound";
  connectionId: string;
  /** The user whose list it is, on a tenant's connection. */
  as?: string | undefined;
}

const bindingsOf = ({ connectionId, as }: PageOwner, list: string): string[] =>
  as === undefined ? [connectionId, list] : [connectionId, list, as];

/** Where a cursor goes on: the query of the first page, Microsoft's link, and how much of that page was given. */
interface Position<Query> {
  query: Query;
  link?: string;
  skip: number;
}

/**
 * Reads one page of a list. A cursor holds Microsoft's link, encrypted: it can be neither read, nor
 * changed, nor used for another list or connection. A page that is longer than asked for, which
 * services without `$top` send, is given in parts.
 *
 * @param list the path of the list with its ids in place
 * @param open opens the list with the query of its first page
 * @throws AzureError `invalid_request` on a cursor that is not this list's, and what Microsoft answers
 */
export async function readPage<Query extends PageQuery, Item>(
  owner: PageOwner,
  list: string,
  query: Query,
  open: (query: Omit<Query, "cursor">) => PagedItems<Item>,
): Promise<Page<Item>> {
  const position = await positionOf(owner, list, query);
  const { top } = position.query;
  const pages = open(position.query).byPage({
    continuationToken: position.link,
    maxPageSize: top,
  });
  const answer = (await pages.next()).value;
  const { items, continuationToken } = answer ?? { items: [], continuationToken: undefined };
  const end = position.skip + top;
  const next = nextPosition(position, { end, length: items.length, link: continuationToken });
  return {
    data: items.slice(position.skip, end),
    ...defined({ nextCursor: next && (await write(owner, list, next)) }),
  };
}

function nextPosition<Query>(
  { query, link }: Position<Query>,
  page: { end: number; length: number; link: string | undefined },
): Position<Query> | undefined {
  if (page.length > page.end) {
    return { query, ...defined({ link }), skip: page.end };
  }
  return page.link === undefined ? undefined : { query, link: page.link, skip: 0 };
}

function write(owner: PageOwner, list: string, position: Position<object>): Promise<string> {
  const { sessionSecret } = owner.config;
  const bindings = bindingsOf(owner, list);
  if (owner.cursors === undefined) {
    return makeOpaque(sessionSecret, "cursor", bindings, JSON.stringify(position));
  }
  const { query, skip, link } = position;
  const short = link === undefined ? "" : shortened(link, knownOf(owner, query));
  return makeOpaque(sessionSecret, "cursor", [...bindings, textOf(query)], `${skip} ${short}`);
}

async function positionOf<Query extends PageQuery>(
  owner: PageOwner,
  list: string,
  { cursor, ...query }: Query,
): Promise<Position<Omit<Query, "cursor">>> {
  if (cursor === undefined) return { query, skip: 0 };
  const { sessionSecret } = owner.config;
  const isBound = owner.cursors === "bound";
  const bindings = [...bindingsOf(owner, list), ...(isBound ? [textOf(query)] : [])];
  const text = await readOpaque(sessionSecret, "cursor", bindings, cursor);
  if (text === undefined) {
    const expected = isBound ? "must come with the arguments of the page before" : notThisList;
    throw new AzureError(invalidField("cursor", expected));
  }
  // It opened, so this Worker wrote it, for this list.
  if (!isBound) return JSON.parse(text) as Position<Omit<Query, "cursor">>;
  const space = text.indexOf(" ");
  const short = text.slice(space + 1);
  return {
    query,
    skip: Number(text.slice(0, space)),
    ...(short !== "" && { link: restored(short, knownOf(owner, query)) }),
  };
}

const notThisList = "is not one of this list";

/** The query in one spelling. */
const textOf = (query: object): string =>
  JSON.stringify(
    Object.entries(query)
      .filter(([, value]) => value !== undefined)
      .toSorted(([left], [right]) => (left < right ? -1 : 1)),
  );

/** What a reader of a bound cursor knows of Microsoft's link. */
const knownOf = ({ config: { cloud } }: PageOwner, query: object): string[] => [
  ...(cloud === undefined ? [] : [cloud.graphEndpoint, cloud.armEndpoint]),
  ...Object.values(query).filter((value) => typeof value === "string"),
];
