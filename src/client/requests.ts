import { defined } from "../contract/defined.ts";
import { AzureError, failure, invalidField } from "../contract/errors.ts";
import { withoutEndSlashes } from "../http/link.ts";
import {
  createTransport,
  type FetchFunction,
  type RetryOptions,
  type Transport,
} from "../http/transport.ts";
import { noAnswer, ownAnswer } from "./answer.ts";
import { wellFormed } from "./url-text.ts";

/** Where the service is, and by which credential it is called. One of `apiKey` and `token` is required. */
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
export class WorkerRequests {
  readonly baseUrl: string;
  readonly #authorization: string;
  readonly #origin: string;
  readonly #options: ServiceOptions;

  /** @throws AzureError `invalid_request` when there is no credential, or `baseUrl` is no http(s) URL. */
  constructor(options: ServiceOptions) {
    const credential = options.apiKey ?? options.token;
    if (!credential) throw invalid("apiKey", "or token must be given");
    const base = URL.parse(options.baseUrl);
    if (base === null || !/^https?:$/.test(base.protocol)) {
      throw invalid("baseUrl", "must be the http(s) address of the Worker");
    }
    this.baseUrl = `${base.origin}${withoutEndSlashes(base.pathname)}`;
    this.#authorization = `Bearer ${credential}`;
    this.#origin = base.origin;
    this.#options = options;
  }

  /**
   * Sends a request, and again as the retry policy says.
   *
   * @throws AzureError as the Worker reported it, or `upstream_unavailable` or `upstream_timeout` when no
   *   answer came: `cause` is then what `fetch` threw
   */
  async send<Data>(call: WorkerCall): Promise<Answer<Data>> {
    const { data, next_cursor: nextCursor, truncated } = await this.sendBare<Envelope<Data>>(call);
    if (data === undefined) throw otherAnswer();
    return {
      data,
      ...defined({ nextCursor, truncated }),
    };
  }

  /** {@link send}, for the routes whose answers have no envelope. */
  async sendBare<Body>(call: WorkerCall): Promise<Body> {
    const url = new URL(`${this.baseUrl}${call.path}`);
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, wellFormed(name, String(value)));
    }
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const { transport, lost } = this.#attempts(call);
    const sent = await transport.sendJson<Body>({
      url,
      method: call.method,
      headers: {
        accept: "application/json",
        authorization: this.#authorization,
        ...defined({ "content-type": body && "application/json" }),
      },
      body,
      signal: call.signal,
    });
    if (!sent.ok) throw new AzureError(sent.error, defined({ cause: lost() }));
    if (sent.value.body === undefined) throw otherAnswer();
    return sent.value.body;
  }

  /** The attempts at one request, and what the last of them threw, if it got no answer. */
  #attempts(call: WorkerCall): { transport: Transport; lost: () => unknown } {
    const { fetch = (url, init) => globalThis.fetch(url, init), now = Date.now } = this.#options;
    const { sleep, random, budgetMs } = this.#options;
    const write = call.method !== "GET";
    let lost: unknown;
    const attempt: FetchFunction = async (url, init) => {
      lost = undefined;
      try {
        return await ownAnswer(await fetch(url, init), now());
      } catch (error) {
        if (call.signal?.aborted) throw error;
        lost = error;
        return noAnswer(this.#origin, { write, timedOut: init.signal?.aborted ?? false });
      }
    };
    const transport = createTransport({ fetch: attempt, now, sleep, random, budgetMs });
    return { transport, lost: () => lost };
  }
}

const otherAnswer = (): AzureError =>
  new AzureError(
    failure("internal_error", "The connection service's answer is not the one of this route."),
  );

const invalid = (field: string, expected: string): AzureError =>
  new AzureError(invalidField(field, expected));
