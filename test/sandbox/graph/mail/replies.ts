import { Hono } from "hono";
import * as z from "zod";
import { empty } from "../answer.ts";
import { parseBody } from "../body-names.ts";
import { readJson } from "../body.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import type { Owner } from "../owner.ts";
import { badRequest } from "../query.ts";
import type { GraphState } from "../state.ts";
import { addressOf, composed, withInput } from "./compose.ts";
import { send } from "./delivery.ts";
import { inMailbox } from "./in-mailbox.ts";
import { bodyRefusal, messageInput, recipientsInput, requireFitting } from "./message-input.ts";
import { answerMessage, messageOf } from "./messages.ts";
import type { Recipient, StoredMessage } from "./message.ts";
import { bodyAs } from "./preferences.ts";

const kinds = ["reply", "replyAll", "forward"] as const;
type Kind = (typeof kinds)[number];

const replyInput = z.strictObject({
  comment: z.string().nullish(),
  message: messageInput.nullish(),
  toRecipients: recipientsInput,
});

const same = (left: Recipient) => (right: Recipient) =>
  left.emailAddress.address.toLowerCase() === right.emailAddress.address.toLowerCase();

/** Who a reply goes to: the sender, or whoever the message says replies are for; and with it others. */
function addressees(kind: Kind, self: Recipient, message: StoredMessage) {
  if (kind === "forward") return { toRecipients: [], ccRecipients: [] };
  const back = message.replyTo.length > 0 ? message.replyTo : [message.from];
  const others = (people: readonly Recipient[]) =>
    people.filter((one) => !same(self)(one) && !back.some(same(one)));
  return kind === "reply"
    ? { toRecipients: back, ccRecipients: [] }
    : {
        toRecipients: [...back, ...others(message.toRecipients)],
        ccRecipients: others(message.ccRecipients),
      };
}

const prefixes: Record<Kind, string> = { reply: "RE: ", replyAll: "RE: ", forward: "FW: " };
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** The comment above the words that it is about. */
function quoted(comment: string, message: StoredMessage): StoredMessage["body"] {
  const names = (people: readonly Recipient[]) =>
    people.map(({ emailAddress: { name, address } }) => escaped(`${name} <${address}>`)).join("; ");
  const { content } = bodyAs(message.body, "html");
  return {
    contentType: "html",
    content:
      `<html><body><div>${escaped(comment)}</div><hr><div><b>From:</b> ${names([message.from])}<br>` +
      `<b>Sent:</b> ${message.sentDateTime}<br><b>To:</b> ${names(message.toRecipients)}<br>` +
      `<b>Subject:</b> ${escaped(message.subject)}</div>${content}</body></html>`,
  };
}

/** The answer to a message, as a draft that is in no mailbox yet. */
async function readAnswer(
  c: GraphContext,
  state: GraphState,
  owner: Owner,
  { kind, message }: { kind: Kind; message: StoredMessage },
): Promise<StoredMessage> {
  await requireFitting(c);
  // Graph takes a reply without a body.
  const isEmpty = (await c.req.text()) === "";
  const parsed = parseBody(replyInput, isEmpty ? {} : await readJson(c));
  if (!parsed.success) throw bodyRefusal(parsed.error, "microsoft.graph.message");
  const { comment, message: given = {}, toRecipients } = parsed.data;
  if (
    comment !== null &&
    comment !== undefined &&
    given?.body !== null &&
    given?.body !== undefined
  )
    throw badRequest(
      "Comment and the body of the message cannot be given together.",
      "ErrorInvalidParameter",
    );
  const { attachments, ...input } = given ?? {};
  const blank = composed(state, owner, { attachments });
  const subject = message.subject.replace(/^(?:(?:RE|FW|FWD):\s*)+/i, "");
  return withInput(
    {
      ...blank,
      ...addressees(kind, addressOf(owner), message),
      subject: `${prefixes[kind]}${subject}`,
      body: quoted(comment ?? "", message),
      importance: message.importance,
      conversation: message.conversation,
      attachments: [...(kind === "forward" ? message.attachments : []), ...blank.attachments],
    },
    { ...input, ...(toRecipients === undefined ? {} : { toRecipients }) },
  );
}

/** reply, replyAll and forward of a message, and the same as a draft: createReply and so on. */
export function replyRoutes(state: GraphState): GraphRoutes {
  const routes = new Hono<GraphEnvironment>();
  for (const kind of kinds) {
    const name = `create${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
    routes.post(
      `/messages/:message/${kind}`,
      inMailbox(state, async (c, { owner }) => {
        const message = messageOf(c, state.mailbox(owner));
        send(state, owner, await readAnswer(c, state, owner, { kind, message }), true);
        return empty(c, 202);
      }),
    );
    routes.post(
      `/messages/:message/${name}`,
      inMailbox(state, async (c, request) => {
        const mailbox = state.mailbox(request.owner);
        const message = messageOf(c, mailbox);
        const draft = await readAnswer(c, state, request.owner, { kind, message });
        return answerMessage(c, request, mailbox, mailbox.put(draft), 201);
      }),
    );
  }
  return routes;
}
