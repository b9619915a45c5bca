import { Hono } from "hono";
import { json } from "../answer.ts";
import { versionRoot } from "../environment.ts";
import type { GraphEnvironment, GraphRoutes } from "../environment.ts";
import type { Relations } from "../odata/related.ts";
import type { EntitySchema } from "../odata/schema.ts";
import { answerOutlookList, outlookEntity, outlookListOptions } from "../outlook-list.ts";
import { readQuery } from "../query.ts";
import { acceptedOptions, entityOptions, listRefusal } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import { inMailbox } from "./in-mailbox.ts";
import { wellKnownFolders } from "./message.ts";
import type { FolderName } from "./message.ts";
import { messagesDelta } from "./messages-delta.ts";
import { answerMessages, countMessages } from "./messages.ts";

const folderSchema: EntitySchema = {
  name: "microsoft.graph.mailFolder",
  properties: {
    id: "string",
    displayName: "string",
    parentFolderId: "string",
    childFolderCount: "number",
    unreadItemCount: "number",
    totalItemCount: "number",
    isHidden: "boolean",
  },
  navigations: {
    childFolders: true,
    messageRules: false,
    messages: false,
    multiValueExtendedProperties: false,
    singleValueExtendedProperties: false,
  },
};

/** What $expand brings with a folder: the sandbox's folders have none below. */
const folderRelations: Relations<FolderName> = { childFolders: () => [] };

/** /mailFolders of a person and the messages in them. */
export function folderRoutes(state: GraphState): GraphRoutes {
  return new Hono<GraphEnvironment>()
    .get(
      "/mailFolders",
      inMailbox(state, (c, { owner }) =>
        answerOutlookList(c, {
          path: `users('${owner.graphId}')/mailFolders`,
          schema: folderSchema,
          options: acceptedOptions(c, {
            accepted: outlookListOptions,
            refuse: listRefusal("BadRequest"),
          }),
          items: wellKnownFolders,
          view: (folder) => state.mailbox(owner).folderView(folder),
          relations: folderRelations,
          pageSetting: state.world.settings.page_size,
        }),
      ),
    )
    .get(
      "/mailFolders/:folder",
      inMailbox(state, (c, { owner }) => {
        const mailbox = state.mailbox(owner);
        const query = readQuery(entityOptions(c), folderSchema);
        const folder = mailbox.folder(c.req.param("folder") ?? "");
        return json(c, {
          "@odata.context": `${versionRoot(c)}/$metadata#users('${owner.graphId}')/mailFolders/$entity`,
          ...outlookEntity(c, folder, mailbox.folderView(folder), query, {
            relations: folderRelations,
          }),
        });
      }),
    )
    .get(
      "/mailFolders/:folder/messages",
      inMailbox(state, (c, request) => {
        const folder = state.mailbox(request.owner).folder(c.req.param("folder") ?? "");
        return answerMessages(c, state, request, folder);
      }),
    )
    .get(
      "/mailFolders/:folder/messages/$count",
      inMailbox(state, (c, request) => {
        const folder = state.mailbox(request.owner).folder(c.req.param("folder") ?? "");
        return countMessages(c, state, request, folder);
      }),
    )
    .get(
      "/mailFolders/:folder/messages/delta",
      inMailbox(state, (c, request) => messagesDelta(c, state, request)),
    );
}
