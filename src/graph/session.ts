import type { Failure } from "../contract/errors.ts";
import { isErrorDocument, isRecord, writeJson } from "../http/json.ts";
import { isUnder, linkUnder, readEndpoint } from "../http/link.ts";
import { PagedItems, readListBody } from "../http/page.ts";
import type { JsonAnswer } from "../http/json-answer.ts";
import type { Transport, TransportRequest } from "../http/transport.ts";
import { unexpectedBody } from "../http/upstream-error.ts";
import { orThrow } from "../contract/or-throw.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { invalid } from "./path.ts";
import { withQuery, type Query } from "./query.ts";
import { parseUrl } from "../http/url.ts";

export type GraphVersion = "v1.0" | "beta";

/** One call below the version: `/me/messages`. */
export interface GraphCall extends Omit<TransportRequest, "url" | "body"> {
  path: string;
  query?: Query | undefined;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is, with a content-type of the caller's. */
  body?: string | Uint8Array<ArrayBuffer> | undefined;
}

/** A list below the version. The headers go with every page: ConsistencyLevel and Prefer must. */
export interface GraphList {
  path: string;
  query?: Query | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  signal?: AbortSignal | undefined;
}

interface SessionUser {
  user: string | null | undefined;
}

/** What the nouns of Graph share: one endpoint in one version, and the way to it. */
export class GraphSession {
  readonly endpoint: URL;
  /** Whose data a call means that names nobody; undefined: the signed-in user's; null: there is none. */
  readonly user: string | null | undefined;
  readonly #root: URL;
  readonly #transport: Transport;

  /** @throws AzureError `invalid_request` for an endpoint that is no URL */
  constructor(
    transport: Transport,
    { endpoint, version, user }: { endpoint: string; version: GraphVersion } & SessionUser,
  ) {
    this.#transport = transport;
    this.user = user;
    const root = orThrow(readEndpoint(endpoint));
    this.endpoint = new URL(root);
    this.#root = new URL(`${root}/${version}`);
  }

  /** @returns the answer below 400, or one whose status the call accepts */
  async send(call: GraphCall): Promise<Result<Response, Failure>> {
    const request = this.#request(call);
    return request.ok ? this.#transport.send(request.value) : request;
  }

  async sendJson<Body>(call: GraphCall): Promise<Result<JsonAnswer<Body>, Failure>> {
    const request = this.#request(call);
    return request.ok ? this.#transport.sendJson<Body>(request.value) : request;
  }

  /** A call whose answer must be an item. */
  async json<Body extends object>(call: GraphCall): Promise<Result<Body, Failure>> {
    const answer = await this.sendJson<Body>(call);
    if (!answer.ok) return answer;
    const { body } = answer.value;
    return isRecord(body) && !isErrorDocument(body)
      ? ok(body)
      : err(unexpectedBody((call.method ?? "GET") !== "GET"));
  }

  /** Reads what a link of an answer leads to, if it leads under the endpoint. */
  async follow<Body>(
    link: string,
    request: Omit<TransportRequest, "url"> = {},
  ): Promise<Result<JsonAnswer<Body>, Failure>> {
    const url = linkUnder(this.endpoint, link);
    return url.ok ? this.#transport.sendJson<Body>({ ...request, url: url.value }) : url;
  }

  /** @param plan may throw `AzureError`: bad options of a list show when it is read */
  list<Item>(plan: () => GraphList): PagedItems<Item> {
    return new PagedItems<Item>(async ({ link, maxPageSize }) => {
      const { path, query, headers, signal } = plan();
      const first = { ...query, ...(maxPageSize === undefined ? {} : { $top: maxPageSize }) };
      const answer =
        link === undefined
          ? await this.sendJson<unknown>({ path, query: first, headers, signal })
          : await this.follow<unknown>(link, { headers, signal });
      if (!answer.ok) return answer;
      return readListBody<Item>(this.endpoint, answer.value.body, "@odata.nextLink");
    });
  }

  #request(call: GraphCall): Result<TransportRequest, Failure> {
    const { path, query, json, body, headers, ...rest } = call;
    const target = withQuery(path, query ?? {});
    if (!target.ok) return target;
    const url = path.isWellFormed() ? parseUrl(this.#root.href + target.value) : null;
    if (!path.startsWith("/") || url === null || !isUnder(this.#root, url)) {
      return err(invalid("path", `"path" must be a path of Graph, such as "/me/messages".`));
    }
    const written = json === undefined ? ok(body) : writeJson(json, "json");
    if (!written.ok) return written;
    return ok({
      ...rest,
      url,
      headers: {
        accept: "application/json",
        ...(json === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: written.value,
    });
  }
}
