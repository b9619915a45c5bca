import * as z from "zod";
import { err, ok } from "../../../../src/contract/result.ts";
import type { Result } from "../../../../src/contract/result.ts";

const step = z.object({
  id: z.string().min(1),
  method: z.string().min(1),
  url: z.string().min(1),
  headers: z.record(z.string(), z.string()).nullish(),
  body: z.unknown().optional(),
  dependsOn: z.array(z.string()).nullish(),
});

const payload = z.object({ requests: z.array(z.unknown()).min(1) });

/** Requests that one batch may hold. */
export const BATCH_LIMIT = 20;

export interface BatchStep {
  id: string;
  method: string;
  /** Relative to the version: `/me`. */
  url: string;
  headers: Readonly<Record<string, string>>;
  body: unknown;
  dependsOn: readonly string[];
}

const contentTypeOf = (headers: Readonly<Record<string, string>>) =>
  Object.entries(headers).find(([name]) => name.toLowerCase() === "content-type")?.[1];

/** Whether following dependsOn from a step leads back to it. */
function isCircular(start: BatchStep, byId: ReadonlyMap<string, BatchStep>): boolean {
  const seen = new Set<string>();
  const pending = [...start.dependsOn];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (id === start.id) return true;
    if (!seen.has(id)) pending.push(...(byId.get(id)?.dependsOn ?? []));
    seen.add(id);
  }
  return false;
}

/** Reads the body of POST /$batch. Error: why the whole batch is 400. */
export function readBatch(body: unknown): Result<BatchStep[], string> {
  const outer = payload.safeParse(body);
  if (!outer.success) return err("Invalid batch payload format.");
  const { requests } = outer.data;
  if (requests.length > BATCH_LIMIT)
    return err(`Number of batch request steps exceeds the maximum value of ${BATCH_LIMIT}.`);
  const steps: BatchStep[] = [];
  for (const request of requests) {
    const parsed = step.safeParse(request);
    if (!parsed.success) return err("Invalid batch payload format.");
    const { headers, dependsOn, body: content, ...rest } = parsed.data;
    steps.push({ ...rest, body: content, headers: headers ?? {}, dependsOn: dependsOn ?? [] });
  }
  // Graph compares ids without regard to case.
  const known = new Map(steps.map(({ id }) => [id.toLowerCase(), id]));
  for (const one of steps)
    one.dependsOn = one.dependsOn.map((id) => known.get(id.toLowerCase()) ?? id);
  const byId = new Map(steps.map((one) => [one.id, one]));
  for (const one of steps) {
    if (steps.filter(({ id }) => id.toLowerCase() === one.id.toLowerCase()).length > 1)
      return err(`Request Id ${one.id} has to be unique in a batch.`);
    const hasType = contentTypeOf(one.headers) !== undefined;
    if (one.body !== undefined && one.body !== null && !hasType)
      return err(`Write request id : ${one.id} does not contain Content-Type header or body.`);
    const unknown = one.dependsOn.find((id) => !byId.has(id));
    if (unknown !== undefined)
      return err(`Request Id ${one.id} depends on the unknown request Id ${unknown}.`);
    if (isCircular(one, byId)) return err(`Request Id ${one.id} depends on itself.`);
  }
  return ok(steps);
}

/** The bytes of a step's body: JSON as it is, anything else from base64. */
export function bodyOf({ headers, body }: BatchStep): string | Uint8Array<ArrayBuffer> | undefined {
  if (body === undefined || body === null) return undefined;
  const isJson = contentTypeOf(headers)?.toLowerCase().includes("json") ?? false;
  if (isJson) return JSON.stringify(body);
  return new Uint8Array(Buffer.from(String(body), "base64"));
}
