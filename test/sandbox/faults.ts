import type { Fault, FaultAnswer } from "./fault-input.ts";

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

  /** Those that wait, in order, with the times that are left. */
  list(): readonly Fault[] {
    return this.#waiting.map(({ fault, left }) => ({ ...fault, times: left }));
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
  answer: "service" | "respond" | "aadsts" | "reset";
  /** The connection breaks in the middle of the answer. */
  cut: boolean;
}

function answerOf(fault: Fault): FaultPlan["answer"] {
  if (fault.reset) return "reset";
  if (fault.respond) return "respond";
  return fault.aadsts === undefined ? "service" : "aadsts";
}

/**
 * Decides what a fault does: a delay alone is only a delay; an answer of the fault's own replaces
 * the work, unless `after_commit` has it done first; `after_commit` alone loses the answer.
 */
export function planOf(fault: Fault): FaultPlan {
  const delayMs = fault.delay_ms ?? 0;
  const cut = fault.cut === true;
  const own = answerOf(fault);
  const serve = own === "service" || fault.after_commit === true;
  const lost = own === "service" && fault.after_commit === true && !cut;
  return { delayMs, serve, answer: lost ? "reset" : own, cut };
}

/** The header by which whoever carries the answer learns to break the connection. */
export const faultHeader = "x-sandbox-fault";

/** Has whoever carries the answer break the connection before it. */
export const brokenOff = (): Response =>
  new Response(null, { headers: { [faultHeader]: "reset" } });

/** Has whoever carries the answer break the connection in the middle of its body. */
export function cutShort(response: Response): Response {
  const cut = new Response(response.body, response);
  cut.headers.set(faultHeader, "cut");
  return cut;
}

/** The part of a body that arrives before the connection breaks. */
export async function firstHalf(response: Response): Promise<Uint8Array> {
  const whole = new Uint8Array(await response.arrayBuffer());
  return whole.subarray(0, Math.floor(whole.length / 2));
}

/**
 * Carries an answer as `fetch` hands it over: what breaks the connection is an error, of the call or
 * of reading the body.
 *
 * @throws TypeError where the connection breaks before the answer
 */
export async function carried(response: Response): Promise<Response> {
  const fault = response.headers.get(faultHeader);
  if (fault === null) return response;
  if (fault === "reset") throw new TypeError("Network connection lost.");
  const { status } = response;
  const headers = new Headers(response.headers);
  headers.delete(faultHeader);
  if (response.body === null) return new Response(null, { status, headers });
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  writer.closed.catch(() => undefined);
  writer
    .write(await firstHalf(response))
    .then(() => writer.abort(new TypeError("Network connection lost.")))
    .catch(() => undefined);
  return new Response(readable, { status, headers });
}

const chunkBytes = 64 * 1024;

/** A text over and over, without ever holding all of it. */
function repeated(text: string, times: number): ReadableStream<Uint8Array> {
  const once = new TextEncoder().encode(text);
  const perChunk = Math.max(1, Math.floor(chunkBytes / Math.max(1, once.length)));
  let left = times;
  return new ReadableStream({
    pull(controller) {
      const count = Math.min(left, perChunk);
      if (count === 0) return controller.close();
      left -= count;
      const chunk = new Uint8Array(once.length * count);
      for (let index = 0; index < count; index += 1) chunk.set(once, index * once.length);
      controller.enqueue(chunk);
    },
  });
}

/** The answer that a fault gives in place of the service's. */
export function respondBy({ status, headers, body, repeat }: FaultAnswer): Response {
  const all = new Headers();
  if (body) all.set("content-type", body.type);
  for (const [name, values] of headers) {
    all.delete(name);
    for (const value of values) all.append(name, value);
  }
  const content = body && (repeat === 1 ? body.text : repeated(body.text, repeat));
  return new Response(content ?? null, { status, headers: all });
}
