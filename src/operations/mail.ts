import { getMail, getMessage, sendMail } from "../api/mail.ts";
import { readPage } from "./page.ts";
import { serve } from "./serve.ts";

export const mail = [
  serve(getMail, (context, input) =>
    readPage(context, "/mail", input, (query) => context.graph.messages.list(query)),
  ),
  serve(getMessage, ({ graph }, { id, select }) => graph.messages.get(id, { select })),
  serve(sendMail, async ({ graph }, { mail: outgoing }) => {
    await graph.messages.send(outgoing);
    return { accepted: true as const };
  }),
] as const;
