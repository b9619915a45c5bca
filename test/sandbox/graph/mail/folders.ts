import { Hono } from "hono";
import { json } from "../answer.ts";
import { deltaAnswer } from "../delta/delta-round.ts";
import type { DeltaStyle } from "../delta/delta-round.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import type { EntitySchema } from "../odata/schema.ts";
import { parseSelect, project } from "../odata/select.ts";
import { answerOutlookList } from "../outlook-list.ts";
import { valueOr400 } from "../query.ts";
import type { GraphState } from "../state.ts";
import { inMailbox } from "./in-mailbox.ts";
import type { MailboxRequest } from "./in-mailbox.ts";
import { viewMessage } from "./message-view.ts";
import { messageSchema, wellKnownFolders } from "./message.ts";
import { answerMessages, countMessages, hiddenFrom } from "./messages.ts";
import { itemId } from "./outlook-id.ts";

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
};

/** Delta queries of Exchange: no `latest`, no Location, a last page of its own. */
export function outlookDelta(collection: string): DeltaStyle {
  return {
    collection,
    parameters: { skip: "$skiptoken", delta: "$deltatoken" },
    knowsLatest: false,
    lastPageApart: true,
    usual: 10,
    most: 1000,
    gone: () =>
      new GraphError(
        410,
        "SyncStateNotFound",
        "The sync state generation is not found; generation=149;[highest=157][157][155][156].",
      ),
  };
}

function messagesDelta(c: GraphContext, state: GraphState, request: MailboxRequest): Response {
  const { owner, preferences } = request;
  const mailbox = state.mailbox(owner);
  const folder = mailbox.folder(c.req.param("folder") ?? "");
  const hidden = hiddenFrom(c);
  const { entries, links } = deltaAnswer(
    c,
    state,
    outlookDelta(`messages ${mailbox.name} ${folder}`),
    mailbox.log(folder),
    ({ id, item }, options): Record<string, unknown>[] => {
      if (item === undefined)
        return [
          {
            "@odata.type": "#microsoft.graph.message",
            id: itemId(mailbox.name, id, preferences.immutableIds),
            "@removed": { reason: "deleted" },
          },
        ];
      const text = options["$select"];
      const select = text === undefined ? undefined : valueOr400(parseSelect(text, messageSchema));
      const view = project(viewMessage(mailbox.name, item, preferences), select, ["id"]);
      const shown = Object.entries(view).filter(([name]) => !hidden.includes(name));
      return [{ "@odata.type": "#microsoft.graph.message", ...Object.fromEntries(shown) }];
    },
  );
  c.header("preference-applied", "odata.track-changes", { append: true });
  return json(c, {
    "@odata.context": `${versionRoot(c)}/$metadata#Collection(message)`,
    ...links,
    value: entries,
  });
}

/** /mailFolders of a person and the messages in them. */
export function folderRoutes(state: GraphState): GraphRoutes {
  return new Hono<GraphEnvironment>()
    .get(
      "/mailFolders",
      inMailbox(state, "mail.read", (c, { owner }) =>
        answerOutlookList(c, {
          path: `users('${owner.graphId}')/mailFolders`,
          schema: folderSchema,
          items: wellKnownFolders,
          view: (folder) => state.mailbox(owner).folderView(folder),
          pageSetting: state.world.settings.page_size,
        }),
      ),
    )
    .get(
      "/mailFolders/:folder",
      inMailbox(state, "mail.read", (c, { owner }) => {
        const mailbox = state.mailbox(owner);
        const text = c.req.query("$select");
        const select = text === undefined ? undefined : valueOr400(parseSelect(text, folderSchema));
        const view = mailbox.folderView(mailbox.folder(c.req.param("folder") ?? ""));
        return json(c, {
          "@odata.context": `${versionRoot(c)}/$metadata#users('${owner.graphId}')/mailFolders/$entity`,
          ...project(view, select, ["id"]),
        });
      }),
    )
    .get(
      "/mailFolders/:folder/messages",
      inMailbox(state, "mail.read", (c, request) => {
        const folder = state.mailbox(request.owner).folder(c.req.param("folder") ?? "");
        return answerMessages(c, state, request, folder);
      }),
    )
    .get(
      "/mailFolders/:folder/messages/$count",
      inMailbox(state, "mail.read", (c, request) => {
        const folder = state.mailbox(request.owner).folder(c.req.param("folder") ?? "");
        return countMessages(c, state, request, folder);
      }),
    )
    .get(
      "/mailFolders/:folder/messages/delta",
      inMailbox(state, "mail.read", (c, request) => messagesDelta(c, state, request)),
    );
}
