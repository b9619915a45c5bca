import type { AccessToken, ConnectionEvent, ConnectionInfo } from "../contract/connection-info.ts";
import { ArmRoutes } from "./arm-routes.ts";
import { GraphRoutes } from "./operations.ts";
import { LiveClient, type LiveOptions } from "./live-client.ts";
import type { Answer, ServiceRequests } from "./requests.ts";
import { connectionIdOf, connectionPath, type Who } from "./who.ts";

export interface Ticket {
  ticket: string;
  /** RFC 3339. */
  expires_at: string;
}

export interface TokenOptions {
  /** `graph`, `arm`, `vault`, `storage`, or an https App ID URI. */
  resource: string;
  tenantId?: string | undefined;
  /** Seconds. */
  minValidity?: number | undefined;
  /** The generation of a token the resource refused. */
  staleGeneration?: number | undefined;
}

/** One connection: its state, and what Microsoft shows to its user. */
export class ConnectionClient {
  readonly id: string;
  readonly graph: GraphRoutes;
  readonly arm: ArmRoutes;
  readonly #requests: ServiceRequests;
  readonly #who: Who;
  readonly #path: string;

  constructor(requests: ServiceRequests, who: Who) {
    this.id = connectionIdOf(who);
    this.graph = new GraphRoutes(requests, who);
    this.arm = new ArmRoutes(requests, who);
    this.#requests = requests;
    this.#who = who;
    this.#path = connectionPath(who);
  }

  async info(): Promise<Answer<ConnectionInfo>> {
    return this.#requests.send({ path: this.#path });
  }

  /** Clears a latch for one attempt, and joins a refresh that is under way. */
  async refresh(options: { resource?: string } = {}): Promise<Answer<ConnectionInfo>> {
    return this.#post("refresh", options);
  }

  async disconnect(): Promise<Answer<ConnectionInfo>> {
    return this.#requests.send({ method: "DELETE", path: this.#path });
  }

  /** Ends a sign-in that a server began. @param flow what came back to the `return_url`. */
  async confirm(flow: string): Promise<Answer<ConnectionInfo>> {
    return this.#post("confirm", { flow });
  }

  /** Brings a connection back whose object was lost, from the directory: scope `admin`. */
  async restore(): Promise<Answer<ConnectionInfo>> {
    return this.#post("restore");
  }

  /** The last 200 are kept; `truncated` says that some after `after` are lost. */
  async events(
    options: { after?: number; limit?: number } = {},
  ): Promise<Answer<ConnectionEvent[]>> {
    return this.#requests.send({ path: `${this.#path}/events`, query: { ...options } });
  }

  /** A one-time ticket for a WebSocket, good for half a minute. */
  async ticket(): Promise<Answer<Ticket>> {
    return this.#post("tickets");
  }

  /** An access token of Microsoft's: API keys with `tokens:read` only. */
  async token(options: TokenOptions): Promise<Answer<AccessToken>> {
    return this.#requests.send({
      path: `${this.#path}/token`,
      query: {
        resource: options.resource,
        tenant_id: options.tenantId,
        min_validity: options.minValidity,
        stale_generation: options.staleGeneration,
      },
    });
  }

  /** Status and events as they happen, until it is closed. */
  live(options: LiveOptions): LiveClient {
    return new LiveClient({
      ...options,
      baseUrl: this.#requests.baseUrl,
      who: this.#who,
      ticket: async () => (await this.ticket()).data.ticket,
    });
  }

  async #post<Data>(action: string, body?: unknown): Promise<Answer<Data>> {
    return this.#requests.send({ method: "POST", path: `${this.#path}/${action}`, body });
  }
}
