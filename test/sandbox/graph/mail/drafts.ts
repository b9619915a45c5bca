import { Hono } from "hono";
import { empty } from "../answer.ts";
import { parseBody } from "../body-names.ts";
import { readJson } from "../body.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import type { GraphState } from "../state.ts";
import { composed } from "./compose.ts";
import { sendDraft } from "./delivery.ts";
import { inMailbox } from "./in-mailbox.ts";
import { bodyRefusal, messageInput, requireFitting } from "./message-input.ts";
import type { MessageInput } from "./message-input.ts";
import { answerMessage, folderOf, messageOf } from "./messages.ts";
import { isMime, readMimeMessage } from "./send-mail.ts";

/** The message that a body describes, as JSON or as MIME. */
export async function readMessage(c: GraphContext): Promise<MessageInput> {
  await requireFitting(c);
  if (isMime(c)) return readMimeMessage(c);
  const parsed = parseBody(messageInput, await readJson(c));
  if (!parsed.success) throw bodyRefusal(parsed.error, "microsoft.graph.message");
  return parsed.data;
}

/** POST /messages, which makes a draft, and POST /messages/{id}/send. */
export function draftRoutes(state: GraphState): GraphRoutes {
  return new Hono<GraphEnvironment>()
    .post(
      "/messages",
      inMailbox(state, async (c, request) => {
        const mailbox = state.mailbox(request.owner);
        const folder = folderOf(c, mailbox) ?? "drafts";
        const draft = composed(state, request.owner, await readMessage(c));
        return answerMessage(c, request, mailbox, mailbox.put({ ...draft, folder }), 201);
      }),
    )
    .post(
      "/messages/:message/send",
      inMailbox(state, (c, { owner }) => {
        sendDraft(state, owner, messageOf(c, state.mailbox(owner)));
        return empty(c, 202);
      }),
    );
}
