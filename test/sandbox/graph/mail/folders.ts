import { Hono } from "hono";
import * as z from "zod";
import { empty } from "../answer.ts";
import { parseBody } from "../body-names.ts";
import { readJson } from "../body.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import type { Relations } from "../odata/related.ts";
import { answerOutlookItem, answerOutlookList, listOptionsOf } from "../outlook-list.ts";
import { expandedSelect } from "../query.ts";
import { entityOptions } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import { project } from "../odata/select.ts";
import { folderSchema, isDistinguished, ROOT_FOLDER } from "./folder.ts";
import type { StoredFolder } from "./folder.ts";
import { inMailbox } from "./in-mailbox.ts";
import type { MailboxRequest } from "./in-mailbox.ts";
import type { Mailbox } from "./mailbox.ts";
import { bodyRefusal } from "./message-input.ts";
import { stableKey } from "./outlook-id.ts";

/** What $expand brings with a folder of a mailbox. */
const folderRelations = (mailbox: Mailbox): Relations<StoredFolder> => ({
  childFolders: (folder, expansion) => {
    const select = expandedSelect(expansion, folderSchema);
    return mailbox
      .childFolders(folder.key)
      .map((child) => project(mailbox.folderView(child), select, ["id"]));
  },
});

function listFolders(
  c: GraphContext,
  state: GraphState,
  { owner }: MailboxRequest,
  { parent, path }: { parent: string; path: string },
): Response {
  const mailbox = state.mailbox(owner);
  const options = listOptionsOf(c);
  const showsHidden = options["includehiddenfolders"]?.toLowerCase() === "true";
  return answerOutlookList(c, {
    path: `users('${owner.graphId}')/${path}`,
    schema: folderSchema,
    options,
    items: mailbox.childFolders(parent).filter(({ isHidden }) => showsHidden || !isHidden),
    view: (folder) => mailbox.folderView(folder),
    relations: folderRelations(mailbox),
    pageSetting: state.world.settings.page_size,
  });
}

export function answerFolder(
  c: GraphContext,
  { owner }: MailboxRequest,
  mailbox: Mailbox,
  folder: StoredFolder,
  status: 200 | 201 = 200,
): Response {
  return answerOutlookItem(
    c,
    {
      path: `users('${owner.graphId}')/mailFolders`,
      schema: folderSchema,
      item: folder,
      view: mailbox.folderView(folder),
      relations: folderRelations(mailbox),
    },
    status,
  );
}

const folderInput = z.strictObject({
  "@odata.type": z.string().optional(),
  displayName: z.string().min(1).max(255),
  isHidden: z.boolean().nullish(),
});

/** Throws ErrorFolderExists (409) where a folder of that name is. */
export function requireFreeName(mailbox: Mailbox, parent: string, displayName: string): void {
  const wanted = displayName.toLowerCase();
  if (mailbox.childFolders(parent).some((one) => one.displayName.toLowerCase() === wanted))
    throw new GraphError(
      409,
      "ErrorFolderExists",
      "A folder with the specified name already exists.",
    );
}

/** Throws 403 for a folder that the mailbox needs. */
export function requireOwnFolder(folder: StoredFolder): StoredFolder {
  if (isDistinguished(folder))
    throw new GraphError(
      403,
      "ErrorDeleteDistinguishedFolder",
      "The distinguished folder cannot be renamed, moved or deleted.",
    );
  return folder;
}

async function createFolder(
  c: GraphContext,
  state: GraphState,
  request: MailboxRequest,
): Promise<Response> {
  const mailbox = state.mailbox(request.owner);
  const parent = mailbox.folder(c.req.param("folder") ?? ROOT_FOLDER).key;
  const parsed = parseBody(folderInput, await readJson(c));
  if (!parsed.success) throw bodyRefusal(parsed.error, "microsoft.graph.mailFolder");
  const { displayName, isHidden } = parsed.data;
  requireFreeName(mailbox, parent, displayName);
  const key = stableKey("folder", state.world.guid());
  const folder = { key, displayName, parent, isHidden: isHidden ?? false };
  return answerFolder(c, request, mailbox, mailbox.addFolder(folder), 201);
}

async function renameFolder(
  c: GraphContext,
  state: GraphState,
  request: MailboxRequest,
): Promise<Response> {
  const mailbox = state.mailbox(request.owner);
  const folder = requireOwnFolder(mailbox.folder(c.req.param("folder") ?? ""));
  const parsed = parseBody(folderInput.omit({ isHidden: true }), await readJson(c));
  if (!parsed.success) throw bodyRefusal(parsed.error, "microsoft.graph.mailFolder");
  const { displayName } = parsed.data;
  if (displayName.toLowerCase() !== folder.displayName.toLowerCase())
    requireFreeName(mailbox, folder.parent, displayName);
  const renamed = mailbox.folders.put(folder.key, { ...folder, displayName });
  return answerFolder(c, request, mailbox, renamed);
}

/** /mailFolders of a person, and the folders in each. */
export function folderRoutes(state: GraphState): GraphRoutes {
  const create = inMailbox(state, (c, request) => createFolder(c, state, request));
  // The sandbox keeps no deleted folders, so both ways to delete one are the same here.
  const remove = inMailbox(state, (c, { owner }) => {
    const mailbox = state.mailbox(owner);
    mailbox.deleteFolder(requireOwnFolder(mailbox.folder(c.req.param("folder") ?? "")));
    return empty(c, 204);
  });
  return new Hono<GraphEnvironment>()
    .get(
      "/mailFolders",
      inMailbox(state, (c, request) =>
        listFolders(c, state, request, { parent: ROOT_FOLDER, path: "mailFolders" }),
      ),
    )
    .post("/mailFolders", create)
    .get(
      "/mailFolders/:folder",
      inMailbox(state, (c, request) => {
        const mailbox = state.mailbox(request.owner);
        entityOptions(c);
        return answerFolder(c, request, mailbox, mailbox.folder(c.req.param("folder") ?? ""));
      }),
    )
    .patch(
      "/mailFolders/:folder",
      inMailbox(state, (c, request) => renameFolder(c, state, request)),
    )
    .delete("/mailFolders/:folder", remove)
    .post("/mailFolders/:folder/permanentDelete", remove)
    .get(
      "/mailFolders/:folder/childFolders",
      inMailbox(state, (c, request) => {
        const id = c.req.param("folder") ?? "";
        const parent = state.mailbox(request.owner).folder(id).key;
        return listFolders(c, state, request, {
          parent,
          path: `mailFolders('${id}')/childFolders`,
        });
      }),
    )
    .post("/mailFolders/:folder/childFolders", create);
}
