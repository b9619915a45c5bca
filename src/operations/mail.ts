import { createDraft, getMail, getMessage, sendDraft, sendMail } from "../api/mail.ts";
import { readPage } from "./page.ts";
import { serve } from "./serve.ts";

export const mail = [
  serve(getMail, (context, input) =>
    readPage(context, "/mail", input, (query) => context.graph.messages.list(query)),
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
] as const;
