import type { ConnectionInfo } from "../contract/connection-info.ts";
import type { AuthorizationStart, ConnectionStub, Prompt } from "../contract/connection-rpc.ts";
import type { ServiceMethods } from "./generated-service.ts";
import type { Owner, TenantOwner } from "./who.ts";

export interface BeginConnectRequest extends Owner {
  /** GUID, verified domain, `common`, `organizations` or `consumers`; default AZURE_TENANT_ID. */
  tenantId?: string | undefined;
  /** Added to the default scopes. */
  scopes?: string[] | undefined;
  loginHint?: string | undefined;
  prompt?: Prompt | undefined;
  returnUrl?: string | undefined;
  /** One of AZURE_REDIRECT_URI; default its first. */
  redirectUri?: string | undefined;
}

/** What came to a callback of the host's own. */
export interface CompleteConnectRequest extends Owner {
  code: string;
  state: string;
}

/** A session of one user, for a page. */
export interface Session {
  token: string;
  /** RFC 3339. */
  expiresAt: string;
}

/**
 * The entrypoint `AzureService` of the Worker, as its siblings call it. Every method takes one object,
 * returns plain data, and throws an error with the own properties of `AzureError`.
 */
export interface AzureService extends Omit<ServiceMethods, "createSession"> {
  /** Starts a sign-in that the host will confirm. Scope `connections:write`. */
  beginConnect(request: BeginConnectRequest): Promise<AuthorizationStart>;
  /** Completes a sign-in whose callback the host took itself. Scope `connections:write`. */
  completeConnect(request: CompleteConnectRequest): Promise<ConnectionInfo>;
  /**
   * The stub: a signed-in `fetch` and more. Await it before use, or take `azure()`. Every scope but
   * `admin`; of a tenant, that too.
   */
  connection(request: Owner | Pick<TenantOwner, "tenantId">): Promise<ConnectionStub>;
  /** Connects a tenant for the application itself, on the caller's word. Scope `admin`. */
  connectTenant(request: { tenantId: string }): Promise<ConnectionInfo>;
  /** A token for one user's browser. Scope `connections:write`. */
  createSession(request: Parameters<ServiceMethods["createSession"]>[0]): Promise<Session>;
}

/** `env.AZURE` of a sibling: a service binding to the entrypoint `AzureService`. */
export type AzureBinding = AzureService;
