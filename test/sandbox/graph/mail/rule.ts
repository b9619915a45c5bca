import * as z from "zod";
import type { EntitySchema } from "../odata/schema.ts";
import type { Mailbox } from "./mailbox.ts";
import { recipientsInput, toRecipients } from "./message-input.ts";
import type { Recipient, StoredMessage } from "./message.ts";
import { itemId } from "./outlook-id.ts";
import { previewOf, textOfHtml } from "./preferences.ts";

const words = z.array(z.string().min(1)).nullish();

/** The conditions that the sandbox can decide; every one that is given has to hold. */
const predicates = z.strictObject({
  "@odata.type": z.string().optional(),
  bodyContains: words,
  bodyOrSubjectContains: words,
  subjectContains: words,
  senderContains: words,
  recipientContains: words,
  fromAddresses: recipientsInput,
  sentToAddresses: recipientsInput,
  hasAttachments: z.boolean().nullish(),
  importance: z.enum(["low", "normal", "high"]).nullish(),
});

/** Forwarding and redirecting are not among what the sandbox's rules do. */
const actions = z.strictObject({
  "@odata.type": z.string().optional(),
  moveToFolder: z.string().nullish(),
  copyToFolder: z.string().nullish(),
  delete: z.boolean().nullish(),
  permanentDelete: z.boolean().nullish(),
  markAsRead: z.boolean().nullish(),
  markImportance: z.enum(["low", "normal", "high"]).nullish(),
  assignCategories: z.array(z.string()).nullish(),
  stopProcessingRules: z.boolean().nullish(),
});

export const ruleInput = z.strictObject({
  "@odata.type": z.string().optional(),
  displayName: z.string().min(1).max(256),
  sequence: z.number().int().min(1),
  isEnabled: z.boolean().nullish(),
  conditions: predicates.nullish(),
  exceptions: predicates.nullish(),
  actions,
});

type Predicates = z.infer<typeof predicates>;
type Actions = z.infer<typeof actions>;

/** A rule of the inbox as the mailbox keeps it. */
export interface StoredRule {
  key: string;
  displayName: string;
  sequence: number;
  isEnabled: boolean;
  conditions: Predicates | null;
  exceptions: Predicates | null;
  actions: Actions;
}

export const ruleSchema: EntitySchema = {
  name: "microsoft.graph.messageRule",
  properties: {
    id: "string",
    displayName: "string",
    sequence: "number",
    isEnabled: "boolean",
    isReadOnly: "boolean",
    hasError: "boolean",
    conditions: "complex",
    exceptions: "complex",
    actions: "complex",
  },
};

export const viewRule = (mailbox: Mailbox, { key, ...rule }: StoredRule) => ({
  id: itemId(mailbox.name, key, false),
  ...rule,
  hasError: false,
  isReadOnly: false,
});

const someIn = (wanted: readonly string[] | null | undefined, text: string): boolean =>
  wanted === null ||
  wanted === undefined ||
  wanted.some((one) => text.toLowerCase().includes(one.toLowerCase()));

const written = (people: readonly Recipient[]) =>
  people.map(({ emailAddress: { name, address } }) => `${name} ${address}`).join("\n");

const someAmong = (wanted: Predicates["fromAddresses"], people: readonly Recipient[]): boolean =>
  wanted === null ||
  wanted === undefined ||
  toRecipients(wanted).some((one) =>
    people.some(
      ({ emailAddress: { address } }) =>
        address.toLowerCase() === one.emailAddress.address.toLowerCase(),
    ),
  );

/** Whether a message fits every condition that is given. */
export function fits(by: Predicates, message: StoredMessage): boolean {
  const body =
    message.body.contentType === "html" ? textOfHtml(message.body.content) : message.body.content;
  const to = [...message.toRecipients, ...message.ccRecipients];
  return (
    someIn(by.bodyContains, body) &&
    someIn(by.subjectContains, message.subject) &&
    someIn(by.bodyOrSubjectContains, `${message.subject}\n${body}\n${previewOf(message.body)}`) &&
    someIn(by.senderContains, written([message.from])) &&
    someIn(by.recipientContains, written(to)) &&
    someAmong(by.fromAddresses, [message.from]) &&
    someAmong(by.sentToAddresses, to) &&
    (by.importance ?? message.importance) === message.importance &&
    (by.hasAttachments ?? message.attachments.length > 0) === message.attachments.length > 0
  );
}
