import { defined } from "../../../../src/contract/defined.ts";
import type { Owner } from "../owner.ts";
import { stableToken } from "../seed.ts";
import type { GraphState } from "../state.ts";
import { recipient, toSecond } from "./mail-seed.ts";
import { ownHeaders, toRecipients } from "./message-input.ts";
import type { AttachmentInput, FollowUp, MessageInput } from "./message-input.ts";
import { plainMessage } from "./message.ts";
import type { Attachment, StoredMessage } from "./message.ts";
import { stableKey } from "./outlook-id.ts";

/** The address that a person's mail goes out under. */
export const addressOf = ({ user }: Owner) => recipient(user.name, user.mail ?? user.upn);

export const attached = (guid: string, file: AttachmentInput): Attachment => ({
  key: stableKey("attachment", guid),
  name: file.name,
  contentType: file.contentType ?? "application/octet-stream",
  contentBytes: file.contentBytes,
  isInline: file.isInline ?? false,
});

/** A follow-up as a client says: no flag, no times. */
function flagOf(given: FollowUp | null, old: StoredMessage["flag"]): StoredMessage["flag"] {
  const flagStatus = given === null ? "notFlagged" : (given.flagStatus ?? old.flagStatus);
  if (flagStatus === "notFlagged" || given === null) return { flagStatus };
  const { startDateTime, dueDateTime, completedDateTime } = given;
  const { flagStatus: _, ...times } = old;
  const said = { startDateTime, dueDateTime, completedDateTime };
  const kept = Object.entries({ ...times, ...defined(said) }).filter(([, time]) => time !== null);
  return { flagStatus, ...Object.fromEntries(kept) };
}

/** What a client says of a message, over what was there; a null clears. */
export function withInput(
  message: StoredMessage,
  input: Omit<MessageInput, "attachments">,
): StoredMessage {
  const given = <T>(value: T | null | undefined, old: T, empty: T): T =>
    value === undefined ? old : (value ?? empty);
  const people = (value: MessageInput["toRecipients"], old: StoredMessage["toRecipients"]) =>
    value === undefined ? old : toRecipients(value);
  const body = input.body ?? (input.body === null ? {} : undefined);
  return {
    ...message,
    subject: given(input.subject, message.subject, ""),
    body:
      body === undefined
        ? message.body
        : { contentType: body.contentType ?? "text", content: body.content ?? "" },
    importance: given(input.importance, message.importance, "normal"),
    categories: given(input.categories, message.categories, []),
    isRead: given(input.isRead, message.isRead, false),
    flag: input.flag === undefined ? message.flag : flagOf(input.flag, message.flag),
    inferenceClassification: given(
      input.inferenceClassification,
      message.inferenceClassification,
      "focused",
    ),
    isDeliveryReceiptRequested: given(
      input.isDeliveryReceiptRequested,
      message.isDeliveryReceiptRequested,
      false,
    ),
    isReadReceiptRequested: given(
      input.isReadReceiptRequested,
      message.isReadReceiptRequested,
      false,
    ),
    toRecipients: people(input.toRecipients, message.toRecipients),
    ccRecipients: people(input.ccRecipients, message.ccRecipients),
    bccRecipients: people(input.bccRecipients, message.bccRecipients),
    replyTo: people(input.replyTo, message.replyTo),
  };
}

/** A new message of `owner`, as a draft that is in no mailbox yet. */
export function composed(state: GraphState, owner: Owner, input: MessageInput): StoredMessage {
  const now = toSecond(state.world.now());
  const key = stableKey("composed", state.world.guid());
  const blank: StoredMessage = {
    ...plainMessage(),
    key,
    folder: "drafts",
    createdDateTime: now,
    lastModifiedDateTime: now,
    receivedDateTime: now,
    sentDateTime: now,
    subject: "",
    body: { contentType: "text", content: "" },
    isRead: true,
    isDraft: true,
    internetMessageId: `<${stableToken(24, key)}@mail.contoso.example>`,
    conversation: key,
    from: addressOf(owner),
    toRecipients: [],
    headers: ownHeaders(input.internetMessageHeaders),
    attachments: (input.attachments ?? []).map((file) => attached(state.world.guid(), file)),
  };
  return { ...withInput(blank, input), isRead: true };
}
