import {
  followupFlag,
  internetMessageHeader,
  itemBody,
  recipient,
} from "../odata/complex-types.ts";
import type { EntitySchema } from "../odata/schema.ts";

export interface EmailAddress {
  name: string;
  address: string;
}

export interface Recipient {
  emailAddress: EmailAddress;
}

export interface ItemBody {
  contentType: "text" | "html";
  content: string;
}

export interface Attachment {
  /** What its id is made of. */
  key: string;
  name: string;
  contentType: string;
  /** Base64. */
  contentBytes: string;
  isInline: boolean;
}

type Time = { dateTime: string; timeZone: string };

/** Whether somebody wants to come back to a message, and when. */
export interface FollowupFlag {
  flagStatus: "notFlagged" | "flagged" | "complete";
  startDateTime?: Time;
  dueDateTime?: Time;
  completedDateTime?: Time;
}

/** A message as the mailbox keeps it. Times are ISO 8601 to the second, UTC. */
export interface StoredMessage {
  /** Its head names the message for good, its tail the place it came to by a move. */
  key: string;
  /** Key of its folder: the well-known name, if it has one. */
  folder: string;
  /** Grows with every change; part of the etag. */
  revision: number;
  createdDateTime: string;
  lastModifiedDateTime: string;
  receivedDateTime: string;
  sentDateTime: string;
  subject: string;
  body: ItemBody;
  importance: "low" | "normal" | "high";
  categories: string[];
  isRead: boolean;
  isDraft: boolean;
  flag: FollowupFlag;
  inferenceClassification: "focused" | "other";
  isDeliveryReceiptRequested: boolean;
  isReadReceiptRequested: boolean;
  internetMessageId: string;
  conversation: string;
  from: Recipient;
  toRecipients: Recipient[];
  ccRecipients: Recipient[];
  bccRecipients: Recipient[];
  replyTo: Recipient[];
  attachments: Attachment[];
  /** Headers of the sender's own, `x-…`. */
  headers: { name: string; value: string }[];
}

/** What nothing was done with yet, and no file is attached to. */
export const plainMessage = () =>
  ({
    revision: 1,
    importance: "normal",
    categories: [],
    flag: { flagStatus: "notFlagged" },
    inferenceClassification: "focused",
    isDeliveryReceiptRequested: false,
    isReadReceiptRequested: false,
    ccRecipients: [],
    bccRecipients: [],
    replyTo: [],
    headers: [],
    attachments: [],
  }) satisfies Partial<StoredMessage>;

export const messageSchema: EntitySchema = {
  name: "microsoft.graph.message",
  properties: {
    id: "string",
    createdDateTime: "dateTime",
    lastModifiedDateTime: "dateTime",
    changeKey: "string",
    categories: "collection",
    receivedDateTime: "dateTime",
    sentDateTime: "dateTime",
    hasAttachments: "boolean",
    internetMessageId: "string",
    subject: "string",
    bodyPreview: "string",
    importance: "string",
    parentFolderId: "string",
    conversationId: "string",
    conversationIndex: "string",
    isDeliveryReceiptRequested: "boolean",
    isReadReceiptRequested: "boolean",
    isRead: "boolean",
    isDraft: "boolean",
    webLink: "string",
    inferenceClassification: "string",
    ...itemBody("body"),
    ...recipient("sender"),
    ...recipient("from"),
    ...recipient("toRecipients", "collection"),
    ...recipient("ccRecipients", "collection"),
    ...recipient("bccRecipients", "collection"),
    ...recipient("replyTo", "collection"),
    ...followupFlag("flag"),
    ...internetMessageHeader("internetMessageHeaders", "collection"),
    ...itemBody("uniqueBody"),
  },
  navigations: {
    attachments: true,
    extensions: false,
    multiValueExtendedProperties: false,
    singleValueExtendedProperties: false,
  },
};
