import type { Message } from "@microsoft/microsoft-graph-types";
import * as z from "zod";
import { textOf } from "../../api/fields.ts";
import { createDraft, getMail, getMessage, sendDraft } from "../../api/mail.ts";
import { defined } from "../../contract/defined.ts";
import { AzureError } from "../../contract/errors.ts";
import { isRecord, textOf as textIn } from "../../http/json.ts";
import {
  cut,
  cutAsJson,
  fitting,
  flag,
  lean,
  moment,
  listInput,
  listOf,
  listOutput,
  mostCharacters,
  sizeOf,
  texts,
  words,
} from "../fields.ts";
import { confirm, tool, type ToolOutput } from "../tool.ts";
import type { ToolCall } from "../tool-call.ts";
import { hasWords, mailQuery } from "./mail-query.ts";
import { addressText, addressTexts, recipients } from "./mail-address.ts";

/** UTF-16 units of a message's beginning in a list, and of a body. */
const previewLength = 160;
const bodyLength = mostCharacters - 10_000;
/** UTF-16 units of all but the body. */
const headLength = 30_000;

const head = {
  id: words,
  subject: words,
  from: words,
  received: words,
  unread: flag,
  has_attachments: flag,
} as const;
const headFields = "id,subject,from,receivedDateTime,isRead,hasAttachments";

const headOf = (message: Message): ToolOutput => ({
  id: message.id,
  subject: message.subject,
  from: addressText(message.from),
  received: message.receivedDateTime,
  unread: message.isRead === false,
  has_attachments: message.hasAttachments,
});

const itemShape = { ...head, preview: words };

const lookedFor = (most: number) => textOf(most).refine(hasWords, "must hold a word");

const listMessages = tool({
  name: "mail_list_messages",
  toolset: "mail",
  title: "List or search mail",
  description: "Messages, newest first. Times are UTC.",
  scope: getMail.scope,
  openWorld: true,
  input: {
    folder: textOf(512).optional().meta({ description: "inbox, sentitems, drafts… or an id." }),
    from: lookedFor(256).optional().meta({ description: "Address, or part of a name." }),
    subject: lookedFor(256).optional().meta({ description: "Words in it." }),
    since: moment.optional().meta({ description: "RFC 3339 time or date." }),
    unread: z.boolean().optional(),
    query: lookedFor(512).optional().meta({ description: "Words anywhere in the message." }),
    ...listInput,
  },
  output: listOutput(itemShape),
  run: async (call, { folder, top, cursor, ...filters }) => {
    const { only, ...query } = mailQuery(filters);
    const page = await call.operation(getMail, {
      ...query,
      top,
      select: `${headFields},bodyPreview`,
      ...defined({ folder, cursor }),
    });
    const data = page.data.filter((message) => isRecord(message) && only(message));
    return listOf({ ...page, data }, (message) =>
      lean(itemShape, {
        ...headOf(message),
        preview: cut(textIn(message.bodyPreview) ?? "", previewLength),
      }),
    );
  },
});

const messageShape = {
  ...head,
  to: texts,
  cc: texts,
  body: words,
  truncated: flag,
  web_link: words,
} as const;

const getOneMessage = tool({
  name: "mail_get_message",
  toolset: "mail",
  title: "Read a message",
  description: "One message with its body as text.",
  scope: getMessage.scope,
  openWorld: true,
  input: { id: textOf(1_024) },
  output: z.object(messageShape),
  run: async (call, { id }) => {
    const select = `${headFields},toRecipients,ccRecipients,body,webLink`;
    const message = await call.operation(getMessage, { id, select, bodyType: "text" });
    const whole = lean(messageShape, {
      ...headOf(message),
      to: addressTexts(message.toRecipients),
      cc: addressTexts(message.ccRecipients),
      web_link: message.webLink,
    });
    const { fits, left } = fitting(whole, headLength);
    const body = textIn(message.body?.content) ?? "";
    const shown = cutAsJson(body, Math.min(bodyLength, mostCharacters - sizeOf(fits)));
    const truncated = shown.length < body.length || left.length > 0;
    return { ...fits, body: shown, ...(truncated && { truncated }) };
  },
});

const addresses = z.array(z.email("must be an e-mail address")).max(100);

const draftShape = { id: words, subject: words, to: texts, web_link: words };

const writeDraft = tool({
  name: "mail_create_draft",
  toolset: "mail",
  title: "Write a draft",
  description: "Writes a draft and sends nothing. Show it to the person before mail_send_draft.",
  scope: createDraft.scope,
  input: {
    to: addresses.optional(),
    cc: addresses.optional(),
    bcc: addresses.optional(),
    subject: textOf(998),
    body: textOf(100_000).meta({ description: "Plain text." }),
  },
  output: z.object(draftShape),
  run: async (call, { to, cc, bcc, subject, body }) => {
    const draft = await call.operation(createDraft, {
      message: {
        subject,
        body: { contentType: "text", content: body },
        ...defined({
          toRecipients: recipients(to),
          ccRecipients: recipients(cc),
          bccRecipients: recipients(bcc),
        }),
      },
    });
    return lean(draftShape, {
      id: draft.id,
      subject: draft.subject,
      to: addressTexts(draft.toRecipients),
      web_link: draft.webLink,
    });
  },
});

/** Names what is sent, and to whom, where this caller may read it. @throws AzureError where there is no such draft */
async function questionFor(call: ToolCall, id: string): Promise<string> {
  const select = "id,subject,toRecipients,ccRecipients,bccRecipients";
  try {
    const draft = await call.operation(getMessage, { id, select });
    const to = [draft.toRecipients, draft.ccRecipients, draft.bccRecipients].flatMap(
      (list) => addressTexts(list) ?? [],
    );
    const subject = cut(textIn(draft.subject) ?? "", shownSubject);
    return `Send "${subject}" to ${to.length === 0 ? "nobody" : to.join(", ")}?`;
  } catch (error) {
    // One may send what one may not read.
    if (error instanceof AzureError && error.code === "forbidden") return unread;
    throw error;
  }
}

const unread = "Send this draft to its recipients?";
/** UTF-16 units. */
const shownSubject = 200;

const sendOneDraft = tool({
  name: "mail_send_draft",
  toolset: "mail",
  title: "Send a draft",
  description: "Sends a draft to its recipients; it cannot be taken back.",
  scope: sendDraft.scope,
  destructive: true,
  openWorld: true,
  input: { id: textOf(1_024), confirm },
  output: z.object({ accepted: z.literal(true) }),
  confirms: ({ id }) => ({ question: (call) => questionFor(call, id) }),
  run: async (call, { id }) => ({ ...(await call.operation(sendDraft, { id })) }),
});

export const mailTools = [listMessages, getOneMessage, writeDraft, sendOneDraft];
