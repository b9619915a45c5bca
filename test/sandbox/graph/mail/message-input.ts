import * as z from "zod";
import { badRequest } from "../query.ts";
import { recipient } from "./mail-seed.ts";
import type { Recipient } from "./message.ts";

const recipients = z
  .array(
    z.object({
      emailAddress: z.object({ address: z.string(), name: z.string().nullish() }),
    }),
  )
  .nullish();

/** Names may come in any case of their first letters' choosing (`Text`, `HTML`). */
const lowered = (...names: [string, ...string[]]) =>
  z.preprocess((value) => (typeof value === "string" ? value.toLowerCase() : value), z.enum(names));

const attachment = z.object({
  "@odata.type": z.literal("#microsoft.graph.fileAttachment"),
  name: z.string(),
  contentBytes: z.base64(),
  contentType: z.string().nullish(),
  isInline: z.boolean().nullish(),
  contentId: z.string().nullish(),
});

/** What a client may say of a new message; OData refuses properties the type lacks. */
export const messageInput = z.strictObject({
  "@odata.type": z.string().optional(),
  subject: z.string().nullish(),
  body: z
    .object({ contentType: lowered("text", "html").optional(), content: z.string() })
    .nullish(),
  from: z.unknown().optional(),
  sender: z.unknown().optional(),
  toRecipients: recipients,
  ccRecipients: recipients,
  bccRecipients: recipients,
  replyTo: recipients,
  importance: lowered("low", "normal", "high").nullish(),
  categories: z.array(z.string()).nullish(),
  attachments: z.array(attachment).nullish(),
  flag: z.unknown().optional(),
  isRead: z.boolean().nullish(),
  isDeliveryReceiptRequested: z.boolean().nullish(),
  isReadReceiptRequested: z.boolean().nullish(),
  internetMessageHeaders: z.unknown().optional(),
  hasAttachments: z.boolean().nullish(),
});

export type MessageInput = z.infer<typeof messageInput>;

/** The 400 for a body that does not fit a type: an unknown property, or a wrong value. */
export function bodyRefusal(error: z.ZodError, type: string) {
  const issue = error.issues[0];
  if (issue?.code === "unrecognized_keys")
    return badRequest(
      `The property '${issue.keys[0]}' does not exist on type '${type}'. Make sure to only use property names that are defined by the type.`,
      "RequestBodyRead",
    );
  return badRequest(
    `Cannot convert a value to target type at '${issue?.path.join(".") ?? ""}': ${issue?.message ?? ""}`,
    "RequestBodyRead",
  );
}

type RecipientInput = MessageInput["toRecipients"];

/** Recipients as stored. Throws ErrorInvalidRecipients for what is no address. */
export function toRecipients(input: RecipientInput): Recipient[] {
  return (input ?? []).map(({ emailAddress: { address, name } }) => {
    if (!/^[^\s@]+@[^\s@]+$/.test(address))
      throw badRequest("At least one recipient is not valid.", "ErrorInvalidRecipients");
    return recipient(name ?? address, address);
  });
}
