import type { MailFolder, Message } from "@microsoft/microsoft-graph-types";
import * as z from "zod";
import { cursor, filter, graphList, select, textOf, top } from "./fields.ts";
import { microsoft } from "./microsoft.ts";
import { operation } from "./operation.ts";

const message = microsoft<Message>("graph.Message");
const messageId = textOf(1_024);

export const getMail = operation({
  name: "getMail",
  route: "GET /mail",
  summary: "Messages, newest first",
  tag: "mail",
  scope: "graph:read",
  needs: { delegated: ["Mail.ReadBasic", "Mail.Read", "Mail.ReadWrite"] },
  on: "connection",
  input: {
    ...graphList,
    folder: textOf(512)
      .optional()
      .meta({ description: "Id or well-known name: inbox, sentitems…" }),
  },
  form: "list",
  data: message,
  answer: "Graph's messages.",
  over: ["http", "rpc", "client"],
  client: { of: "graph", name: "messages" },
});

export const listMailFolders = operation({
  name: "listMailFolders",
  route: "GET /mail/folders",
  summary: "Folders of the mailbox, or those in one of them",
  tag: "mail",
  scope: "graph:read",
  needs: { delegated: ["Mail.ReadBasic", "Mail.Read", "Mail.ReadWrite"] },
  on: "connection",
  input: {
    top,
    cursor,
    select,
    filter,
    folder: textOf(512)
      .optional()
      .meta({ description: "Id or well-known name of the folder above; default the top." }),
  },
  form: "list",
  data: microsoft<MailFolder>("graph.MailFolder"),
  answer: "Graph's mail folders.",
  over: ["http", "rpc", "client"],
  client: { of: "graph", name: "mailFolders" },
});

export const getMessage = operation({
  name: "getMessage",
  route: "GET /mail/{id}",
  summary: "One message",
  tag: "mail",
  scope: "graph:read",
  // Microsoft lists no Mail.ReadWrite for one message.
  needs: { delegated: ["Mail.ReadBasic", "Mail.Read"] },
  on: "connection",
  input: {
    id: messageId,
    select,
    bodyType: z
      .enum(["text", "html"])
      .optional()
      .meta({ description: "The form of its body; default as it was written." }),
  },
  form: "item",
  data: message,
  answer: "Graph's message.",
  over: ["http", "client"],
  client: { of: "graph", name: "message", args: ["id"] },
});

const booleanText = z
  .string()
  .regex(/^(?:true|false)$/i, "must be true or false")
  .transform((written) => written.toLowerCase() === "true");

const newMessage = microsoft<Message>("graph.Message", {
  subject: z.string().optional(),
  body: z.looseObject({ contentType: z.string().optional(), content: z.string() }).optional(),
  toRecipients: z.array(z.looseObject({})).optional(),
}).meta({ description: "Graph's message; base64 attachments may be in it." });

/** Graph's own body of `sendMail`. */
const outgoing = z.strictObject({
  message: newMessage,
  saveToSentItems: z
    .union([z.boolean(), booleanText])
    .optional()
    .meta({ description: "Default true. Graph's own examples send it as text, so that will do." }),
});

export const sendMail = operation({
  name: "sendMail",
  route: "POST /mail/send",
  summary: "Send a message",
  tag: "mail",
  scope: "graph:write",
  needs: { delegated: ["Mail.Send"] },
  on: "connection",
  input: { mail: outgoing },
  body: "mail",
  form: "accepted",
  data: z.object({ accepted: z.literal(true) }),
  answer: "Handed over for sending.",
  over: ["http", "client"],
  client: { of: "graph", name: "sendMail", args: ["mail"] },
});

export const createDraft = operation({
  name: "createDraft",
  route: "POST /mail/drafts",
  summary: "Write a draft; nothing is sent",
  tag: "mail",
  scope: "graph:write",
  needs: { delegated: ["Mail.ReadWrite"] },
  on: "connection",
  input: { message: newMessage },
  body: "message",
  form: "item",
  data: message,
  answer: "Graph's message.",
  over: ["http", "client"],
  client: { of: "graph", name: "createDraft", args: ["message"] },
});

export const sendDraft = operation({
  name: "sendDraft",
  route: "POST /mail/drafts/{id}/send",
  summary: "Send a draft",
  tag: "mail",
  scope: "graph:write",
  needs: { delegated: ["Mail.Send"] },
  on: "connection",
  input: { id: messageId },
  form: "accepted",
  data: z.object({ accepted: z.literal(true) }),
  answer: "Handed over for sending.",
  over: ["http", "client"],
  client: { of: "graph", name: "sendDraft", args: ["id"] },
});

const answered = {
  tag: "mail",
  scope: "graph:write",
  needs: { delegated: ["Mail.Send"] },
  on: "connection",
  body: "rest",
  form: "accepted",
  data: z.object({ accepted: z.literal(true) }),
  answer: "Handed over for sending.",
  over: ["http", "client"],
} as const;
const comment = textOf(65_536, 0).optional().meta({ description: "Text above the message." });

export const replyToMessage = operation({
  ...answered,
  name: "replyToMessage",
  route: "POST /mail/{id}/reply",
  summary: "Answer a message",
  input: {
    id: messageId,
    comment,
    all: z
      .boolean()
      .optional()
      .meta({ description: "True: everybody it was sent to. Default its sender alone." }),
  },
  client: { of: "graph", name: "reply", args: ["id"] },
});

export const forwardMessage = operation({
  ...answered,
  name: "forwardMessage",
  route: "POST /mail/{id}/forward",
  summary: "Send a message on, with its attachments",
  input: {
    id: messageId,
    to: z
      .array(textOf(320))
      .min(1, "must name at least one address")
      .max(100, "must have at most 100 addresses")
      .meta({ description: "E-mail addresses." }),
    comment,
  },
  client: { of: "graph", name: "forward", args: ["id"] },
});
