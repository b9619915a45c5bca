import { empty, json } from "../answer.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import { parseSelect, project } from "../odata/select.ts";
import { valueOr400 } from "../query.ts";
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

/** The properties $select names; unlike Outlook, a drive then sends neither id nor download URL. */
export function projectItem(
  view: Record<string, unknown>,
  select: string[] | undefined,
): Record<string, unknown> {
  const shown = project(view, select);
  if (select !== undefined && !select.includes(DOWNLOAD_URL)) delete shown[DOWNLOAD_URL];
  return shown;
}

/** One item, or 304 when the client already has this state of it. */
export function answerItem(
  c: GraphContext,
  state: GraphState,
  drive: Drive,
  item: StoredItem,
  status: 200 | 201 = 200,
): Response {
  if (c.req.method === "GET" && isUnchanged(c, item)) return empty(c, 304, { etag: eTagOf(item) });
  const text = c.req.query("$select");
  const select = text === undefined ? undefined : valueOr400(parseSelect(text, driveItemSchema));
  const view = projectItem(viewItem(state, c.env.base, drive, item), select);
  const context = `${versionRoot(c)}/$metadata#users('${drive.owner.graphId}')/drive/items/$entity`;
  return json(c, { "@odata.context": context, ...view }, status, { etag: eTagOf(item) });
}
