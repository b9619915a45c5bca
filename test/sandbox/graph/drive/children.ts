import * as z from "zod";
import { json } from "../answer.ts";
import { readJson } from "../body.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import { matches } from "../odata/filter-match.ts";
import { sortBy } from "../odata/order.ts";
import { pageAt, pageSize } from "../odata/page.ts";
import { badRequest, linkWith, readQuery, valueOr400 } from "../query.ts";
import { found } from "./drive-request.ts";
import type { DriveRequest } from "./drive-request.ts";
import { answerItem, projectItem } from "./item-answer.ts";
import { viewItem } from "./item-view.ts";
import { driveItemSchema } from "./stored-item.ts";

/** GET …/children: 200 to a page, by name. */
export function listChildren(c: GraphContext, request: DriveRequest): Response {
  const { state, drive } = request;
  const folder = found(request);
  const { filter, order, select, count } = readQuery(c, driveItemSchema, "invalidRequest");
  if (c.req.query("$skip") !== undefined)
    throw badRequest(
      "$skip is not supported on this API. Only URLs returned by the API can be used to page.",
      "invalidRequest",
    );
  const size = valueOr400(
    pageSize({
      top: c.req.query("$top") ?? null,
      usual: 200,
      most: 999,
      setting: state.world.settings.page_size,
    }),
    "invalidRequest",
    "Invalid value for $top: ",
  );
  const views = drive
    .children(folder.id)
    .map((item) => viewItem(state, c.env.base, drive, item))
    .filter((view) => filter === undefined || matches(filter, view));
  const sorted = sortBy(views, order ?? [{ path: "name", descending: false }]);
  const token = c.req.query("$skiptoken");
  const start = token === undefined ? 0 : Number(Buffer.from(token, "base64url").toString()) || 0;
  const page = pageAt(sorted, start, size);
  return json(c, {
    "@odata.context": `${versionRoot(c)}/$metadata#users('${drive.owner.graphId}')/drive/items('${folder.id}')/children`,
    ...(count ? { "@odata.count": sorted.length } : {}),
    ...(page.next === undefined
      ? {}
      : {
          "@odata.nextLink": linkWith(c, {
            $skiptoken: Buffer.from(String(page.next)).toString("base64url"),
          }),
        }),
    value: page.items.map((view) => projectItem(view, select)),
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
  const parent = found(request);
  const parsed = newFolder.safeParse(await readJson(c));
  if (!parsed.success)
    throw new GraphError(400, "invalidRequest", "A name and a folder facet are needed.");
  const conflict = parsed.data["@microsoft.graph.conflictBehavior"] ?? "fail";
  const now = new Date(state.world.now()).toISOString();
  const folder = drive.createFolder(parent.id, parsed.data.name, conflict, now);
  return answerItem(c, state, drive, folder, 201);
}
