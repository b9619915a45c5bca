import { defined } from "../contract/defined.ts";
import { AzureError, invalidField, type Failure } from "../contract/errors.ts";
import type { HttpMethod } from "../contract/http-method.ts";
import { orThrow } from "../contract/or-throw.ts";
import type { Result } from "../contract/result.ts";
import type { Peer } from "../http/peer.ts";
import {
  createTransport,
  type FetchFunction,
  type ReplayableBody,
  type RetryOptions,
  type Transport,
  type TransportRequest,
} from "../http/transport.ts";
import { connectionService } from "./answer.ts";
import { bearerOf, type Bearer, type CredentialSource } from "./bearer.ts";
import { type Query, routeUrl, workerAddress } from "./url-text.ts";

/** Where the service is, and by which credential it is called. One of `apiKey` and `token` is required. */
export interface ServiceOptions extends Omit<RetryOptions, "waitOnThrottle"> {
  /** Where the Worker answers: `https://azure.example.com`, a path prefix included if there is one. */
  baseUrl: string;
  /** `azk_…`: a server's key; or a function that gives it. */
  apiKey?: CredentialSource | undefined;
  /**
   * A session token, or the host application's own; or a function that gives one. The function is
   * asked before the first call, when its token has ended and when a call is refused with 401; calls
   * at the same time share one asking.
   */
  token?: CredentialSource | undefined;
  /** Default: the global fetch. */
  fetch?: FetchFunction | undefined;
}

/** What a route answers: its data, and for a list where to go on. */
export interface Answer<Data> {
  data: Data;
  /** Give it as `cursor` for the next page. Absent: this was the last. */
  nextCursor?: string;
  /** Events and changes only: some of those asked for are not kept any more. */
  truncated?: true;
}

/** One request to the Worker. */
export interface WorkerCall {
  method: HttpMethod;
  /** Percent-encoded. */
  path: string;
  query?: Query | undefined;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as they are, instead. */
  bytes?: ReplayableBody | undefined;
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
  /** Anybody may ask: no credential is sent. */
  open?: true;
  /** The answer's cookies are for this browser, also where its page is of another origin. */
  credentials?: "include";
}

interface Envelope<Data> {
  data?: Data;
  next_cursor?: string;
  truncated?: true;
}

/** The longest that a timer takes, in milliseconds. */
const noDeadline = 2 ** 31 - 1;

/** Requests to the Worker's HTTP routes: credential, retries, envelopes. */
export class WorkerRequests {
  readonly baseUrl: string;
  /** Who answers there. */
  readonly peer: Peer;
  readonly fetch: FetchFunction;
  readonly #bearer: Bearer;
  readonly #transport: Transport;

  /** @throws AzureError `invalid_request` when there is no credential, or `baseUrl` is no http(s) URL. */
  constructor(options: ServiceOptions) {
    const credential = options.apiKey ?? options.token;
    if (!credential) throw new AzureError(invalidField("apiKey", "or token must be given"));
    const { now = Date.now, sleep, random, budgetMs } = options;
    this.baseUrl = workerAddress(options.baseUrl);
    this.peer = connectionService(new URL(this.baseUrl).origin);
    this.fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
    this.#bearer = bearerOf(credential, now);
    const { fetch, peer } = this;
    this.#transport = createTransport({ fetch, peer, now, sleep, random, budgetMs });
  }

  /**
   * Sends a request, and again as the retry policy says.
   *
   * @throws AzureError as the Worker reported it, or `upstream_unavailable` or `upstream_timeout` when no
   *   answer came: `cause` is then what `fetch` threw
   */
  async send<Data>(call: WorkerCall): Promise<Answer<Data>> {
    const envelope = await this.sendBare<Envelope<Data> | null>(call);
    const { data, next_cursor: nextCursor, truncated } = envelope.data ?? {};
    if (data === undefined) throw this.#unexpected(call);
    return { data, ...defined({ nextCursor, truncated }) };
  }

  /** {@link send}, for a route whose JSON is in no envelope. */
  async sendBare<Data>(call: WorkerCall): Promise<Answer<Data>> {
    const sent = await this.#exchange(call, (request) => this.#transport.sendJson<Data>(request));
    if (sent.body === undefined) throw this.#unexpected(call);
    return { data: sent.body };
  }

  /** {@link send}, for an answer of bytes: as they stream in. */
  async sendForBytes(call: WorkerCall): Promise<Response> {
    const answer = await this.#exchange(call, (request) => this.#transport.send(request));
    if (answer.status >= 300) throw this.#unexpected(call);
    return answer;
  }

  async #exchange<Value>(
    { method, path, query, body, bytes, headers, signal, open, credentials }: WorkerCall,
    exchange: (request: TransportRequest) => Promise<Result<Value, Failure>>,
  ): Promise<Value> {
    const json = body !== undefined && { "content-type": "application/json" };
    const request = {
      url: this.url(path, query),
      method,
      body: body === undefined ? bytes : JSON.stringify(body),
      signal,
      credentials,
      // Bytes take the time that they take.
      timeoutMs: bytes === undefined ? undefined : noDeadline,
    };
    const send = (authorization: Record<string, string>) =>
      exchange({ ...request, headers: { ...json, ...headers, ...authorization } });
    return orThrow(
      await (open
        ? send({})
        : this.authorized((authorization) => send({ authorization }), isRefusal)),
    );
  }

  /**
   * Does what needs a credential, and again with another one when the Worker refused it.
   *
   * @param work is given the value of the header `Authorization`
   * @param refused whether its result says that the credential was
   */
  async authorized<Value>(
    work: (authorization: string) => Promise<Value>,
    refused: (result: Value) => boolean,
  ): Promise<Value> {
    const first = await this.#bearer.current();
    const result = await work(`Bearer ${first}`);
    if (!refused(result) || !this.#bearer.refused(first)) return result;
    const next = await this.#bearer.current();
    return next === first ? result : work(`Bearer ${next}`);
  }

  /** The address of a route, with its query. @throws AzureError `invalid_request` for what no URL can hold */
  url(path: string, query?: Query): URL {
    return routeUrl(this.baseUrl + path, query);
  }

  #unexpected({ method }: WorkerCall): AzureError {
    return new AzureError(this.peer.unreadable("unexpected_body", method !== "GET"));
  }
}

const isRefusal = (result: Result<unknown, Failure>): boolean =>
  !result.ok && result.error.code === "unauthenticated";
