import {
  createDraft,
  forwardMessage,
  getMail,
  getMessage,
  listMailFolders,
  replyToMessage,
  sendDraft,
  sendMail,
} from "../api/mail.ts";
import { readPage } from "./page.ts";
import { serve } from "./serve.ts";

export const mail = [
  serve(getMail, (context, input) =>
    readPage(context, "/mail", input, (query) => context.graph.messages.list(query)),
  ),
  // Before the route of one message, which would take its name for an id.
  serve(listMailFolders, (context, input) =>
    readPage(context, "/mail/folders", input, (query) => context.graph.messages.folders(query)),
  ),
  serve(getMessage, ({ graph }, { id, ...options }) => graph.messages.get(id, options)),
  serve(sendMail, async ({ graph }, { mail: outgoing }) => {
    await graph.messages.send(outgoing);
    return { accepted: true as const };
  }),
  serve(createDraft, ({ graph }, { message }) => graph.messages.createDraft(message)),
  serve(sendDraft, async ({ graph }, { id }) => {
    await graph.messages.sendDraft(id);
    return { accepted: true as const };
  }),
  serve(replyToMessage, async ({ graph }, { id, ...answer }) => {
    await graph.messages.reply(id, answer);
    return { accepted: true as const };
  }),
  serve(forwardMessage, async ({ graph }, { id, ...answer }) => {
    await graph.messages.forward(id, answer);
    return { accepted: true as const };
  }),
] as const;
