import * as z from "zod";
import { dateTimeTimeZone, lowered } from "../body-fields.ts";
import type { GraphContext } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import { badRequest } from "../query.ts";
import { recipient } from "./mail-seed.ts";
import type { Recipient } from "./message.ts";

export const recipientsInput = z
  .array(
    z.object({
      emailAddress: z.object({ address: z.string(), name: z.string().nullish() }),
    }),
  )
  .nullish();

/** Microsoft asks for a start where there is an end. */
const followUp = z
  .strictObject({
    "@odata.type": z.string().optional(),
    flagStatus: z.enum(["notFlagged", "flagged", "complete"]).nullish(),
    startDateTime: dateTimeTimeZone.nullish(),
    dueDateTime: dateTimeTimeZone.nullish(),
    completedDateTime: dateTimeTimeZone.nullish(),
  })
  .refine(({ startDateTime, dueDateTime }) => !dueDateTime || startDateTime, {
    error: "dueDateTime needs startDateTime",
  });
export type FollowUp = z.infer<typeof followUp>;

/** Who a message is said to be from; the sandbox's messages are from whoever writes them. */
const author = z.object({
  emailAddress: z.object({ address: z.string().nullish(), name: z.string().nullish() }).nullish(),
});

export const attachmentInput = z.object({
  "@odata.type": z.literal("#microsoft.graph.fileAttachment"),
  name: z.string(),
  contentBytes: z.base64(),
  contentType: z.string().nullish(),
  isInline: z.boolean().nullish(),
  contentId: z.string().nullish(),
});
export type AttachmentInput = z.infer<typeof attachmentInput>;

/** Only headers of one's own can be given, and only while the message is made. */
const header = z.object({ name: z.string(), value: z.string() });

/** What a client may say of a new message; OData refuses properties the type lacks. */
export const messageInput = z.strictObject({
  "@odata.type": z.string().optional(),
  subject: z.string().nullish(),
  body: z
    .object({ contentType: lowered("text", "html").nullish(), content: z.string().nullish() })
    .nullish(),
  from: author.nullish(),
  sender: author.nullish(),
  toRecipients: recipientsInput,
  ccRecipients: recipientsInput,
  bccRecipients: recipientsInput,
  replyTo: recipientsInput,
  importance: lowered("low", "normal", "high").nullish(),
  categories: z.array(z.string()).nullish(),
  attachments: z.array(attachmentInput).nullish(),
  flag: followUp.nullish(),
  inferenceClassification: z.enum(["focused", "other"]).nullish(),
  isRead: z.boolean().nullish(),
  isDeliveryReceiptRequested: z.boolean().nullish(),
  isReadReceiptRequested: z.boolean().nullish(),
  internetMessageHeaders: z.array(header).nullish(),
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

/** Graph takes JSON bodies up to 4 MB. */
const BODY_LIMIT = 4 * 1024 * 1024;

/** Throws 413. Measures the body itself: one that streams in says no length. */
export async function requireFitting(c: GraphContext): Promise<void> {
  const told = Number(c.req.header("content-length") ?? 0);
  if (told > BODY_LIMIT || (await c.req.arrayBuffer()).byteLength > BODY_LIMIT)
    throw new GraphError(413, "RequestEntityTooLarge", "The request entity is too large.");
}

/** The headers of its own that a new message has. Throws InvalidInternetMessageHeader for another. */
export function ownHeaders(input: MessageInput["internetMessageHeaders"]) {
  for (const { name } of input ?? []) {
    if (!/^x-/i.test(name))
      throw badRequest(
        `The internet message header name '${name}' should start with 'x-' or 'X-'.`,
        "InvalidInternetMessageHeader",
      );
  }
  return input ?? [];
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
