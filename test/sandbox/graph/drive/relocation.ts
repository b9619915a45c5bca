import * as z from "zod";
import { parseBody } from "../body-names.ts";
import { readJson } from "../body.ts";
import { empty } from "../answer.ts";
import type { GraphContext } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import { queryOptions } from "../query-options.ts";
import { itemMissing } from "./drive.ts";
import type { ConflictBehavior, Drive } from "./drive.ts";
import { parseDriveAddress } from "./drive-address.ts";
import { found } from "./drive-request.ts";
import type { DriveRequest } from "./drive-request.ts";
import { answerItem, requireMatch } from "./item-answer.ts";
import { itemDetails } from "./item-details.ts";
import { storageRoot } from "./item-view.ts";
import type { StoredItem } from "./stored-item.ts";

const reference = z.object({
  driveId: z.string().optional(),
  id: z.string().optional(),
  path: z.string().optional(),
});
const behavior = z.enum(["fail", "replace", "rename"]);
const change = z.strictObject({
  "@odata.type": z.string().optional(),
  "@microsoft.graph.conflictBehavior": behavior.optional(),
  name: z.string().optional(),
  parentReference: reference.optional(),
});
const copy = change.omit({ "@odata.type": true });
const patch = change.extend(itemDetails);

const invalid = (message: string) => new GraphError(400, "invalidRequest", message);

async function readChange<Shape extends z.ZodType>(
  c: GraphContext,
  shape: Shape,
): Promise<z.infer<Shape>> {
  const parsed = parseBody(shape, await readJson(c));
  if (!parsed.success) throw invalid(`The request is malformed: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** What the query or the body says of a name that is taken; default `fail`. */
function conflictOf(c: GraphContext, inBody: ConflictBehavior | undefined): ConflictBehavior {
  const inQuery = queryOptions(c)["@microsoft.graph.conflictbehavior"];
  const parsed = behavior.safeParse(inQuery ?? inBody ?? "fail");
  if (!parsed.success) throw invalid("The conflict behavior is unknown.");
  return parsed.data;
}

/** The folder that a reference means: by id, or by path. Throws itemNotFound (404). */
function folderAt(drive: Drive, place: z.infer<typeof reference>): StoredItem {
  if (place.driveId !== undefined && place.driveId !== drive.id) throw itemMissing();
  const below = place.path?.replace(/^\/(?:drives\/[^/]+|drive)(?=\/)/, "");
  const address = below === undefined ? undefined : parseDriveAddress(below);
  const folder =
    place.id !== undefined
      ? drive.item(place.id)
      : address?.kind === "item"
        ? drive.resolve(address.base, address.path)
        : undefined;
  if (folder === undefined) throw itemMissing();
  if (folder.bytes !== undefined) throw invalid("The parent is no folder.");
  return folder;
}

/** PATCH of an item: another name, another folder, what else is said of it. */
export async function changeItem(c: GraphContext, request: DriveRequest): Promise<Response> {
  const { state, drive } = request;
  const item = found(request);
  requireMatch(c, item);
  const input = await readChange(c, patch);
  if (item.parentId === undefined)
    throw new GraphError(403, "accessDenied", "The root can be neither renamed nor moved.");
  const parentId =
    input.parentReference === undefined ? item.parentId : folderAt(drive, input.parentReference).id;
  const conflict = conflictOf(c, input["@microsoft.graph.conflictBehavior"]);
  const now = new Date(state.world.now()).toISOString();
  const place = { parentId, name: input.name ?? item.name, conflict };
  const { description, fileSystemInfo } = input;
  const changed = drive.describe(drive.relocate(item, place, now), { description, fileSystemInfo });
  return answerItem(c, state, drive, changed);
}

/** A copy of an item below a folder, with everything in it. */
function copied(
  drive: Drive,
  item: StoredItem,
  place: { parentId: string; name: string; conflict: ConflictBehavior },
  now: string,
): StoredItem {
  const { parentId, name, conflict } = place;
  if (item.bytes !== undefined)
    return drive.writeFile(parentId, name, item.bytes, conflict, now).item;
  const children = drive.children(item.id);
  const folder = drive.createFolder(parentId, name, conflict, now);
  for (const child of children)
    copied(drive, child, { parentId: folder.id, name: child.name, conflict: "fail" }, now);
  return folder;
}

/** What became of a copy: the new item's id, or the code of what stopped it. */
function outcomeOf(work: () => StoredItem): { resourceId: string } | { errorCode: string } {
  try {
    return { resourceId: work().id };
  } catch (error) {
    if (error instanceof GraphError) return { errorCode: error.code };
    throw error;
  }
}

/**
 * POST …/copy: 202, and a URL that says how far the copy is; it takes no token. What the copy cannot do,
 * such as take a name that is taken, that URL says.
 */
export async function copyItem(c: GraphContext, request: DriveRequest): Promise<Response> {
  const { state, drive } = request;
  const item = found(request);
  const input = await readChange(c, copy);
  if (item.parentId === undefined) throw invalid("The root cannot be copied.");
  const parentId =
    input.parentReference === undefined ? item.parentId : folderAt(drive, input.parentReference).id;
  drive.requireNotInside(item, parentId);
  const conflict = conflictOf(c, input["@microsoft.graph.conflictBehavior"]);
  const now = new Date(state.world.now()).toISOString();
  const place = { parentId, name: input.name ?? item.name, conflict };
  const token = state.copies.add(outcomeOf(() => copied(drive, item, place, now)));
  return empty(c, 202, { location: `${storageRoot(c.env.base)}/monitor/${token}` });
}
