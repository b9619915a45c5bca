import type { GraphContext } from "../environment.ts";
import { wordsBegin } from "../odata/search.ts";
import { answerItems } from "./children.ts";
import type { DriveList } from "./drive-address.ts";
import { found } from "./drive-request.ts";
import type { DriveRequest } from "./drive-request.ts";
import type { Drive } from "./drive.ts";
import type { StoredItem } from "./stored-item.ts";

/** Everything below a folder. */
const below = (drive: Drive, folderId: string): StoredItem[] =>
  drive.children(folderId).flatMap((item) => [item, ...below(drive, item.id)]);

/** Whether a search finds an item: by the words of its name, or of a text in it; no words find all. */
function fits({ name, bytes, mimeType }: StoredItem, query: string): boolean {
  if (query.trim() === "" || wordsBegin(name, query.toLowerCase())) return true;
  if (bytes === undefined || !mimeType.startsWith("text/")) return false;
  return wordsBegin(new TextDecoder().decode(bytes), query.toLowerCase());
}

/** GET …/search(q='…'): what lies below an item, at any depth. */
export function searchItems(c: GraphContext, request: DriveRequest): Response {
  const { drive, address } = request;
  const items = below(drive, found(request).id);
  return answerItems(c, request, {
    items: items.filter((item) => fits(item, address.query ?? "")),
    path: "Collection(driveItem)",
  });
}

/** The lists about a drive as a whole. */
const lists: Readonly<Record<DriveList, (drive: Drive) => StoredItem[]>> = {
  recent: (drive) =>
    below(drive, drive.rootId)
      .filter(({ bytes }) => bytes !== undefined)
      .sort(
        (left, right) =>
          Date.parse(right.lastModifiedDateTime) - Date.parse(left.lastModifiedDateTime),
      ),
  // Nobody shares anything in the sandbox.
  sharedWithMe: () => [],
};

/** GET /drive/recent and /drive/sharedWithMe. */
export const answerList = (
  c: GraphContext,
  request: Pick<DriveRequest, "state" | "drive">,
  name: DriveList,
): Response =>
  answerItems(c, request, { items: lists[name](request.drive), path: "Collection(driveItem)" });
