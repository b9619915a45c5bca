import type { ListedConnection } from "../directory/entry.ts";
import type { ConnectionInfo } from "../contract/connection-info.ts";
import { ConnectionClient } from "./connection-client.ts";
import { type Answer, type ServiceOptions, ServiceRequests } from "./requests.ts";
import type { Who } from "./who.ts";

export interface SessionRequest {
  userId: string;
  /** A subset of the key's own; default `connections:read graph:read arm:read`. */
  scopes?: readonly string[] | undefined;
  /** Seconds, up to 3,600. */
  ttl?: number | undefined;
}

export interface ImportRequest {
  userId: string;
  label?: string | undefined;
  tenantId: string;
  refreshToken: string;
}

export interface Session {
  token: string;
  /** RFC 3339. */
  expires_at: string;
}

export interface ListConnectionsOptions {
  status?: string | undefined;
  userId?: string | undefined;
  cursor?: string | undefined;
  top?: number | undefined;
}

/**
 * The Worker's HTTP routes.
 *
 * ```ts
 * const azure = new AzureClient({ baseUrl: "https://azure.example.com", apiKey });
 * const ada = azure.connection({ userId: "ada" });
 * const { data: mail, nextCursor } = await ada.graph.messages({ top: 10 });
 * ```
 *
 * Every method throws `AzureError`: `code`, `status`, `remedy`, `retry_after`, `request_id`.
 */
export class AzureClient {
  readonly #requests: ServiceRequests;

  /** @throws AzureError `invalid_request` when the options name no credential or no address. */
  constructor(options: ServiceOptions) {
    this.#requests = new ServiceRequests(options);
  }

  /** One user's connection. A session or a host's token reaches its own user's only. */
  connection(who: Who): ConnectionClient {
    return new ConnectionClient(this.#requests, who);
  }

  /** The directory: it may lag the connections themselves by some seconds. */
  async connections({ userId, ...query }: ListConnectionsOptions = {}): Promise<
    Answer<ListedConnection[]>
  > {
    return this.#requests.send({ path: "/connections", query: { ...query, user_id: userId } });
  }

  /** Takes over a refresh token that another system holds: scope `admin`. */
  async importConnection(request: ImportRequest): Promise<Answer<ConnectionInfo>> {
    const { userId, label, tenantId, refreshToken } = request;
    return this.#requests.send({
      method: "POST",
      path: "/connections",
      body: { user_id: userId, label, tenant_id: tenantId, refresh_token: refreshToken },
    });
  }

  /** A token for a user's browser. */
  async createSession({ userId, scopes, ttl }: SessionRequest): Promise<Answer<Session>> {
    return this.#requests.send({
      method: "POST",
      path: "/sessions",
      body: { user_id: userId, scopes, ttl },
    });
  }
}
