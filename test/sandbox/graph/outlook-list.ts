import { json } from "./answer.ts";
import { versionRoot } from "./environment.ts";
import type { GraphContext } from "./environment.ts";
import { related } from "./odata/related.ts";
import type { Relations } from "./odata/related.ts";
import { pathsOf } from "./odata/filter-expression.ts";
import { matches } from "./odata/filter-match.ts";
import { isInefficient, sortBy } from "./odata/order.ts";
import { pageAt, pageSize, parseSkip } from "./odata/page.ts";
import { project } from "./odata/select.ts";
import type { EntitySchema } from "./odata/schema.ts";
import { refusal } from "./permissions.ts";
import { badRequest, linkWith, readQuery, valueOr400 } from "./query.ts";
import { acceptedOptions, entityOptions, listRefusal } from "./query-options.ts";
import type { QueryOptions, SystemOption } from "./query-options.ts";

/** A list of Outlook's items and how it is shown. */
export interface OutlookList<Item, View extends Readonly<Record<string, unknown>>> {
  /** What follows `$metadata#` in the context, without the selection. */
  path: string;
  schema: EntitySchema;
  /** The request's query options, those that the list does not take refused. */
  options: QueryOptions;
  items: readonly Item[];
  view(item: Item): View;
  relations: Relations<Item>;
  /** Properties the caller's permission does not show. */
  hidden?: readonly string[];
  /** Properties that come only when `$select` names them. */
  onlySelected?: readonly string[];
  pageSetting: number | null;
  /** A $search already decided: its results are paged by $skiptoken. */
  searched?: boolean;
}

/** What the lists of Outlook take; messages take `$search` too. */
export const outlookListOptions: readonly SystemOption[] = [
  "$select",
  "$filter",
  "$orderby",
  "$top",
  "$skip",
  "$count",
  "$expand",
];

const TOP_MAXIMUM = 1000;

/**
 * What a caller sees of an item: the properties named, less the hidden ones, and the relationships
 * expanded. Throws 403 for the relationships of an item that is not wholly shown.
 */
export function outlookEntity<Item>(
  c: GraphContext,
  item: Item,
  view: Readonly<Record<string, unknown>>,
  query: Pick<ReturnType<typeof readQuery>, "select" | "expand">,
  {
    relations,
    hidden = [],
    onlySelected = [],
  }: Pick<OutlookList<Item, Record<string, unknown>>, "relations" | "hidden" | "onlySelected">,
): Record<string, unknown> {
  if (hidden.length > 0 && query.expand.length > 0) throw refusal(c);
  const shown = Object.entries(project(view, query.select, ["id"])).filter(
    ([name]) =>
      !hidden.includes(name) &&
      (!onlySelected.includes(name) || (query.select?.includes(name) ?? false)),
  );
  return { ...Object.fromEntries(shown), ...related(item, query.expand, relations) };
}

function start({ $skip, $skiptoken }: QueryOptions, searched: boolean): number {
  if (searched && $skiptoken !== undefined)
    return Number(Buffer.from($skiptoken, "base64url").toString()) || 0;
  return valueOr400(parseSkip($skip ?? null), "BadRequest", "Invalid value for $skip: ");
}

/** Answers a list of Exchange items: filter, order, page, selection, in that order. */
export function answerOutlookList<Item, View extends Readonly<Record<string, unknown>>>(
  c: GraphContext,
  list: OutlookList<Item, View>,
): Response {
  const { options } = list;
  const query = readQuery(options, list.schema);
  const { filter, order, select, count } = query;
  if (filter !== undefined && order !== undefined && isInefficient(pathsOf(filter), order))
    throw badRequest(
      "The restriction or sort order is too complex for this operation.",
      "InefficientFilter",
    );
  const sized = pageSize({
    top: options["$top"] ?? null,
    prefer: c.req.header("prefer"),
    usual: 10,
    most: TOP_MAXIMUM,
    setting: list.pageSetting,
  });
  if (!sized.ok)
    throw badRequest(
      Number(sized.error) > TOP_MAXIMUM
        ? `The limit of '${TOP_MAXIMUM}' for Top query has been exceeded. The value from the incoming request is '${sized.error}'.`
        : `Invalid value '${sized.error}' for $top query option found. The $top query option requires a positive integer value.`,
    );
  const searched = list.searched ?? false;
  const viewed = (items: readonly Item[]) => items.map((item) => ({ item, view: list.view(item) }));
  const from = start(options, searched);
  let page;
  let total = list.items.length;
  if (filter === undefined && order === undefined) {
    const { items, ...next } = pageAt(list.items, from, sized.value);
    page = { ...next, items: viewed(items) };
  } else {
    const all = viewed(list.items);
    const filtered = filter === undefined ? all : all.filter(({ view }) => matches(filter, view));
    const sorted = order === undefined ? filtered : sortBy(filtered, order, ({ view }) => view);
    page = pageAt(sorted, from, sized.value);
    total = sorted.length;
  }
  const shape = select === undefined ? "" : `(${select.join(",")})`;
  return json(c, {
    "@odata.context": `${versionRoot(c)}/$metadata#${list.path}${shape}`,
    ...(count ? { "@odata.count": total } : {}),
    value: page.items.map(({ item, view }) => outlookEntity(c, item, view, query, list)),
    ...(page.next === undefined ? {} : { "@odata.nextLink": nextLink(c, page.next, searched) }),
  });
}

const nextLink = (c: GraphContext, next: number, searched: boolean) =>
  searched
    ? linkWith(c, "$skiptoken", Buffer.from(String(next)).toString("base64url"))
    : linkWith(c, "$skip", String(next));

/** One of Outlook's items and how it is shown. */
export interface OutlookItem<Item> {
  /** What follows `$metadata#` in the context, without the selection. */
  path: string;
  schema: EntitySchema;
  item: Item;
  view: Readonly<Record<string, unknown>>;
  relations?: Relations<Item>;
  hidden?: readonly string[];
  onlySelected?: readonly string[];
}

/** Answers one item, or what $select names of it. */
export function answerOutlookItem<Item>(
  c: GraphContext,
  { path, schema, item, view, relations = {}, ...shown }: OutlookItem<Item>,
  status: 200 | 201 = 200,
): Response {
  const query = readQuery(entityOptions(c), schema);
  const shape = query.select === undefined ? "" : `(${query.select.join(",")})`;
  return json(
    c,
    {
      "@odata.context": `${versionRoot(c)}/$metadata#${path}${shape}/$entity`,
      ...outlookEntity(c, item, view, query, { relations, ...shown }),
    },
    status,
  );
}

/** The options of a list that takes what Outlook's lists take. */
export const listOptionsOf = (c: GraphContext): QueryOptions =>
  acceptedOptions(c, { accepted: outlookListOptions, refuse: listRefusal("BadRequest") });
