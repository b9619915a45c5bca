import { json } from "./answer.ts";
import { versionRoot } from "./environment.ts";
import type { GraphContext } from "./environment.ts";
import { pathsOf } from "./odata/filter-expression.ts";
import { matches } from "./odata/filter-match.ts";
import { isInefficient, sortBy } from "./odata/order.ts";
import { pageAt, pageSize, parseSkip } from "./odata/page.ts";
import { project } from "./odata/select.ts";
import type { EntitySchema } from "./odata/schema.ts";
import { badRequest, linkWith, readQuery, valueOr400 } from "./query.ts";

/** A list of Outlook's items and how it is shown. */
export interface OutlookList<Item, View extends Readonly<Record<string, unknown>>> {
  /** What follows `$metadata#` in the context, without the selection. */
  path: string;
  schema: EntitySchema;
  items: readonly Item[];
  view(item: Item): View;
  /** Properties the caller's permission does not show. */
  hidden?: readonly string[];
  pageSetting: number | null;
  /** A $search already decided: its results are paged by $skiptoken. */
  searched?: boolean;
}

const TOP_MAXIMUM = 1000;

const without = (view: Record<string, unknown>, hidden: readonly string[]) =>
  Object.fromEntries(Object.entries(view).filter(([name]) => !hidden.includes(name)));

function start(c: GraphContext, searched: boolean): number {
  const { $skip, $skiptoken } = c.req.query();
  if (searched && $skiptoken !== undefined)
    return Number(Buffer.from($skiptoken, "base64url").toString()) || 0;
  return valueOr400(parseSkip($skip ?? null), "BadRequest", "Invalid value for $skip: ");
}

/** Answers a list of Exchange items: filter, order, page, selection, in that order. */
export function answerOutlookList<Item, View extends Readonly<Record<string, unknown>>>(
  c: GraphContext,
  list: OutlookList<Item, View>,
): Response {
  const { filter, order, select, count } = readQuery(c, list.schema);
  if (c.req.query("$expand") !== undefined)
    throw badRequest(
      "The sandbox knows no $expand here: ask for the related objects by their own path.",
    );
  if (filter !== undefined && order !== undefined && isInefficient(pathsOf(filter), order))
    throw badRequest(
      "The restriction or sort order is too complex for this operation.",
      "InefficientFilter",
    );
  const top = c.req.query("$top") ?? null;
  const sized = pageSize({
    top,
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
  const views = () => list.items.map((item) => list.view(item));
  const filtered =
    filter === undefined ? undefined : views().filter((view) => matches(filter, view));
  const sorted = order === undefined ? filtered : sortBy(filtered ?? views(), order);
  const from = start(c, searched);
  const page =
    sorted === undefined
      ? viewPage(list, pageAt(list.items, from, sized.value))
      : pageAt(sorted, from, sized.value);
  const total = sorted?.length ?? list.items.length;
  const shape = select === undefined ? "" : `(${select.join(",")})`;
  const hidden = list.hidden ?? [];
  return json(c, {
    "@odata.context": `${versionRoot(c)}/$metadata#${list.path}${shape}`,
    ...(count ? { "@odata.count": total } : {}),
    value: page.items.map((view) => without(project(view, select, ["id"]), hidden)),
    ...(page.next === undefined ? {} : { "@odata.nextLink": nextLink(c, page.next, searched) }),
  });
}

function viewPage<Item, View extends Readonly<Record<string, unknown>>>(
  list: OutlookList<Item, View>,
  page: { items: Item[]; next?: number },
) {
  return { ...page, items: page.items.map((item) => list.view(item)) };
}

const nextLink = (c: GraphContext, next: number, searched: boolean) =>
  searched
    ? linkWith(c, { $skiptoken: Buffer.from(String(next)).toString("base64url") })
    : linkWith(c, { $skip: String(next) });
