import { json } from "../answer.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext } from "../environment.ts";
import { matches } from "../odata/filter-match.ts";
import { sortBy } from "../odata/order.ts";
import { pageAt, pageSize } from "../odata/page.ts";
import { parseSearch, satisfies, wordsBegin } from "../odata/search.ts";
import type { Search } from "../odata/search.ts";
import { project } from "../odata/select.ts";
import { badRequest, linkWith, readQuery, valueOr400 } from "../query.ts";
import type { Query } from "../query.ts";
import type { GraphState } from "../state.ts";
import { refusalOf } from "./advanced-query.ts";
import { DEFAULT_USER_PROPERTIES, userSchema } from "./user.ts";
import type { DirectoryUser } from "./user.ts";

const CODE = "Request_BadRequest";

const isEventual = (c: GraphContext) =>
  c.req.header("consistencylevel")?.toLowerCase() === "eventual";

function found(search: Search, user: DirectoryUser): boolean {
  return satisfies(search, ({ property, text }) => {
    if (property === undefined) return wordsBegin(user.displayName, text);
    const value: unknown = Reflect.get(user, property);
    return typeof value === "string" && wordsBegin(value, text);
  });
}

/** The users a query is about, in its order. Throws the directory's refusals. */
export function usersAsked(c: GraphContext, state: GraphState, query: Query): DirectoryUser[] {
  const searchText = c.req.query("$search");
  const search = searchText === undefined ? undefined : valueOr400(parseSearch(searchText), CODE);
  const refusal = refusalOf({
    filter: query.filter,
    ordered: query.order !== undefined,
    search: search !== undefined,
    count: query.count,
    eventual: isEventual(c),
  });
  if (refusal !== undefined) throw badRequest(refusal, "Request_UnsupportedQuery");
  if (c.req.query("$skip") !== undefined)
    throw badRequest("'$skip' is not supported by the service.", CODE);
  const { filter, order } = query;
  const users = state
    .directory(c.get("caller").tenantId)
    .users.values()
    .filter((user) => filter === undefined || matches(filter, user))
    .filter((user) => search === undefined || found(search, user));
  return order === undefined ? users : sortBy(users, order);
}

/** A position in a list, opaque to clients; `gap` says that an empty page is owed first. */
interface Position {
  start: number;
  gap: boolean;
}

const writePosition = ({ start, gap }: Position) =>
  Buffer.from(`${start}:${gap ? "gap" : "page"}`).toString("base64url");

function readPosition(token: string | undefined): Position {
  if (token === undefined) return { start: 0, gap: false };
  const [, start, kind] =
    /^(\d+):(gap|page)$/.exec(Buffer.from(token, "base64url").toString()) ?? [];
  if (start === undefined) throw badRequest("Invalid skip token.", "Directory_ExpiredPageToken");
  return { start: Number(start), gap: kind === "gap" };
}

/**
 * GET /users. While the sandbox's page size is set, the second page is empty and yet has a next
 * one, as the real directory's may be.
 */
export function listUsers(c: GraphContext, state: GraphState): Response {
  const query = readQuery(c, userSchema, CODE);
  const users = usersAsked(c, state, query);
  const setting = state.world.settings.page_size;
  const top = c.req.query("$top") ?? null;
  const sized = pageSize({ top, usual: 100, most: 999, setting });
  if (!sized.ok)
    throw badRequest(
      `Invalid page size specified: '${sized.error}'. Must be between 1 and 999 inclusive.`,
      "Request_UnsupportedQuery",
    );
  const { start, gap } = readPosition(c.req.query("$skiptoken"));
  const page = gap ? { items: [], next: start } : pageAt(users, start, sized.value);
  const owesGap = setting !== null && start === 0 && !gap;
  const shape = query.select === undefined ? "#users" : `#users(${query.select.join(",")})`;
  const nextLink =
    page.next === undefined
      ? {}
      : {
          "@odata.nextLink": linkWith(c, {
            $skiptoken: writePosition({ start: page.next, gap: owesGap }),
          }),
        };
  // Without the header $count is not refused but forgotten; and only the first page counts.
  const counted = query.count && isEventual(c) && start === 0;
  return json(c, {
    "@odata.context": `${versionRoot(c)}/$metadata${shape}`,
    ...(counted ? { "@odata.count": users.length } : {}),
    ...nextLink,
    value: page.items.map((user) => project(user, query.select ?? DEFAULT_USER_PROPERTIES)),
  });
}

/** GET /users/$count, which answers a bare number. */
export function countUsers(c: GraphContext, state: GraphState): Response {
  if (!isEventual(c)) throw badRequest("$count is not currently supported.", CODE);
  const query = { ...readQuery(c, userSchema, CODE), count: true };
  return c.text(String(usersAsked(c, state, query).length), 200, { "content-type": "text/plain" });
}
