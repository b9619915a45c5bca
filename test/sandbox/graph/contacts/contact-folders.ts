import { Hono } from "hono";
import * as z from "zod";
import { empty } from "../answer.ts";
import { parseBody } from "../body-names.ts";
import { readJson } from "../body.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { inMailbox } from "../mail/in-mailbox.ts";
import type { MailboxRequest } from "../mail/in-mailbox.ts";
import { bodyRefusal } from "../mail/message-input.ts";
import { stableKey } from "../mail/outlook-id.ts";
import { answerOutlookItem, answerOutlookList, listOptionsOf } from "../outlook-list.ts";
import { entityOptions } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import type { ContactBook } from "./contact-book.ts";
import { contactFolderSchema, DEFAULT_FOLDER, viewContactFolder } from "./contact-folder.ts";
import type { StoredContactFolder } from "./contact-folder.ts";

const folderInput = z.strictObject({
  "@odata.type": z.string().optional(),
  displayName: z.string().min(1).max(255),
});

/** The new name of a folder. */
async function readName(c: GraphContext): Promise<string> {
  const parsed = parseBody(folderInput, await readJson(c));
  if (!parsed.success) throw bodyRefusal(parsed.error, contactFolderSchema.name);
  return parsed.data.displayName;
}

function answerFolder(
  c: GraphContext,
  { owner }: MailboxRequest,
  book: ContactBook,
  folder: StoredContactFolder,
  status: 200 | 201 = 200,
): Response {
  const path = `users('${owner.graphId}')/contactFolders`;
  const view = viewContactFolder(book.name, folder);
  return answerOutlookItem(c, { path, schema: contactFolderSchema, item: folder, view }, status);
}

/** /contactFolders of a person, and the folders in each. */
export function contactFolderRoutes(state: GraphState): GraphRoutes {
  const named = (c: GraphContext, book: ContactBook) =>
    book.folder(c.req.param("folder") ?? DEFAULT_FOLDER);
  const list = inMailbox(state, (c, { owner }) => {
    const book = state.contacts(owner);
    const id = c.req.param("folder");
    return answerOutlookList(c, {
      path: `users('${owner.graphId}')/contactFolders${id === undefined ? "" : `('${id}')/childFolders`}`,
      schema: contactFolderSchema,
      options: listOptionsOf(c),
      items: book.childFolders(named(c, book).key),
      view: (folder) => viewContactFolder(book.name, folder),
      relations: {},
      pageSetting: state.world.settings.page_size,
    });
  });
  const create = inMailbox(state, async (c, request) => {
    const book = state.contacts(request.owner);
    const parent = named(c, book).key;
    const displayName = await readName(c);
    const key = stableKey("contactFolder", state.world.guid());
    return answerFolder(c, request, book, book.putFolder({ key, displayName, parent }), 201);
  });
  const remove = inMailbox(state, (c, { owner }) => {
    const book = state.contacts(owner);
    book.deleteFolder(named(c, book));
    return empty(c, 204);
  });
  return new Hono<GraphEnvironment>()
    .get("/contactFolders", list)
    .post("/contactFolders", create)
    .get(
      "/contactFolders/:folder",
      inMailbox(state, (c, request) => {
        entityOptions(c);
        const book = state.contacts(request.owner);
        return answerFolder(c, request, book, named(c, book));
      }),
    )
    .patch(
      "/contactFolders/:folder",
      inMailbox(state, async (c, request) => {
        const book = state.contacts(request.owner);
        const folder = named(c, book);
        const displayName = await readName(c);
        return answerFolder(c, request, book, book.putFolder({ ...folder, displayName }));
      }),
    )
    .delete("/contactFolders/:folder", remove)
    .post("/contactFolders/:folder/permanentDelete", remove)
    .get("/contactFolders/:folder/childFolders", list)
    .post("/contactFolders/:folder/childFolders", create);
}
