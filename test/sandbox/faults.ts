import * as z from "zod";

/** What `POST /_sandbox/faults` takes. */
export const faultSchema = z.strictObject({
  match: z
    .strictObject({
      url: z.string().optional(),
      method: z.string().optional(),
      grant_type: z.string().optional(),
    })
    .default({}),
  times: z.number().int().min(1).default(1),
  respond: z
    .strictObject({
      status: z.number().int().min(200).max(599),
      headers: z.record(z.string(), z.string()).default({}),
      /** Text as it is, anything else as JSON. */
      body: z.unknown().optional(),
    })
    .optional(),
  aadsts: z.number().int().min(10_000).optional(),
  suberror: z.string().optional(),
  delay_ms: z.number().min(0).max(600_000).optional(),
  reset: z.literal(true).optional(),
  cut: z.literal(true).optional(),
  after_commit: z.literal(true).optional(),
});

export type Fault = z.infer<typeof faultSchema>;

export interface Arrival {
  method: string;
  url: string;
  grantType: string | undefined;
}

function matches(fault: Fault, arrival: Arrival): boolean {
  const { url, method, grant_type } = fault.match;
  return (
    (url === undefined || arrival.url.includes(url)) &&
    (method === undefined || arrival.method === method.toUpperCase()) &&
    (grant_type === undefined || arrival.grantType === grant_type)
  );
}

/** Faults wait in order; the first that matches a request is used up by it. */
export class Faults {
  #waiting: { fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#waiting.push({ fault, left: fault.times });
  }

  take(arrival: Arrival): Fault | undefined {
    const found = this.#waiting.find(({ fault }) => matches(fault, arrival));
    if (!found) return undefined;
    found.left -= 1;
    if (found.left === 0) this.#waiting = this.#waiting.filter((other) => other !== found);
    return found.fault;
  }

  clear(): void {
    this.#waiting = [];
  }
}

/** What becomes of a request under a fault. */
export interface FaultPlan {
  delayMs: number;
  /** Whether the service does its work. */
  serve: boolean;
  answer: "service" | "respond" | "aadsts" | "reset" | "cut";
}

/**
 * Decides what a fault does: a delay alone is only a delay; an answer of the fault's own replaces
 * the work, unless `after_commit` has it done first; `after_commit` alone loses the answer.
 */
export function planOf(fault: Fault): FaultPlan {
  const delayMs = fault.delay_ms ?? 0;
  if (fault.cut) return { delayMs, serve: true, answer: "cut" };
  const own = fault.reset
    ? "reset"
    : fault.respond
      ? "respond"
      : fault.aadsts === undefined
        ? undefined
        : "aadsts";
  if (fault.after_commit) return { delayMs, serve: true, answer: own ?? "reset" };
  return own ? { delayMs, serve: false, answer: own } : { delayMs, serve: true, answer: "service" };
}

/** The header by which whoever carries the answer learns to break the connection. */
export const faultHeader = "x-sandbox-fault";

export function respondBy(respond: NonNullable<Fault["respond"]>): Response {
  const { status, headers, body } = respond;
  const empty = body === undefined || body === null || [204, 205, 304].includes(status);
  if (empty) return new Response(null, { status, headers });
  if (typeof body === "string") return new Response(body, { status, headers });
  return Response.json(body, { status, headers });
}
