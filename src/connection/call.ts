import { failure, type Failure } from "../errors.ts";
import { requestIdIn } from "../request-id.ts";
import { tracedFetch, type SpanName } from "../traced.ts";
import type { CallTiming } from "./call-timing.ts";
import type { Target } from "./target.ts";

/** A body this small is kept, so that a call can be repeated after its 401. */
const repeatableBytes = 64 * 1024;

interface CallHead {
  request: Request;
  target: Target;
  /** Undefined: nobody counts. */
  timing: CallTiming | undefined;
  /** How often the connection had been ended when the call came. */
  ends: number;
}

/** A call that can be sent more than once, or not. */
export interface Call extends CallHead {
  body: BodyInit | null;
  repeatable: boolean;
  /** The caller's, when it is a GUID. */
  requestId: () => string | undefined;
}

export async function prepareCall(head: CallHead): Promise<Call> {
  const { request } = head;
  const requestId = () => requestIdIn(request.headers.get("client-request-id"));
  const call = { ...head, requestId };
  if (request.body === null) return { ...call, body: null, repeatable: true };
  const length = Number(request.headers.get("content-length") ?? Number.NaN);
  if (length <= repeatableBytes) {
    return { ...call, body: await request.arrayBuffer(), repeatable: true };
  }
  return { ...call, body: request.body, repeatable: false };
}

interface Sending {
  fetch: typeof fetch;
  url: URL;
  span: SpanName;
  attempt: number;
  init: RequestInit;
}

/**
 * The one way out to Microsoft. A redirect comes back as it is.
 *
 * @returns undefined when there was no answer
 */
export async function sendCall(
  { request, target, timing }: Call,
  { fetch, url, span, attempt, init }: Sending,
): Promise<Response | undefined> {
  const ask = () =>
    tracedFetch(span, () => fetch(url, { ...init, redirect: "manual", signal: request.signal }), {
      resource: target.resource,
      attempt,
    });
  try {
    return await (timing === undefined ? ask() : timing.upstream(ask));
  } catch {
    return undefined;
  }
}

/** @param method of the request that had no answer: what it asked to change may be changed */
export function unanswered(method: string): Failure {
  const safe = ["GET", "HEAD", "OPTIONS"].includes(method);
  return failure("upstream_unavailable", "The connection to Microsoft failed before it answered.", {
    details: { reason: "network", ...(!safe && { outcome: "unknown" as const }) },
  });
}
