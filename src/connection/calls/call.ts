import type { Timer } from "../../platform/deadline.ts";
import { failure, invalidField, lostOutcome, type Failure } from "../../contract/errors.ts";
import { wholeNumber } from "../../http/whole-number.ts";
import { requestIdIn } from "../../platform/request-id.ts";
import { err, ok } from "../../contract/result.ts";
import { tracedFetch, type SpanName } from "../../platform/traced.ts";
import type { CallTiming } from "./call-timing.ts";
import type { Outcome } from "../../contract/connection-rpc.ts";
import type { Target } from "./target.ts";
import type { ThrottleScope } from "./throttle-scope.ts";

/** A body this small is kept, so that a call can be repeated after its 401. */
const repeatableBytes = 64 * 1024;

/**
 * Milliseconds from a request to the headers of its answer. A resource provider has 60 s before ARM
 * answers 504 in its place, and our callers' own clients wait 65 s: both should get our answer.
 */
const answerWait = 62_000;
/** Bytes a second: a body that streams may take as long as the slowest upload worth waiting for. */
const slowestUpload = 32 * 1024;
/** Bytes a body is taken for that does not say its length; services that take files demand it. */
const unknownUpload = 16 * 1024 ** 2;
/** Bytes a body is taken for at most: nine hours. */
const longestUpload = 1024 ** 3;

interface CallHead {
  request: Request;
  target: Target;
  /** What shares its limit at Microsoft. */
  scope: ThrottleScope;
  /** Undefined: calls are not timed. */
  timing: CallTiming | undefined;
  /** How often the connection had been ended when the call came. */
  ends: number;
  /** The connection's own: nobody uses its token. */
  own: boolean;
}

/** A call that can be sent more than once, or not. */
export interface Call extends CallHead {
  body: BodyInit | null;
  repeatable: boolean;
  /** Milliseconds Microsoft may take to answer, the body's way there included. */
  waitMs: number;
  /** The caller's, when it is a GUID. */
  requestId: () => string | undefined;
}

/** @returns `invalid_request` for a body that no request of its method can carry, or that breaks off */
export async function prepareCall(head: CallHead): Promise<Outcome<Call>> {
  const { request } = head;
  const requestId = () => requestIdIn(request.headers.get("client-request-id"));
  const call = { ...head, requestId, waitMs: answerWait };
  if (request.body === null) return ok({ ...call, body: null, repeatable: true });
  // `fetch` sends none (Fetch, Request constructor), and throws as if the network had failed.
  if (request.method === "GET" || request.method === "HEAD") {
    return err(invalidField("body", `cannot be sent with ${request.method}`));
  }
  const length = wholeNumber(request.headers.get("content-length"), {
    most: longestUpload,
    round: "up",
  });
  if (length === undefined || length > repeatableBytes) {
    const waitMs = answerWait + ((length ?? unknownUpload) / slowestUpload) * 1_000;
    return ok({ ...call, body: request.body, repeatable: false, waitMs });
  }
  try {
    return ok({ ...call, body: await request.arrayBuffer(), repeatable: true });
  } catch {
    return err(
      failure("invalid_request", "The body of this request broke off.", {
        details: { field: "body" },
      }),
    );
  }
}

interface Sending {
  fetch: typeof fetch;
  timer: Timer;
  url: URL;
  span: SpanName;
  attempt: number;
  init: RequestInit & { method: string };
}

/** The one way out to Microsoft, up to the headers of the answer. A redirect comes back as it is. */
export async function sendCall(
  { request, target, timing, waitMs }: Call,
  { fetch, timer, url, span, attempt, init }: Sending,
): Promise<Outcome<Response>> {
  const late = new AbortController();
  const callOff = timer(waitMs, () => late.abort());
  const signal = AbortSignal.any([request.signal, late.signal]);
  const ask = () =>
    tracedFetch(span, () => fetch(url, { ...init, redirect: "manual", signal }), {
      resource: target.resource,
      attempt,
    });
  try {
    return ok(await (timing === undefined ? ask() : timing.upstream(ask)));
  } catch {
    return err(unanswered(init.method, late.signal.aborted));
  } finally {
    callOff();
  }
}

/**
 * A request that had no answer: what it asked to change may be changed.
 *
 * @param late whether Microsoft took too long
 */
const unanswered = (method: string, late: boolean): Failure =>
  late
    ? failure("upstream_timeout", "Microsoft did not answer in time.", {
        details: { reason: "timeout", ...lostOutcome(method) },
      })
    : failure("upstream_unavailable", "The connection to Microsoft failed before it answered.", {
        details: { reason: "network", ...lostOutcome(method) },
      });
