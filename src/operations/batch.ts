import { runBatch } from "../api/batch.ts";
import type { BatchRequest } from "../contract/batch.ts";
import { serve } from "./serve.ts";

export const batch = [
  serve(runBatch, async ({ graph }, { requests }) => ({
    responses: await graph.batch(
      requests.map((request) => ({ ...request, headers: plainHeaders(request.headers) })),
    ),
  })),
] as const;

/** Drops the headers that turn a GET into another method: the scope was checked for a GET. */
const plainHeaders = (headers: BatchRequest["headers"]): Record<string, string> | undefined =>
  headers &&
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^x-http-method/i.test(name.trim())),
  );
