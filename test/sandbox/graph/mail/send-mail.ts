import { Hono } from "hono";
import * as z from "zod";
import { empty } from "../answer.ts";
import { parseBody } from "../body-names.ts";
import { readJson } from "../body.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { ownerFor } from "../owner.ts";
import type { Owner } from "../owner.ts";
import { nameAmong } from "../odata/schema.ts";
import { badRequest } from "../query.ts";
import { GraphError } from "../graph-error.ts";
import { stableToken } from "../seed.ts";
import type { GraphState } from "../state.ts";
import { inMailbox } from "./in-mailbox.ts";
import { recipient, toSecond } from "./mail-seed.ts";
import { bodyRefusal, messageInput, toRecipients } from "./message-input.ts";
import type { MessageInput } from "./message-input.ts";
import type { StoredMessage } from "./message.ts";
import { answerMessage } from "./messages.ts";
import { readMime } from "./mime.ts";
import { stableKey } from "./outlook-id.ts";

/** Graph takes JSON bodies up to 4 MB. */
const BODY_LIMIT = 4 * 1024 * 1024;

const sendMailInput = z.strictObject({
  message: messageInput,
  // Microsoft's own samples send the word instead of the truth, and it is taken.
  saveToSentItems: z
    .union([z.boolean(), z.string().regex(/^(?:true|false)$/i)])
    .nullish()
    .transform(
      (value) => value === null || value === undefined || String(value).toLowerCase() === "true",
    ),
});

/** A new message of `owner`, as a draft. */
function composed(state: GraphState, owner: Owner, input: MessageInput): StoredMessage {
  const now = toSecond(state.world.now());
  const key = stableKey("composed", state.world.guid());
  const self = recipient(owner.user.name, owner.user.mail ?? owner.user.upn);
  return {
    key,
    folder: "drafts",
    revision: 1,
    createdDateTime: now,
    lastModifiedDateTime: now,
    receivedDateTime: now,
    sentDateTime: now,
    subject: input.subject ?? "",
    body: {
      contentType: input.body?.contentType === "html" ? "html" : "text",
      content: input.body?.content ?? "",
    },
    importance:
      input.importance === "low" || input.importance === "high" ? input.importance : "normal",
    categories: input.categories ?? [],
    isRead: true,
    isDraft: true,
    flagged: false,
    internetMessageId: `<${stableToken(24, key)}@mail.contoso.example>`,
    conversation: key,
    from: self,
    toRecipients: toRecipients(input.toRecipients),
    ccRecipients: toRecipients(input.ccRecipients),
    bccRecipients: toRecipients(input.bccRecipients),
    replyTo: toRecipients(input.replyTo),
    attachments: (input.attachments ?? []).map((file) => ({
      name: file.name,
      contentType: file.contentType ?? "application/octet-stream",
      contentBytes: file.contentBytes,
      isInline: file.isInline ?? false,
    })),
  };
}

/** Puts a copy into the inbox of everybody addressed who lives in the sandbox. */
function deliver(state: GraphState, message: StoredMessage): void {
  const { toRecipients: to, ccRecipients: cc, bccRecipients: bcc } = message;
  const addressed = new Set(
    [...to, ...cc, ...bcc].map(({ emailAddress }) => emailAddress.address.toLowerCase()),
  );
  for (const user of state.world.users) {
    const objectId = user.objectIds.get(user.homeTenantId);
    if (objectId === undefined || !addressed.has((user.mail ?? user.upn).toLowerCase())) continue;
    state.mailbox(ownerFor(state, user.homeTenantId, objectId)).put({
      ...message,
      key: stableKey("delivered", message.key, user.upn),
      folder: "inbox",
      isDraft: false,
      isRead: false,
      bccRecipients: [],
    });
  }
}

/** Delivers a message and keeps it among the sent ones unless told not to. Throws for no recipient. */
function send(state: GraphState, owner: Owner, message: StoredMessage, keep: boolean): void {
  const { toRecipients: to, ccRecipients: cc, bccRecipients: bcc } = message;
  if (to.length + cc.length + bcc.length === 0)
    throw badRequest("At least one recipient is required.", "ErrorInvalidRecipients");
  deliver(state, message);
  if (keep) state.mailbox(owner).put({ ...message, folder: "sentitems", isDraft: false });
}

async function sendMime(c: GraphContext, state: GraphState, owner: Owner): Promise<void> {
  const mime = readMime(await c.req.text());
  if (mime === undefined)
    throw badRequest(
      "Invalid base64 string for MIME content.",
      "ErrorMimeContentInvalidBase64String",
    );
  const people = (list: string[]) => list.map((address) => ({ emailAddress: { address } }));
  const message = composed(state, owner, {
    subject: mime.subject,
    body: mime.body,
    toRecipients: people(mime.to),
    ccRecipients: people(mime.cc),
    bccRecipients: people(mime.bcc),
  });
  send(state, owner, message, true);
}

/** Measures the body itself: one that streams in says no length. */
async function requireFitting(c: GraphContext): Promise<void> {
  const told = Number(c.req.header("content-length") ?? 0);
  if (told > BODY_LIMIT || (await c.req.arrayBuffer()).byteLength > BODY_LIMIT)
    throw new GraphError(413, "RequestEntityTooLarge", "The request entity is too large.");
}

/** POST /sendMail, JSON or MIME, and POST /messages (a draft). */
export function sendMailRoutes(state: GraphState): GraphRoutes {
  const sendMail = inMailbox(state, async (c, { owner }) => {
    await requireFitting(c);
    if (c.req.header("content-type")?.toLowerCase().startsWith("text/plain")) {
      await sendMime(c, state, owner);
      return empty(c, 202);
    }
    const body = await readJson(c);
    if (nameAmong(Object.keys(body), "message") === undefined)
      throw badRequest("Message is a required parameter.", "ErrorInvalidParameter");
    const parsed = parseBody(sendMailInput, body);
    if (!parsed.success) throw bodyRefusal(parsed.error, "microsoft.graph.message");
    const { message, saveToSentItems } = parsed.data;
    send(state, owner, composed(state, owner, message), saveToSentItems);
    return empty(c, 202);
  });
  return new Hono<GraphEnvironment>().post("/sendMail", sendMail).post(
    "/messages",
    inMailbox(state, async (c, request) => {
      await requireFitting(c);
      const parsed = parseBody(messageInput, await readJson(c));
      if (!parsed.success) throw bodyRefusal(parsed.error, "microsoft.graph.message");
      const mailbox = state.mailbox(request.owner);
      const draft = composed(state, request.owner, parsed.data);
      mailbox.put(draft);
      return answerMessage(c, request, mailbox, draft, 201);
    }),
  );
}
