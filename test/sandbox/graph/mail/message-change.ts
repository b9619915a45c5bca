import { Hono } from "hono";
import { empty } from "../answer.ts";
import { parseBody } from "../body-names.ts";
import { readJson } from "../body.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { badRequest } from "../query.ts";
import type { GraphState } from "../state.ts";
import { withInput } from "./compose.ts";
import { inMailbox } from "./in-mailbox.ts";
import type { MailboxRequest } from "./in-mailbox.ts";
import { toSecond } from "./mail-seed.ts";
import { bodyRefusal, messageInput } from "./message-input.ts";
import { answerMessage, messageOf } from "./messages.ts";

/** What can be changed of a message, sent or received; the rest only of a draft. */
const ofAnyMessage: ReadonlySet<string> = new Set([
  "@odata.type",
  "isRead",
  "importance",
  "categories",
  "flag",
  "inferenceClassification",
  "isDeliveryReceiptRequested",
  "isReadReceiptRequested",
]);

/** Attachments have a path of their own, headers are given when a message is made. */
const change = messageInput.omit({ attachments: true, internetMessageHeaders: true });

async function changeMessage(
  c: GraphContext,
  state: GraphState,
  request: MailboxRequest,
): Promise<Response> {
  const mailbox = state.mailbox(request.owner);
  const message = messageOf(c, mailbox);
  const parsed = parseBody(change, await readJson(c));
  if (!parsed.success) throw bodyRefusal(parsed.error, "microsoft.graph.message");
  const refused = message.isDraft
    ? undefined
    : Object.keys(parsed.data).find((name) => !ofAnyMessage.has(name));
  if (refused !== undefined)
    throw badRequest(
      `Set action is invalid for property '${refused}': the message is no draft.`,
      "ErrorInvalidPropertySet",
    );
  const changed = mailbox.put({
    ...withInput(message, parsed.data),
    revision: message.revision + 1,
    lastModifiedDateTime: toSecond(state.world.now()),
  });
  return answerMessage(c, request, mailbox, changed);
}

const deletedItems = "deleteditems";

/** PATCH and DELETE of a message, which then lies among the deleted ones; from there it goes for good. */
export function messageChangeRoutes(state: GraphState): GraphRoutes {
  return new Hono<GraphEnvironment>()
    .patch(
      "/messages/:message",
      inMailbox(state, (c, request) => changeMessage(c, state, request)),
    )
    .delete(
      "/messages/:message",
      inMailbox(state, (c, { owner }) => {
        const mailbox = state.mailbox(owner);
        const message = messageOf(c, mailbox);
        if (message.folder === deletedItems) mailbox.delete(message);
        else mailbox.move(message, deletedItems, state.world.guid());
        return empty(c, 204);
      }),
    )
    .post(
      "/messages/:message/permanentDelete",
      inMailbox(state, (c, { owner }) => {
        const mailbox = state.mailbox(owner);
        mailbox.delete(messageOf(c, mailbox));
        return empty(c, 204);
      }),
    );
}
