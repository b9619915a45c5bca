import { requestOf } from "./catalogue.ts";
import { ConnectionClient } from "./connection-client.ts";
import { ServiceOperations } from "./generated.ts";
import { type Answer, type ServiceOptions, WorkerRequests } from "./requests.ts";
import type { Who } from "./who.ts";

/** That the Worker runs, and which version of it. */
export interface Health {
  status: "ok";
  service: "azure";
  /** RFC 3339. */
  timestamp: string;
  version: string;
}

export interface AdminConsentOptions {
  /** GUID or verified domain; default the deployment's, or the administrator's own. */
  tenantId?: string | undefined;
  /** On one of RETURN_ORIGINS. */
  returnUrl?: string | undefined;
}

export interface TenantConnectOptions extends AdminConsentOptions {
  /** Who starts this at the host, and alone can confirm. */
  userId: string;
  /** On one of RETURN_ORIGINS: it gets `flow` and `tenant_id`, for `confirm`. */
  returnUrl: string;
}

/** Where to send the browser of the administrator whose tenant is to be connected. */
export interface TenantConnectStart {
  auth_url: string;
  state: string;
  /** RFC 3339. */
  expires_at: string;
}

/** Where to send the administrator's browser. */
export interface AdminConsentStart {
  admin_consent_url: string;
  state: string;
  /** RFC 3339. */
  expires_at: string;
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
export class AzureClient extends ServiceOperations {
  readonly #requests: WorkerRequests;

  /** @throws AzureError `invalid_request` when the options name no credential or no address. */
  constructor(options: ServiceOptions) {
    const requests = new WorkerRequests(options);
    super(async (route, input, ...values) => requests.send(requestOf(route, input, values)));
    this.#requests = requests;
  }

  /** Whether the Worker runs. It needs no credential. */
  health(): Promise<Answer<Health>> {
    return this.#requests.sendBare({ method: "GET", path: "/health", open: true });
  }

  /** The OpenAPI document of all routes. It needs no credential. */
  openApi(): Promise<Answer<Record<string, unknown>>> {
    return this.#requests.sendBare({ method: "GET", path: "/openapi.json", open: true });
  }

  /** A link for a tenant's administrator, who consents for everyone in it. It needs no credential. */
  adminConsent(options: AdminConsentOptions = {}): Promise<Answer<AdminConsentStart>> {
    return this.#requests.send({ ...requestOf("GET /admin-consent", options), open: true });
  }

  /** Starts to connect a tenant: its administrator consents and signs in there. Scope `admin`. */
  beginTenantConnect(options: TenantConnectOptions): Promise<Answer<TenantConnectStart>> {
    return this.#requests.send(requestOf("GET /admin-consent", { ...options, connect: true }));
  }

  /**
   * Where to send a browser to sign it out of Microsoft; connections stay.
   *
   * @param returnUrl on RETURN_ORIGINS or on the origin of a redirect URI
   */
  logoutUrl(returnUrl?: string): string {
    return this.#requests.url("/logout", { post_logout_redirect_uri: returnUrl }).href;
  }

  /** One user's connection. A session or a host's token reaches its own user's only. */
  connection(who: Who): ConnectionClient {
    return new ConnectionClient(this.#requests, who);
  }
}
