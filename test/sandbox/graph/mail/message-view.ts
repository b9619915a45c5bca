import { stableToken } from "../seed.ts";
import type { ItemBody, Recipient, StoredMessage } from "./message.ts";
import { folderId, messageId } from "./outlook-id.ts";
import { bodyAs, previewOf } from "./preferences.ts";
import type { OutlookPreferences } from "./preferences.ts";

interface InternetMessageHeader {
  name: string;
  value: string;
}

/** A message as Graph writes it; `project` reads it by name, so it is a type. */
export type MessageView = {
  "@odata.etag": string;
  id: string;
  createdDateTime: string;
  lastModifiedDateTime: string;
  changeKey: string;
  categories: string[];
  receivedDateTime: string;
  sentDateTime: string;
  hasAttachments: boolean;
  internetMessageId: string;
  subject: string;
  bodyPreview: string;
  importance: StoredMessage["importance"];
  parentFolderId: string;
  conversationId: string;
  conversationIndex: string;
  isDeliveryReceiptRequested: boolean | null;
  isReadReceiptRequested: boolean;
  isRead: boolean;
  isDraft: boolean;
  webLink: string;
  inferenceClassification: "focused" | "other";
  body: ItemBody;
  sender: Recipient;
  from: Recipient;
  toRecipients: Recipient[];
  ccRecipients: Recipient[];
  bccRecipients: Recipient[];
  replyTo: Recipient[];
  flag: StoredMessage["flag"];
  /** A message that is not sent yet has none. */
  internetMessageHeaders?: InternetMessageHeader[];
  uniqueBody: ItemBody;
};

/** The change key of an item's revision, which its etag repeats. */
export function changeKeyOf(key: string, revision: number): string {
  return `CQAAABYAAA${stableToken(24, key, revision)}==`;
}

/** Mail.ReadBasic shows everything but these. */
export const BEYOND_BASIC: readonly string[] = ["body", "bodyPreview", "uniqueBody"];

/** What comes only when $select names it. */
export const ONLY_SELECTED: readonly string[] = ["internetMessageHeaders", "uniqueBody"];

const written = ({ emailAddress: { name, address } }: Recipient) => `${name} <${address}>`;

function headersOf(message: StoredMessage): InternetMessageHeader[] {
  const header = (name: string, value: string) => ({ name, value });
  return [
    header("From", written(message.from)),
    header("To", message.toRecipients.map(written).join(", ")),
    header("Subject", message.subject),
    header("Date", new Date(message.sentDateTime).toUTCString()),
    header("Message-ID", message.internetMessageId),
    header("MIME-Version", "1.0"),
    ...message.headers,
  ];
}

export function viewMessage(
  mailbox: string,
  message: StoredMessage,
  preferences: OutlookPreferences,
): MessageView {
  const changeKey = changeKeyOf(message.key, message.revision);
  const id = messageId(mailbox, message.key, preferences.immutableIds);
  const body = bodyAs(message.body, preferences.bodyType ?? "html");
  return {
    "@odata.etag": `W/"${changeKey}"`,
    id,
    createdDateTime: message.createdDateTime,
    lastModifiedDateTime: message.lastModifiedDateTime,
    changeKey,
    categories: message.categories,
    receivedDateTime: message.receivedDateTime,
    sentDateTime: message.sentDateTime,
    hasAttachments: message.attachments.some(({ isInline }) => !isInline),
    internetMessageId: message.internetMessageId,
    subject: message.subject,
    bodyPreview: previewOf(message.body),
    importance: message.importance,
    parentFolderId: folderId(mailbox, message.folder),
    conversationId: `AAQkAD${stableToken(40, "conversation", message.conversation)}=`,
    conversationIndex: `AQHX${stableToken(24, "index", message.key)}==`,
    isDeliveryReceiptRequested: message.isDraft ? null : message.isDeliveryReceiptRequested,
    isReadReceiptRequested: message.isReadReceiptRequested,
    isRead: message.isRead,
    isDraft: message.isDraft,
    webLink: `https://outlook.office365.com/owa/?ItemID=${encodeURIComponent(id)}&exvsurl=1&viewmodel=ReadMessageItem`,
    inferenceClassification: message.inferenceClassification,
    body,
    sender: message.from,
    from: message.from,
    toRecipients: message.toRecipients,
    ccRecipients: message.ccRecipients,
    bccRecipients: message.bccRecipients,
    replyTo: message.replyTo,
    flag: message.flag,
    ...(message.isDraft ? {} : { internetMessageHeaders: headersOf(message) }),
    uniqueBody: body,
  };
}
