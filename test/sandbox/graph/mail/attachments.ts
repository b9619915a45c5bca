import { Hono } from "hono";
import { empty } from "../answer.ts";
import { parseBody } from "../body-names.ts";
import { readJson } from "../body.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { answerOutlookItem, answerOutlookList, listOptionsOf } from "../outlook-list.ts";
import type { GraphState } from "../state.ts";
import { attachmentSchema, viewAttachment } from "./attachment-view.ts";
import { attached } from "./compose.ts";
import { inMailbox } from "./in-mailbox.ts";
import type { MailboxRequest } from "./in-mailbox.ts";
import { toSecond } from "./mail-seed.ts";
import type { Mailbox } from "./mailbox.ts";
import { attachmentInput, bodyRefusal, requireFitting } from "./message-input.ts";
import type { Attachment, StoredMessage } from "./message.ts";
import { messageOf } from "./messages.ts";
import { itemNotFound, keyOfId } from "./outlook-id.ts";

function attachmentOf(c: GraphContext, message: StoredMessage): Attachment {
  const key = keyOfId(c.req.param("attachment") ?? "");
  const file = message.attachments.find((one) => one.key === key);
  if (file === undefined) throw itemNotFound();
  return file;
}

function answerAttachment(
  c: GraphContext,
  { owner }: MailboxRequest,
  { mailbox, message, file }: { mailbox: Mailbox; message: StoredMessage; file: Attachment },
  status: 200 | 201 = 200,
): Response {
  return answerOutlookItem(
    c,
    {
      path: `users('${owner.graphId}')/messages('${c.req.param("message")}')/attachments`,
      schema: attachmentSchema,
      item: file,
      view: viewAttachment(mailbox.name, message, file),
    },
    status,
  );
}

/** The message with other attachments, kept. */
const withAttachments = (
  state: GraphState,
  mailbox: Mailbox,
  message: StoredMessage,
  attachments: Attachment[],
): StoredMessage =>
  mailbox.put({
    ...message,
    attachments,
    revision: message.revision + 1,
    lastModifiedDateTime: toSecond(state.world.now()),
  });

/** /messages/{id}/attachments and what lies under it: files alone. */
export function attachmentRoutes(state: GraphState): GraphRoutes {
  return new Hono<GraphEnvironment>()
    .get(
      "/messages/:message/attachments",
      inMailbox(state, (c, { owner }) => {
        const mailbox = state.mailbox(owner);
        const message = messageOf(c, mailbox);
        return answerOutlookList(c, {
          path: `users('${owner.graphId}')/messages('${c.req.param("message")}')/attachments`,
          schema: attachmentSchema,
          options: listOptionsOf(c),
          items: message.attachments,
          view: (file) => viewAttachment(mailbox.name, message, file),
          relations: {},
          pageSetting: state.world.settings.page_size,
        });
      }),
    )
    .post(
      "/messages/:message/attachments",
      inMailbox(state, async (c, request) => {
        await requireFitting(c);
        const mailbox = state.mailbox(request.owner);
        const message = messageOf(c, mailbox);
        const parsed = parseBody(attachmentInput, await readJson(c));
        if (!parsed.success) throw bodyRefusal(parsed.error, "microsoft.graph.fileAttachment");
        const file = attached(state.world.guid(), parsed.data);
        const kept = withAttachments(state, mailbox, message, [...message.attachments, file]);
        return answerAttachment(c, request, { mailbox, message: kept, file }, 201);
      }),
    )
    .get(
      "/messages/:message/attachments/:attachment",
      inMailbox(state, (c, request) => {
        const mailbox = state.mailbox(request.owner);
        const message = messageOf(c, mailbox);
        return answerAttachment(c, request, { mailbox, message, file: attachmentOf(c, message) });
      }),
    )
    .delete(
      "/messages/:message/attachments/:attachment",
      inMailbox(state, (c, { owner }) => {
        const mailbox = state.mailbox(owner);
        const message = messageOf(c, mailbox);
        const gone = attachmentOf(c, message);
        const left = message.attachments.filter((file) => file !== gone);
        withAttachments(state, mailbox, message, left);
        return empty(c, 204);
      }),
    );
}
