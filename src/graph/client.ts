import { defaultBudgetMs } from "../http/retry-policy.ts";
import type { PagedItems } from "../http/page.ts";
import {
  createTransport,
  delay,
  type FetchFunction,
  type Fetcher,
  type RetryOptions,
} from "../http/transport.ts";
import { microsoftItself, throughConnection } from "../http/upstream-error.ts";
import { orThrow } from "../contract/or-throw.ts";
import { BatchRun, type BatchOptions } from "./batch.ts";
import type { BatchRequest, BatchResponse } from "../contract/batch.ts";
import { Calendar } from "./calendar.ts";
import type { Clock } from "./clock.ts";
import { Contacts } from "./contacts.ts";
import { deltaSteps, type DeltaOptions, type DeltaStep } from "./delta.ts";
import { Files } from "./files.ts";
import { Messages } from "./messages.ts";
import { PreauthenticatedStorage } from "./preauthenticated.ts";
import { GraphSession, type GraphCall, type GraphList, type GraphVersion } from "./session.ts";
import { Users } from "./users.ts";

export interface GraphClientOptions extends RetryOptions {
  /** Where Graph answers. Default `https://graph.microsoft.com`. */
  endpoint?: string | undefined;
  /** Default `v1.0`. */
  version?: GraphVersion | undefined;
  /**
   * Whose mailbox, calendar, contacts and drive a call means that names nobody, by id or principal
   * name. Default: the signed-in user's. Null: nobody is signed in, as on app-only connections; then
   * such a call is `invalid_request` naming `user`.
   */
  user?: string | null | undefined;
  /**
   * A plain `fetch` for pre-authenticated URLs of Microsoft's storage (upload sessions, redirected
   * downloads): it must add no Authorization. Default: the global one.
   */
  uploadFetch?: FetchFunction | undefined;
  /**
   * False: a throttled call fails at once with its `retry_after`. Requests throttled inside a batch
   * and chunks of an upload wait all the same. Default true.
   */
  waitOnThrottle?: boolean | undefined;
  /** A new unique id, for the `transactionId` of an event. */
  newId?: (() => string) | undefined;
}

/**
 * Microsoft Graph as the user of a connection: give it the connection's stub, or anything with a
 * `fetch` that signs its requests. It waits and retries as Microsoft asks. Methods throw
 * `AzureError`; what Graph refused as invalid is `invalid_request`, and so on by `code`.
 *
 * @example
 * const graph = new GraphClient(await env.AZURE.connection({ userId }));
 * for await (const message of graph.messages.list({ folder: "inbox" })) …
 */
export class GraphClient {
  readonly users: Users;
  readonly messages: Messages;
  readonly calendar: Calendar;
  readonly contacts: Contacts;
  readonly files: Files;
  readonly #session: GraphSession;
  readonly #clock: Clock;

  constructor(fetcher: Fetcher, options: GraphClientOptions = {}) {
    const { endpoint = "https://graph.microsoft.com", version = "v1.0", user } = options;
    const plainFetch = options.uploadFetch ?? ((url, init) => fetch(url, init));
    this.#clock = {
      now: options.now ?? Date.now,
      random: options.random ?? Math.random,
      sleep: options.sleep ?? delay,
      budgetMs: options.budgetMs ?? defaultBudgetMs,
    };
    const waiting = { ...this.#clock, waitOnThrottle: options.waitOnThrottle };
    this.#session = new GraphSession(
      // Called as a method: the fetch of a binding or stub fails without its owner.
      createTransport({
        ...waiting,
        fetch: (url, init) => fetcher.fetch(url, init),
        peer: throughConnection,
      }),
      { endpoint, version, user },
    );
    const storage = new PreauthenticatedStorage(
      createTransport({ ...waiting, fetch: plainFetch, peer: microsoftItself }),
      this.#session.endpoint,
    );
    this.users = new Users(this.#session);
    this.messages = new Messages(this.#session);
    this.calendar = new Calendar(this.#session, options.newId ?? (() => crypto.randomUUID()));
    this.contacts = new Contacts(this.#session);
    this.files = new Files(this.#session, storage, this.#clock);
  }

  /**
   * Any other call, answered in JSON.
   *
   * @returns the body; undefined where Graph answers without one (202, 204)
   */
  async request<Body>(call: GraphCall): Promise<Body | undefined> {
    return orThrow(await this.#session.sendJson<Body>(call)).body;
  }

  /** Any other call, as Graph's own answer: bytes, headers. Redirects are not followed. */
  async send(call: GraphCall): Promise<Response> {
    return orThrow(await this.#session.send(call));
  }

  /** Any other list. */
  list<Item>(list: GraphList): PagedItems<Item> {
    return this.#session.list<Item>(() => list);
  }

  /**
   * Many requests in few: split at Graph's 20, what depends on each other kept together, and those
   * throttled inside a batch sent again after their own Retry-After.
   *
   * @returns an answer for each request, in the order asked, whatever its status
   */
  async batch(
    requests: readonly BatchRequest[],
    options: BatchOptions = {},
  ): Promise<BatchResponse[]> {
    return orThrow(await new BatchRun(this.#session, this.#clock, options).run(requests));
  }

  /** What changed in a collection since the last time; see `DeltaStep`. */
  delta<Item>(
    resource: string,
    options: DeltaOptions = {},
  ): AsyncGenerator<DeltaStep<Item>, void, undefined> {
    return deltaSteps<Item>(this.#session, resource, options);
  }
}
