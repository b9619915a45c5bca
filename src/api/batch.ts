import * as z from "zod";
import { operation } from "./operation.ts";

/** More would not be answered within a request's time. */
const maxRequests = 100;

const request = z.strictObject({
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

const response = z.object({
  id: z.string(),
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  body: z.unknown().optional(),
});

export const runBatch = operation({
  name: "runBatch",
  route: "POST /batch",
  summary: "Many Graph requests in one; graph:write as soon as one is not a GET",
  tag: "graph",
  scope: "graph:read",
  moreScope({ requests }) {
    const reads = requests.every(({ method }) => method.toUpperCase() === "GET");
    return reads ? undefined : "graph:write";
  },
  on: "connection",
  input: { requests: z.array(request).min(1).max(maxRequests) },
  body: "rest",
  form: "item",
  data: z.object({ responses: z.array(response) }),
  answer: "The answers, in the order asked.",
  waits: true,
  over: ["http", "client"],
  client: { of: "graph", name: "batch", args: ["requests"] },
});
