import { json } from "../answer.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext } from "../environment.ts";
import { matches } from "../odata/filter-match.ts";
import { sortBy } from "../odata/order.ts";
import { pageAt, pageSize } from "../odata/page.ts";
import { parseSearch, satisfies, wordsBegin } from "../odata/search.ts";
import type { Search } from "../odata/search.ts";
import { propertyPath, valueAt } from "../odata/schema.ts";
import { badRequest, linkWith, readQuery, valueOr400 } from "../query.ts";
import type { Query } from "../query.ts";
import { directoryOptions } from "../query-options.ts";
import type { QueryOptions, SystemOption } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import { refusalOf } from "./advanced-query.ts";
import { userView } from "./me.ts";
import { userSchema } from "./user.ts";
import type { DirectoryUser } from "./user.ts";

const CODE = "Request_BadRequest";

const isEventual = (c: GraphContext) =>
  c.req.header("consistencylevel")?.toLowerCase() === "eventual";

/** A display name is searched by its words, any other property by how it begins. */
function found(search: Search, user: DirectoryUser): boolean {
  return satisfies(search, ({ property = "", text }) => {
    const value = valueAt(user, [property]);
    if (typeof value !== "string") return false;
    return property.toLowerCase() === "displayname"
      ? wordsBegin(value, text)
      : value.toLowerCase().startsWith(text);
  });
}

/** Reads $search, each clause of which has to name a property that can be filtered. */
function readSearch(text: string): Search {
  const search = valueOr400(parseSearch(text), CODE);
  for (const { property } of search.flat()) {
    if (property === undefined)
      throw badRequest(
        `Unsupported or invalid search clause: each clause has to be of the form "property:text".`,
        "Request_UnsupportedQuery",
      );
    const type = userSchema.properties[propertyPath(userSchema, property) ?? ""];
    if (type !== "string")
      throw badRequest(
        `Unsupported or invalid search clause specified for property '${property}' of resource 'User'.`,
        "Request_UnsupportedQuery",
      );
  }
  return search;
}

const countOptions = ["$filter", "$search"] as const;
const listOptions = [
  ...countOptions,
  "$select",
  "$expand",
  "$orderby",
  "$top",
  "$count",
  "$skiptoken",
] as const;

/** What /users takes, and in the directory's words what it does not. */
const optionsOf = (c: GraphContext, accepted: readonly SystemOption[]): QueryOptions =>
  directoryOptions(c, accepted, (option) =>
    badRequest(`'${option}' is not supported by the service.`, CODE),
  );

/** The users a query is about, in its order. Throws the directory's refusals. */
function usersAsked(
  c: GraphContext,
  state: GraphState,
  query: Query,
  { $search }: QueryOptions,
): DirectoryUser[] {
  const search = $search === undefined ? undefined : readSearch($search);
  const refusal = refusalOf({
    filter: query.filter,
    ordered: query.order !== undefined,
    search: search !== undefined,
    count: query.count,
    eventual: isEventual(c),
  });
  if (refusal !== undefined) throw badRequest(refusal, "Request_UnsupportedQuery");
  // Microsoft: no $expand in an advanced query.
  if (query.expand.length > 0 && isEventual(c))
    throw badRequest("Unsupported Query.", "Request_UnsupportedQuery");
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
  const options = optionsOf(c, listOptions);
  const query = readQuery(options, userSchema, CODE);
  const users = usersAsked(c, state, query, options);
  const setting = state.world.settings.page_size;
  const top = options["$top"] ?? null;
  const sized = pageSize({ top, usual: 100, most: 999, setting });
  if (!sized.ok)
    throw badRequest(
      `Invalid page size specified: '${sized.error}'. Must be between 1 and 999 inclusive.`,
      "Request_UnsupportedQuery",
    );
  const { start, gap } = readPosition(options["$skiptoken"]);
  const page = gap ? { items: [], next: start } : pageAt(users, start, sized.value);
  const owesGap = setting !== null && start === 0 && !gap;
  const shape = query.select === undefined ? "#users" : `#users(${query.select.join(",")})`;
  const nextLink =
    page.next === undefined
      ? {}
      : {
          "@odata.nextLink": linkWith(
            c,
            "$skiptoken",
            writePosition({ start: page.next, gap: owesGap }),
          ),
        };
  // Without the header $count is not refused but forgotten; and only the first page counts.
  const counted = query.count && isEventual(c) && start === 0;
  return json(c, {
    "@odata.context": `${versionRoot(c)}/$metadata${shape}`,
    ...(counted ? { "@odata.count": users.length } : {}),
    ...nextLink,
    value: page.items.map((user) => userView(user, query.select, query.expand)),
  });
}

/** GET /users/$count, which answers a bare number. */
export function countUsers(c: GraphContext, state: GraphState): Response {
  if (!isEventual(c)) throw badRequest("$count is not currently supported.", CODE);
  const options = optionsOf(c, countOptions);
  const query = { ...readQuery(options, userSchema, CODE), count: true };
  const { length } = usersAsked(c, state, query, options);
  return c.text(String(length), 200, { "content-type": "text/plain" });
}
