import * as z from "zod";
import { getMessage, listMail, sendMail } from "../operations/mail.ts";
import { pageOf, success, targetFor } from "../front/answers.ts";
import {
  dataOf,
  folderField,
  graphListFields,
  item,
  listOf,
  selectField,
  textField,
} from "./fields.ts";
import { register, type Router } from "../front/register.ts";

const tag = "mail";

const booleanText = z
  .string()
  .regex(/^(?:true|false)$/i, "must be true or false")
  .transform((text) => text.toLowerCase() === "true");

const outgoing = z.strictObject({
  message: z
    .looseObject({
      subject: z.string().optional(),
      body: z.looseObject({ contentType: z.string().optional(), content: z.string() }).optional(),
      toRecipients: z.array(item).optional(),
    })
    .meta({ description: "Graph's message; base64 attachments may be in it." }),
  saveToSentItems: z
    .union([z.boolean(), booleanText])
    .optional()
    .meta({ description: "Default true. Graph's own examples send it as text, so that will do." }),
});

export function mailRoutes(router: Router): void {
  register(
    router,
    {
      method: "get",
      path: "/mail",
      summary: "Messages, newest first",
      tag,
      scope: "graph:read",
      connection: "query",
      query: {
        ...graphListFields,
        folder: folderField,
      },
      answers: { 200: { description: "Graph's messages.", data: listOf() } },
    },
    async (c, { query: { order_by: orderBy, ...query } }) =>
      pageOf(await listMail(targetFor(c), { ...query, orderBy })),
  );

  register(
    router,
    {
      method: "get",
      path: "/mail/{id}",
      summary: "One message",
      tag,
      scope: "graph:read",
      connection: "query",
      params: { id: textField(1_024) },
      query: { select: selectField },
      answers: { 200: { description: "Graph's message.", data: dataOf(item) } },
    },
    async (c, { params, query }) =>
      success(await getMessage(targetFor(c), { id: params.id, select: query.select })),
  );

  register(
    router,
    {
      method: "post",
      path: "/mail/send",
      summary: "Send a message",
      tag,
      scope: "graph:write",
      connection: "query",
      body: outgoing,
      answers: {
        202: {
          description: "Handed over for sending.",
          data: dataOf(z.object({ accepted: z.literal(true) })),
        },
      },
    },
    async (c, { body }) => {
      // Graph's own type has closed unions where the schema has text; Graph judges them.
      await sendMail(targetFor(c), body as Parameters<typeof sendMail>[1]);
      return success({ accepted: true }, { status: 202 });
    },
  );
}
