import { AzureError, failure } from "../contract/errors.ts";
import type { PagedItems } from "../http/page.ts";
import type { SessionSecret } from "../platform/keys.ts";
import { open, seal } from "./opaque.ts";

/** One page as routes and RPC hand it on. */
export interface Page<Item> {
  data: Item[];
  nextCursor?: string;
}

export interface PageQuery {
  /** Items at most. */
  top: number;
  cursor?: string | undefined;
}

/** What a cursor is good for: one list of one connection. */
export interface PageOwner {
  sessionSecret: SessionSecret;
  connectionId: string;
  /** The path of the list with its ids in place. */
  list: string;
}

/** Where a cursor goes on: the query of the first page, Microsoft's link, and what was told of that page. */
interface Position<Query> {
  query: Query;
  link?: string;
  skip: number;
}

/**
 * Reads one page of a list. A cursor holds Microsoft's link, encrypted: it can be neither read, nor
 * changed, nor used for another list or connection. A page that is longer than asked for, which
 * services without `$top` send, is told in parts.
 *
 * @param open opens the list with the query of its first page
 * @throws AzureError `invalid_request` on a cursor that is not this list's, and what Microsoft answers
 */
export async function readPage<Query extends PageQuery, Item>(
  owner: PageOwner,
  query: Query,
  list: (query: Omit<Query, "cursor">) => PagedItems<Item>,
): Promise<Page<Item>> {
  const position = await positionOf(owner, query);
  const { top } = position.query;
  const pages = list(position.query).byPage({
    continuationToken: position.link,
    maxPageSize: top,
  });
  const answer = (await pages.next()).value;
  const { items, continuationToken } = answer ?? { items: [], continuationToken: undefined };
  const end = position.skip + top;
  const next = nextPosition(position, { end, length: items.length, link: continuationToken });
  return {
    data: items.slice(position.skip, end),
    ...(next !== undefined && { nextCursor: await write(owner, next) }),
  };
}

function nextPosition<Query>(
  { query, link }: Position<Query>,
  page: { end: number; length: number; link: string | undefined },
): Position<Query> | undefined {
  if (page.length > page.end) {
    return { query, ...(link !== undefined && { link }), skip: page.end };
  }
  return page.link === undefined ? undefined : { query, link: page.link, skip: 0 };
}

const bindings = ({ connectionId, list }: PageOwner) => [connectionId, list];

const write = (owner: PageOwner, position: Position<unknown>): Promise<string> =>
  seal(owner.sessionSecret, "cursor", bindings(owner), JSON.stringify(position));

async function positionOf<Query extends PageQuery>(
  owner: PageOwner,
  { cursor, ...query }: Query,
): Promise<Position<Omit<Query, "cursor">>> {
  if (cursor === undefined) return { query, skip: 0 };
  const text = await open(owner.sessionSecret, "cursor", bindings(owner), cursor);
  if (text === undefined) {
    throw new AzureError(
      failure("invalid_request", "cursor is not one of this list.", {
        details: { field: "cursor" },
      }),
    );
  }
  // It opened, so this Worker wrote it, for this list.
  return JSON.parse(text) as Position<Omit<Query, "cursor">>;
}
