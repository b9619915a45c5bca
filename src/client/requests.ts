import { AzureError, failure } from "../contract/errors.ts";
import { withoutEndSlashes } from "../http/link.ts";
import {
  createTransport,
  type FetchFunction,
  type RetryOptions,
  type Transport,
} from "../http/transport.ts";
import { noAnswer, ownAnswer } from "./answer.ts";
import { wellFormed } from "./url-text.ts";

export interface ServiceOptions extends Omit<RetryOptions, "waitOnThrottle"> {
  /** Where the Worker answers: `https://azure.example.com`, a path prefix included if there is one. */
  baseUrl: string;
  /** `azk_…`: a server's key. */
  apiKey?: string | undefined;
  /** A session token, or the host application's own. */
  token?: string | undefined;
  /** Default: the global fetch. */
  fetch?: FetchFunction | undefined;
}

/** What a route answers: its data, and for a list where to go on. */
export interface Answer<Data> {
  data: Data;
  /** Give it as `cursor` for the next page. Absent: this was the last. */
  nextCursor?: string;
  /** Events only: some of those asked for are not kept any more. */
  truncated?: true;
}

export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** One request to the Worker. */
export interface WorkerCall {
  method: HttpMethod;
  /** Percent-encoded. */
  path: string;
  query?: Readonly<Record<string, string | number | undefined>> | undefined;
  body?: unknown;
  signal?: AbortSignal | undefined;
}

interface Envelope<Data> {
  data?: Data;
  next_cursor?: string;
  truncated?: true;
}

/** Requests to the Worker's HTTP routes: credential, retries, envelopes. */
export class ServiceRequests {
  readonly baseUrl: string;
  readonly #authorization: string;
  readonly #transport: Transport;

  /** @throws AzureError `invalid_request` when there is no credential, or `baseUrl` is no http(s) URL. */
  constructor(options: ServiceOptions) {
    const credential = options.apiKey ?? options.token;
    if (!credential) throw missing("apiKey", "Give an apiKey or a token.");
    const base = URL.parse(options.baseUrl);
    if (base === null || !/^https?:$/.test(base.protocol)) {
      throw missing("baseUrl", "baseUrl must be the http(s) address of the Worker.");
    }
    this.baseUrl = `${base.origin}${withoutEndSlashes(base.pathname)}`;
    this.#authorization = `Bearer ${credential}`;
    const { fetch = (url, init) => globalThis.fetch(url, init), now = Date.now } = options;
    this.#transport = createTransport({
      fetch: serviceFetch(fetch, base.origin, now),
      now,
      sleep: options.sleep,
      random: options.random,
      budgetMs: options.budgetMs,
    });
  }

  /** @throws AzureError as the Worker told it, or `upstream_unavailable` when it cannot be reached. */
  async send<Data>(call: WorkerCall): Promise<Answer<Data>> {
    const url = new URL(`${this.baseUrl}${call.path}`);
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, wellFormed(name, String(value)));
    }
    const sent = await this.#transport.sendJson<Envelope<Data>>({
      url,
      method: call.method,
      headers: {
        accept: "application/json",
        authorization: this.#authorization,
        ...(call.body !== undefined && { "content-type": "application/json" }),
      },
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      signal: call.signal,
    });
    if (!sent.ok) throw new AzureError(sent.error);
    const { data, next_cursor: nextCursor, truncated } = sent.value.body ?? {};
    if (data === undefined) {
      throw new AzureError(
        failure("internal_error", "The connection service's answer is not the one of this route."),
      );
    }
    return {
      data,
      ...(nextCursor !== undefined && { nextCursor }),
      ...(truncated !== undefined && { truncated }),
    };
  }
}

const missing = (field: string, message: string): AzureError =>
  new AzureError(failure("invalid_request", message, { details: { field } }));

function serviceFetch(fetch: FetchFunction, origin: string, now: () => number): FetchFunction {
  return async (url, init) => {
    try {
      return await ownAnswer(await fetch(url, init), now());
    } catch (error) {
      // The transport tells a time-out and the caller's own abort from a lost answer.
      if (init.signal?.aborted) throw error;
      return noAnswer(origin, init.method !== "GET");
    }
  };
}
