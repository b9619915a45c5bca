import { causedBy, invalidField, type Failure } from "../contract/errors.ts";
import { isSafeMethod } from "../contract/http-method.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { readJson, UnreadableAnswer, type JsonAnswer } from "./json-answer.ts";
import type { Peer, ReadFailure } from "./peer.ts";
import { defaultBudgetMs, isIdempotentWrite, retryWait } from "./retry-policy.ts";
import { defined } from "../contract/defined.ts";

export type FetchFunction = (url: string, init: RequestInit) => Promise<Response>;

/** Anything with a `fetch`: a connection's stub, a service binding, or `globalThis`. */
export interface Fetcher {
  fetch(url: string, init?: RequestInit): Promise<Response>;
}

/** Time, chance and the retry budget of a client that retries. */
export interface RetryOptions {
  /** Milliseconds since the epoch. */
  now?: (() => number) | undefined;
  sleep?: ((ms: number) => Promise<void>) | undefined;
  /** Uniform in [0, 1). */
  random?: (() => number) | undefined;
  /** Milliseconds from the first attempt after which nothing is tried again. Default 20 000. */
  budgetMs?: number | undefined;
  /** False: a throttled call goes back to the caller at once. Default true. */
  waitOnThrottle?: boolean | undefined;
}

export interface TransportOptions extends RetryOptions {
  fetch: FetchFunction;
  /** Who answers to `fetch`. */
  peer: Peer;
  /** Milliseconds one attempt may take, up to the head of a streamed answer. Default 65 000. */
  timeoutMs?: number | undefined;
}

/** A body that can be sent again. */
export type ReplayableBody = string | Uint8Array<ArrayBuffer> | Blob;

export interface TransportRequest {
  url: string | URL;
  method?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  /** Kept in memory, so that it can be sent again. */
  body?: ReplayableBody | undefined;
  /** Doing it twice is doing it once, whatever the method says. Never so under a condition. */
  idempotent?: boolean | undefined;
  /** It changes nothing, though the method does not say so: a query by POST. Implies idempotent. */
  safe?: boolean | undefined;
  /** Error statuses that are answers to this request: handed back, neither retried nor failures. */
  accept?: readonly number[] | undefined;
  signal?: AbortSignal | undefined;
  budgetMs?: number | undefined;
  waitOnThrottle?: boolean | undefined;
  /** Instead of the transport's own. */
  timeoutMs?: number | undefined;
  /** The answer's cookies are for this browser, also where its page is of another origin. */
  credentials?: "include" | undefined;
}

export interface Transport {
  /**
   * Sends a request, waits and retries as the retry policy says, and maps error answers. Redirects
   * are answers like others (`redirect: "manual"`). Errors of this service itself are passed on as
   * they are, and those about itself are never retried.
   *
   * @returns the answer when its status is below 400 or accepted, else the failure
   * @throws only the reason of the caller's own `signal`
   */
  send(request: TransportRequest): Promise<Result<Response, Failure>>;
  /**
   * `send`, and the body read as JSON: an answer that breaks off is retried like a lost one. A
   * redirect is no answer here, and what cannot be read as JSON is `upstream_error`.
   */
  sendJson<Body>(request: TransportRequest): Promise<Result<JsonAnswer<Body>, Failure>>;
}

/** A resource provider has 60 s before ARM answers 504 in its place; its own answer comes first. */
const defaultTimeoutMs = 65_000;

type Attempt<Value> = { readonly value: Value } | ReadFailure;

/** @see Transport */
export function createTransport(options: TransportOptions): Transport {
  const { fetch, peer, now = Date.now, random = Math.random, sleep = delay } = options;
  async function attempt<Value>(
    request: TransportRequest,
    method: string,
    write: boolean,
    read: (response: Response) => Promise<Value>,
  ): Promise<Attempt<Value>> {
    const timeout = new AbortController();
    const timeoutMs = request.timeoutMs ?? options.timeoutMs ?? defaultTimeoutMs;
    const timer = setTimeout(() => timeout.abort(), timeoutMs);
    const signals = [timeout.signal, request.signal].filter((signal) => signal !== undefined);
    try {
      const response = await fetch(String(request.url), {
        method,
        redirect: "manual",
        signal: AbortSignal.any(signals),
        ...defined({
          headers: request.headers && { ...request.headers },
          body: request.body,
          credentials: request.credentials,
        }),
      });
      if (response.status < 400 || request.accept?.includes(response.status)) {
        return { value: await read(response) };
      }
      return await peer.readFailure(response, { now: now(), write });
    } catch (error) {
      request.signal?.throwIfAborted();
      if (error instanceof UnreadableAnswer) {
        return { reason: peer.unreadable(error.reason, write), outcome: "final" };
      }
      const kind = timeout.signal.aborted ? "timeout" : "network_error";
      const own = peer.thrown?.(error);
      return {
        reason: causedBy(error, own?.reason ?? peer.lostAnswer(kind, write)),
        outcome: own?.outcome ?? kind,
      };
    } finally {
      clearTimeout(timer);
    }
  }

  async function exchange<Value>(
    request: TransportRequest,
    read: (response: Response) => Promise<Value>,
  ): Promise<Result<Value, Failure>> {
    const method = (request.method ?? "GET").toUpperCase();
    const safe = request.safe ?? isSafeMethod(method);
    const idempotent = safe || isIdempotentWrite(method, request.headers, request.idempotent);
    if (!areHeaders(request.headers))
      return err(invalidField("headers", "hold characters that no header can"));
    const began = now();
    for (let count = 1; ; count += 1) {
      const ended = await attempt(request, method, !safe, read);
      if ("value" in ended) return ok(ended.value);
      if (ended.outcome === "final") return err(ended.reason);
      const waitMs = retryWait({
        attempt: count,
        outcome: ended.outcome,
        retryAfter: ended.reason.retry_after,
        elapsedMs: now() - began,
        budgetMs: request.budgetMs ?? options.budgetMs ?? defaultBudgetMs,
        idempotent,
        waitOnThrottle: request.waitOnThrottle ?? options.waitOnThrottle,
        random,
      });
      if (waitMs === undefined) return err(ended.reason);
      await abortable(sleep(waitMs), request.signal);
    }
  }

  return {
    send: (request) => exchange(request, async (response) => response),
    sendJson: <Body>(request: TransportRequest) => exchange(request, readJson<Body>),
  };
}

/** `fetch` throws for these as it does for a broken connection, and a bad value is no network's fault. */
function areHeaders(headers: TransportRequest["headers"]): boolean {
  try {
    return Boolean(new Headers(headers));
  } catch {
    return false;
  }
}

export const delay = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));

/** Waits for `work`, but no longer than the caller does. */
export function abortable(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    work.finally(() => signal.removeEventListener("abort", onAbort)).then(resolve, reject);
  });
}
