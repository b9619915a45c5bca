import * as z from "zod";
import { json } from "../answer.ts";
import { parseBody } from "../body-names.ts";
import { readJson } from "../body.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import { matches } from "../odata/filter-match.ts";
import { sortBy } from "../odata/order.ts";
import { pageAt, pageSize } from "../odata/page.ts";
import { badRequest, linkWith, readQuery } from "../query.ts";
import { acceptedOptions, listRefusal } from "../query-options.ts";
import type { QueryOptions } from "../query-options.ts";
import { found } from "./drive-request.ts";
import type { DriveRequest } from "./drive-request.ts";
import { answerItem, shownItem } from "./item-answer.ts";
import { viewItem } from "./item-view.ts";
import { driveItemSchema, requireFolder } from "./stored-item.ts";
import type { StoredItem } from "./stored-item.ts";

const USUAL_PAGE = 200;
/** The most that OneDrive lets $top ask for. */
const LARGEST_PAGE = 1000;

/** Items on a page of a drive. Throws for a $top that is none or too large. */
function itemsOnPage({ $top }: QueryOptions, setting: number | null): number {
  const sized = pageSize({ top: $top ?? null, usual: USUAL_PAGE, most: LARGEST_PAGE, setting });
  if (sized.ok) return sized.value;
  throw badRequest(
    Number(sized.error) > LARGEST_PAGE
      ? `The query specified in the URI is not valid. The limit of '${LARGEST_PAGE}' for Top query has been exceeded. The value from the incoming request is '${sized.error}'.`
      : `Invalid value '${sized.error}' for $top query option found. The $top query option requires a non-negative integer value.`,
    "invalidRequest",
  );
}

/** A list of items of a drive: 200 to a page, in the order given unless the request has another. */
export function answerItems(
  c: GraphContext,
  { state, drive }: Pick<DriveRequest, "state" | "drive">,
  { items: listed, path }: { items: readonly StoredItem[]; path: string },
): Response {
  const options = acceptedOptions(c, {
    accepted: ["$select", "$filter", "$orderby", "$top", "$count", "$expand", "$skiptoken"],
    refuse: (option) =>
      option === "$skip"
        ? badRequest(
            "$skip is not supported on this API. Only URLs returned by the API can be used to page.",
            "invalidRequest",
          )
        : listRefusal("invalidRequest")(option),
  });
  const query = readQuery(options, driveItemSchema, "invalidRequest");
  const { filter, order, count } = query;
  const size = itemsOnPage(options, state.world.settings.page_size);
  const place = { state, base: c.env.base, drive };
  const items = listed
    .map((item) => ({ item, view: viewItem(state, c.env.base, drive, item) }))
    .filter(({ view }) => filter === undefined || matches(filter, view));
  const sorted = order === undefined ? items : sortBy(items, order, ({ view }) => view);
  const token = options["$skiptoken"];
  const start = token === undefined ? 0 : Number(Buffer.from(token, "base64url").toString()) || 0;
  const page = pageAt(sorted, start, size);
  return json(c, {
    "@odata.context": `${versionRoot(c)}/$metadata#${path}`,
    ...(count ? { "@odata.count": sorted.length } : {}),
    ...(page.next === undefined
      ? {}
      : {
          "@odata.nextLink": linkWith(
            c,
            "$skiptoken",
            Buffer.from(String(page.next)).toString("base64url"),
          ),
        }),
    value: page.items.map(({ item }) => shownItem(place, item, query)),
  });
}

/** GET …/children, by name. */
export function listChildren(c: GraphContext, request: DriveRequest): Response {
  const { drive } = request;
  const folder = found(request);
  return answerItems(c, request, {
    items: sortBy(drive.children(folder.id), [{ path: "name", descending: false }]),
    path: `users('${drive.owner.graphId}')/drive/items('${folder.id}')/children`,
  });
}

const newFolder = z.object({
  name: z.string().min(1),
  folder: z.object({}),
  "@microsoft.graph.conflictBehavior": z.enum(["fail", "replace", "rename"]).optional(),
});

/** POST …/children with a `folder` facet. */
export async function createFolder(c: GraphContext, request: DriveRequest): Promise<Response> {
  const { state, drive } = request;
  const parent = requireFolder(found(request));
  const parsed = parseBody(newFolder, await readJson(c));
  if (!parsed.success)
    throw new GraphError(400, "invalidRequest", "A name and a folder facet are needed.");
  const conflict = parsed.data["@microsoft.graph.conflictBehavior"] ?? "fail";
  const now = new Date(state.world.now()).toISOString();
  const folder = drive.createFolder(parent.id, parsed.data.name, conflict, now);
  return answerItem(c, state, drive, folder, 201);
}
