import * as z from "zod";
import { requireScope } from "../callers/caller.ts";
import { batchWrites, runBatch } from "../operations/batch.ts";
import { orThrow } from "../contract/or-throw.ts";
import { success, targetFor } from "../front/answers.ts";
import { dataOf } from "./fields.ts";
import { register, type Router } from "../front/register.ts";

/** More would not be answered within a request's time. */
const maxRequests = 100;

const requestSchema = z.strictObject({
  id: z.string().min(1).max(128).optional(),
  method: z.string().regex(/^(GET|POST|PUT|PATCH|DELETE)$/i, "must be a method of Graph"),
  url: z
    .string()
    .min(1)
    .max(8_192)
    .meta({ description: "Below the version: /me/messages?$top=5." }),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
  dependsOn: z.array(z.string()).optional(),
});

const responseSchema = z.object({
  id: z.string(),
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.unknown().optional(),
});

export function batchRoutes(router: Router): void {
  register(
    router,
    {
      method: "post",
      path: "/batch",
      summary: "Many Graph requests in one; graph:write as soon as one is not a GET",
      tag: "graph",
      scope: "graph:read",
      connection: "query",
      body: z.strictObject({ requests: z.array(requestSchema).min(1).max(maxRequests) }),
      answers: {
        200: {
          description: "The answers, in the order asked.",
          data: dataOf(z.object({ responses: z.array(responseSchema) })),
        },
      },
    },
    async (c, { body: { requests } }) => {
      if (batchWrites(requests)) orThrow(requireScope(c.var.caller, "graph:write"));
      const responses = await runBatch(targetFor(c, { waitOnThrottle: true }), requests);
      return success({ responses });
    },
  );
}
