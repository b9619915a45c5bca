import { empty, json } from "../answer.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import { sortBy } from "../odata/order.ts";
import { related } from "../odata/related.ts";
import type { Relations } from "../odata/related.ts";
import { project } from "../odata/select.ts";
import { readQuery } from "../query.ts";
import type { Query } from "../query.ts";
import { entityOptions } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import type { Drive } from "./drive.ts";
import { eTagOf, viewItem } from "./item-view.ts";
import { driveItemSchema } from "./stored-item.ts";
import type { StoredItem } from "./stored-item.ts";

const DOWNLOAD_URL = "@microsoft.graph.downloadUrl";

/** Whether one of the tags a conditional header lists is the item's. */
const lists = (header: string, item: StoredItem) =>
  header === "*" ||
  header.split(/,\s*(?=["W])/).some((tag) => tag.replace(/^W\//, "") === eTagOf(item));

/** Throws 412 when If-Match names another state of the item. */
export function requireMatch(c: GraphContext, item: StoredItem): void {
  const header = c.req.header("if-match");
  if (header !== undefined && !lists(header, item))
    throw new GraphError(412, "resourceModified", "ETag does not match current item's value");
}

export function isUnchanged(c: GraphContext, item: StoredItem): boolean {
  const header = c.req.header("if-none-match");
  return header !== undefined && lists(header, item);
}

/** Where an item lies and the origin that its links begin with. */
export interface ItemPlace {
  state: GraphState;
  base: string;
  drive: Drive;
}

/**
 * An item with the properties $select names, and what $expand brings. Unlike Outlook, a drive then
 * sends neither id nor download URL unasked.
 */
export function shownItem(
  place: ItemPlace,
  item: StoredItem,
  { select, expand }: Pick<Query, "select" | "expand">,
): Record<string, unknown> {
  const shown = project(viewItem(place.state, place.base, place.drive, item), select);
  if (select !== undefined && !select.includes(DOWNLOAD_URL)) delete shown[DOWNLOAD_URL];
  return { ...shown, ...related(item, expand, itemRelations(place)) };
}

/** Pages of an expanded folder are not told apart here: it brings what one page holds. */
const EXPANDED_CHILDREN = 200;

const itemRelations = (place: ItemPlace): Relations<StoredItem> => ({
  children: (item, { select: $select, expand: $expand }) => {
    const options = {
      ...($select === undefined ? {} : { $select }),
      ...($expand === undefined ? {} : { $expand }),
    };
    const query = readQuery(options, driveItemSchema, "invalidRequest");
    return sortBy(place.drive.children(item.id), [{ path: "name", descending: false }])
      .slice(0, EXPANDED_CHILDREN)
      .map((child) => shownItem(place, child, query));
  },
  // Nobody draws pictures of the sandbox's files.
  thumbnails: () => [],
});

/** One item, or 304 when the client already has this state of it. */
export function answerItem(
  c: GraphContext,
  state: GraphState,
  drive: Drive,
  item: StoredItem,
  status: 200 | 201 = 200,
): Response {
  if (c.req.method === "GET" && isUnchanged(c, item)) return empty(c, 304, { etag: eTagOf(item) });
  const query = readQuery(entityOptions(c, "invalidRequest"), driveItemSchema, "invalidRequest");
  const view = shownItem({ state, base: c.env.base, drive }, item, query);
  const context = `${versionRoot(c)}/$metadata#users('${drive.owner.graphId}')/drive/items/$entity`;
  return json(c, { "@odata.context": context, ...view }, status, { etag: eTagOf(item) });
}
