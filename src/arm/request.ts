import { AzureError, invalidField, type Failure } from "../contract/errors.ts";
import { isErrorDocument, isRecord, writeJson } from "../http/json.ts";
import { isUnder, linkUnder, readEndpoint } from "../http/link.ts";
import { PagedItems, readListBody } from "../http/page.ts";
import { retryAfterSeconds } from "../http/retry-after.ts";
import type { JsonAnswer } from "../http/json-answer.ts";
import type { Transport } from "../http/transport.ts";
import { unexpectedBody } from "../http/upstream-error.ts";
import { orThrow } from "../contract/or-throw.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { isApiVersion } from "../contract/api-version.ts";
import type { OperationAnswer } from "./operation-state.ts";
import { defined } from "../contract/defined.ts";
import { parseUrl } from "../http/url.ts";

/** What every method takes besides its own parameters. */
export interface CallOptions {
  /** Instead of the version the client would choose. */
  apiVersion?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** Conditions of a write (RFC 9110 §13): unmet, it fails with `conflict`. */
export interface WriteOptions extends CallOptions {
  /** The etag the resource must still have. */
  ifMatch?: string | undefined;
  /** `*`: create only. */
  ifNoneMatch?: string | undefined;
}

/** One call below the endpoint. */
export interface ArmCall extends CallOptions {
  /** Default GET. */
  method?: "GET" | "PUT" | "PATCH" | "DELETE" | "POST";
  /** Under the endpoint, percent-encoded. */
  path: string;
  apiVersion: string;
  query?: Readonly<Record<string, string | undefined>>;
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
  /** Doing it twice is doing it once, though the method does not say so. */
  idempotent?: boolean;
}

export interface ArmAnswer {
  /** The URL that was asked. */
  url: string;
  answer: OperationAnswer;
}

export function conditions(options: WriteOptions): Record<string, string> {
  return {
    ...(options.ifMatch !== undefined && { "if-match": options.ifMatch }),
    ...(options.ifNoneMatch !== undefined && { "if-none-match": options.ifNoneMatch }),
  };
}

/** ARM requests under one endpoint: URLs, JSON, pages. */
export class ArmRequests {
  /** Origin and path prefix, without a slash at the end. */
  readonly endpoint: string;
  readonly #transport: Transport;
  readonly #now: () => number;

  /** @throws AzureError `invalid_request` for an endpoint that is no URL */
  constructor(transport: Transport, endpoint: string, now: () => number) {
    this.#transport = transport;
    this.endpoint = orThrow(readEndpoint(endpoint));
    this.#now = now;
  }

  /** @returns the answer with its body, or the failure: `invalid_request` when `apiVersion` is no version. */
  async send(call: ArmCall): Promise<Result<ArmAnswer, Failure>> {
    const url = this.#urlOf(call);
    if (!url.ok) return url;
    const body = call.body === undefined ? ok(undefined) : writeJson(call.body, "body");
    if (!body.ok) return body;
    const sent = await this.#transport.sendJson<unknown>({
      url: url.value,
      method: call.method ?? "GET",
      headers: {
        accept: "application/json",
        ...(body.value !== undefined && { "content-type": "application/json" }),
        ...call.headers,
      },
      body: body.value,
      idempotent: call.idempotent,
      signal: call.signal,
    });
    return sent.ok ? ok({ url: url.value.href, answer: this.#answerOf(sent.value) }) : sent;
  }

  /** One attempt, no retries: who polls comes back anyway. */
  async poll(
    url: string,
    signal: AbortSignal | undefined,
  ): Promise<Result<OperationAnswer, Failure>> {
    const sent = await this.#transport.sendJson<unknown>({
      url,
      headers: { accept: "application/json" },
      signal,
      budgetMs: 0,
    });
    return sent.ok ? ok(this.#answerOf(sent.value)) : sent;
  }

  /** @throws AzureError, also for an answer that is no item. */
  async read<Body extends object>(call: ArmCall): Promise<Body> {
    const { answer } = orThrow(await this.send(call));
    if (!isRecord(answer.body) || isErrorDocument(answer.body))
      throw new AzureError(unexpectedBody((call.method ?? "GET") !== "GET"));
    // The shape is Microsoft's promise for this URL; its fields are handed on, not relied on.
    return answer.body as Body;
  }

  /**
   * A list in pages. A cursor is a nextLink, so it must lie under the endpoint like one.
   *
   * @param call what to ask for the first page.
   * @param pageSize the query parameter for the size of a page, when this list has one.
   */
  pages<Item>(call: Result<ArmCall, Failure>, pageSize?: "$top"): PagedItems<Item> {
    return new PagedItems<Item>(async ({ link, maxPageSize }) => {
      if (!call.ok) return call;
      const size = pageSize !== undefined &&
        maxPageSize !== undefined && { [pageSize]: String(maxPageSize) };
      const url =
        link === undefined
          ? this.#urlOf({ ...call.value, query: { ...call.value.query, ...size } })
          : linkUnder(this.endpoint, link);
      if (!url.ok) return url;
      const page = await this.#transport.sendJson<unknown>({
        url: url.value,
        headers: { accept: "application/json" },
        signal: call.value.signal,
      });
      return page.ok ? readListBody<Item>(this.endpoint, page.value.body, "nextLink") : page;
    });
  }

  #urlOf({ path, apiVersion, query = {} }: ArmCall): Result<URL, Failure> {
    if (!isApiVersion(apiVersion)) {
      const expected = "must be a date, with -preview or the like behind it if need be";
      return err(invalidField("apiVersion", expected));
    }
    const url =
      path.startsWith("/") && path.isWellFormed() ? parseUrl(`${this.endpoint}${path}`) : null;
    if (url === null || !isUnder(new URL(this.endpoint), url)) {
      return err(invalidField("path", "must be one of ARM's own, such as /subscriptions"));
    }
    for (const [name, value] of Object.entries(query)) {
      if (value === undefined) continue;
      if (!value.isWellFormed()) {
        return err(invalidField(name.replace("$", ""), "is not well-formed Unicode"));
      }
      url.searchParams.set(name, value);
    }
    url.searchParams.set("api-version", apiVersion);
    return ok(url);
  }

  #answerOf({ body, response }: JsonAnswer<unknown>): OperationAnswer {
    const retryAfter = retryAfterSeconds(response.headers, this.#now());
    return {
      status: response.status,
      headers: response.headers,
      body,
      ...defined({ retryAfter }),
    };
  }
}
