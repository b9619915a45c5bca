import { failure, type Failure } from "../errors.ts";
import { isUnder, linkUnder } from "../http/link.ts";
import { PagedItems } from "../http/page.ts";
import type { JsonAnswer, Transport, TransportRequest } from "../http/transport.ts";
import { err, ok, type Result } from "../result.ts";
import { invalid } from "./path.ts";
import { withQuery, type Query } from "./query.ts";

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

interface Collection<Item> {
  value?: Item[];
  "@odata.nextLink"?: string;
  "@odata.count"?: number;
}

/** What the nouns of Graph share: one endpoint in one version, and the way to it. */
export class GraphSession {
  readonly endpoint: URL;
  readonly #root: URL;
  readonly #transport: Transport;

  constructor(transport: Transport, endpoint: string, version: GraphVersion) {
    this.#transport = transport;
    this.endpoint = new URL(endpoint);
    this.#root = new URL(`${this.endpoint.href.replace(/\/+$/, "")}/${version}`);
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

  /** A call whose answer must have a body. */
  async json<Body>(call: GraphCall): Promise<Result<Body, Failure>> {
    const answer = await this.sendJson<Body>(call);
    if (!answer.ok) return answer;
    return answer.value.body === undefined ? err(emptyAnswer()) : ok(answer.value.body);
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
          ? await this.sendJson<Collection<Item>>({ path, query: first, headers, signal })
          : await this.follow<Collection<Item>>(link, { headers, signal });
      if (!answer.ok) return answer;
      const page = answer.value.body;
      if (!Array.isArray(page?.value)) return err(noCollection());
      return ok({
        items: page.value,
        nextLink: page["@odata.nextLink"],
        count: page["@odata.count"],
      });
    });
  }

  #request(call: GraphCall): Result<TransportRequest, Failure> {
    const { path, query, json, body, headers, ...rest } = call;
    const url = URL.parse(this.#root.href + withQuery(path, query ?? {}));
    if (!path.startsWith("/") || url === null || !isUnder(this.#root, url)) {
      return err(invalid("path", `"path" must be a path of Graph, such as "/me/messages".`));
    }
    return ok({
      ...rest,
      url,
      headers: {
        accept: "application/json",
        ...(json === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: json === undefined ? body : JSON.stringify(json),
    });
  }
}

const emptyAnswer = (): Failure =>
  failure("upstream_error", "Microsoft answered with nothing where an item was due.", {
    details: { reason: "empty_answer" },
  });

const noCollection = (): Failure =>
  failure("upstream_error", "Microsoft answered with something else than a list.", {
    details: { reason: "no_collection" },
  });
