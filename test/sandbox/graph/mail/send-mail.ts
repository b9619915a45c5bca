import { Hono } from "hono";
import * as z from "zod";
import { empty } from "../answer.ts";
import { parseBody } from "../body-names.ts";
import { readJson } from "../body.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { nameAmong } from "../odata/schema.ts";
import type { Owner } from "../owner.ts";
import { badRequest } from "../query.ts";
import type { GraphState } from "../state.ts";
import { composed } from "./compose.ts";
import { send } from "./delivery.ts";
import { inMailbox } from "./in-mailbox.ts";
import { bodyRefusal, messageInput, requireFitting } from "./message-input.ts";
import type { MessageInput } from "./message-input.ts";
import { readMime } from "./mime.ts";

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

export const isMime = (c: GraphContext): boolean =>
  c.req.header("content-type")?.toLowerCase().startsWith("text/plain") ?? false;

/** The message that a base64 MIME body holds. Throws ErrorMimeContentInvalidBase64String. */
export async function readMimeMessage(c: GraphContext): Promise<MessageInput> {
  const mime = readMime(await c.req.text());
  if (mime === undefined)
    throw badRequest(
      "Invalid base64 string for MIME content.",
      "ErrorMimeContentInvalidBase64String",
    );
  const people = (list: string[]) => list.map((address) => ({ emailAddress: { address } }));
  return {
    subject: mime.subject,
    body: mime.body,
    toRecipients: people(mime.to),
    ccRecipients: people(mime.cc),
    bccRecipients: people(mime.bcc),
  };
}

async function sendJson(c: GraphContext, state: GraphState, owner: Owner): Promise<void> {
  const body = await readJson(c);
  if (nameAmong(Object.keys(body), "message") === undefined)
    throw badRequest("Message is a required parameter.", "ErrorInvalidParameter");
  const parsed = parseBody(sendMailInput, body);
  if (!parsed.success) throw bodyRefusal(parsed.error, "microsoft.graph.message");
  const { message, saveToSentItems } = parsed.data;
  send(state, owner, composed(state, owner, message), saveToSentItems);
}

/** POST /sendMail, JSON or MIME. */
export function sendMailRoutes(state: GraphState): GraphRoutes {
  return new Hono<GraphEnvironment>().post(
    "/sendMail",
    inMailbox(state, async (c, { owner }) => {
      await requireFitting(c);
      if (isMime(c)) send(state, owner, composed(state, owner, await readMimeMessage(c)), true);
      else await sendJson(c, state, owner);
      return empty(c, 202);
    }),
  );
}
