import type { Prompt } from "../contract/connection-rpc.ts";
import { requestOf, type Call } from "./catalogue.ts";
import { GraphRoutes } from "./file-operations.ts";
import { gatewayFetch } from "./gateway.ts";
import { ArmOperations, ConnectionOperations } from "./generated.ts";
import { LiveClient, type LiveOptions } from "./live-client.ts";
import type { Answer, WorkerRequests } from "./requests.ts";
import { askedOf, connectionIdOf, connectionPath, type Who } from "./who.ts";

/** How a sign-in is started. */
export interface SignInOptions {
  /** GUID, verified domain, `common`, `organizations` or `consumers`; default the deployment's. */
  tenantId?: string | undefined;
  /** Added to the default ones. */
  scopes?: readonly string[] | undefined;
  loginHint?: string | undefined;
  prompt?: Prompt | undefined;
  /** On one of RETURN_ORIGINS; required unless a cookie binds the sign-in. */
  returnUrl?: string | undefined;
  /**
   * What ties the end to the start: a cookie of this browser (default with a session's token), or that
   * {@link ConnectionClient.confirm} is called (always so with an API key).
   */
  binding?: "cookie" | "confirm" | undefined;
}

/** Where to send the browser. */
export interface SignInStart {
  auth_url: string;
  state: string;
  /** RFC 3339. */
  expires_at: string;
  /** Id of the connection, where a flow is confirmed. */
  connection: string;
}

/** One connection: its state, and what Microsoft shows to its user. */
export class ConnectionClient extends ConnectionOperations {
  readonly id: string;
  readonly graph: GraphRoutes;
  readonly arm: ArmOperations;
  /**
   * A `fetch` by the gateways, signed in as the user: `ada.fetch("/graph/v1.0/me/messages")`. Its
   * answers are Microsoft's own. With the gateway as its endpoint, `GraphClient` works over it:
   * `new GraphClient(ada, { endpoint: "https://azure.example.com/graph" })`.
   *
   * @throws AzureError `invalid_request` for a URL elsewhere; `upstream_unavailable` when no answer came
   */
  readonly fetch: (input: string | URL, init?: RequestInit) => Promise<Response>;
  readonly #requests: WorkerRequests;
  readonly #who: Who;

  constructor(requests: WorkerRequests, who: Who) {
    const id = connectionIdOf(who);
    const path = connectionPath(who);
    super(async (route, input, ...values) => requests.send(requestOf(route, input, values, path)));
    const asOwner: Call = async (route, input, ...values) =>
      requests.send(askedOf(requestOf(route, input, values), who));
    this.id = id;
    this.graph = new GraphRoutes(asOwner, requests, who);
    this.arm = new ArmOperations(asOwner);
    this.fetch = gatewayFetch(requests, id);
    this.#requests = requests;
    this.#who = who;
  }

  /**
   * Starts a sign-in. With a session's token the browser that calls this has to finish it; with an API
   * key the server confirms with the `flow` that comes to `returnUrl`: {@link confirm}. Scope
   * `connections:read`, for a new label `connections:write`.
   */
  async beginConnect({ scopes, ...options }: SignInOptions = {}): Promise<Answer<SignInStart>> {
    const call = requestOf("GET /connect", { ...options, scopes: scopes?.join(" ") });
    return this.#requests.sendBare({ ...askedOf(call, this.#who), credentials: "include" });
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
}
