import type { BatchRequest } from "../graph/batch-plan.ts";
import type { BatchResponse } from "../graph/batch-answer.ts";
import type { Target } from "./target.ts";

/** Whether a batch can change something: any method but GET. */
export const batchWrites = (requests: readonly BatchRequest[]): boolean =>
  requests.some(({ method }) => method.toUpperCase() !== "GET");

/** Sends a batch; throttled items are waited for, whoever waits. */
export const runBatch = (
  { graph }: Target,
  requests: readonly BatchRequest[],
): Promise<BatchResponse[]> =>
  graph.batch(requests.map((request) => ({ ...request, headers: plainHeaders(request.headers) })));

/** A header that turns a GET into another method would get round the scope. */
const plainHeaders = (headers: BatchRequest["headers"]): BatchRequest["headers"] =>
  headers &&
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^x-http-method/i.test(name.trim())),
  );
