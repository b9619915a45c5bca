import { Hono } from "hono";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { badRequest } from "../query.ts";
import type { GraphState } from "../state.ts";
import type { StoredFolder } from "./folder.ts";
import { answerFolder, requireFreeName, requireOwnFolder } from "./folders.ts";
import { inMailbox } from "./in-mailbox.ts";
import type { Mailbox } from "./mailbox.ts";
import { stableKey } from "./outlook-id.ts";
import { readDestination } from "./transfers.ts";

/** The folder's key and those of all folders above it. */
function lineOf(mailbox: Mailbox, folder: StoredFolder): string[] {
  const parent = mailbox.folders.get(folder.parent);
  return [folder.key, ...(parent === undefined ? [] : lineOf(mailbox, parent))];
}

/** The folder that a body names as the new parent. Throws 400 for one inside the folder itself. */
async function readParent(
  c: GraphContext,
  mailbox: Mailbox,
  folder: StoredFolder,
): Promise<StoredFolder> {
  const parent = await readDestination(c, mailbox);
  if (lineOf(mailbox, parent).includes(folder.key))
    throw badRequest("A folder cannot be moved or copied into itself.", "ErrorMoveCopyFailed");
  requireFreeName(mailbox, parent.key, folder.displayName);
  return parent;
}

/** A copy of a folder, with its messages and the folders in it. */
function copied(
  mailbox: Mailbox,
  folder: StoredFolder,
  parent: string,
  guid: () => string,
): StoredFolder {
  const copy = mailbox.addFolder({ ...folder, key: stableKey("folder", guid()), parent });
  for (const message of mailbox.messages(folder.key).toReversed())
    mailbox.put({ ...message, key: stableKey("copied", guid()), folder: copy.key });
  for (const child of mailbox.childFolders(folder.key)) copied(mailbox, child, copy.key, guid);
  return copy;
}

/** POST /mailFolders/{id}/move and /copy: 201 with the folder where it is now. */
export function folderTransferRoutes(state: GraphState): GraphRoutes {
  return new Hono<GraphEnvironment>()
    .post(
      "/mailFolders/:folder/move",
      inMailbox(state, async (c, request) => {
        const mailbox = state.mailbox(request.owner);
        const folder = requireOwnFolder(mailbox.folder(c.req.param("folder") ?? ""));
        const parent = await readParent(c, mailbox, folder);
        const moved = mailbox.folders.put(folder.key, { ...folder, parent: parent.key });
        return answerFolder(c, request, mailbox, moved, 201);
      }),
    )
    .post(
      "/mailFolders/:folder/copy",
      inMailbox(state, async (c, request) => {
        const mailbox = state.mailbox(request.owner);
        const folder = mailbox.folder(c.req.param("folder") ?? "");
        const parent = await readParent(c, mailbox, folder);
        const copy = copied(mailbox, folder, parent.key, () => state.world.guid());
        return answerFolder(c, request, mailbox, copy, 201);
      }),
    );
}
