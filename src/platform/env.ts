/** Answers whose token a host application's own token is. */
export interface AuthService {
  validate(token: string): Promise<{ userId: string; scopes?: readonly string[] } | null>;
}

/** Gives assertions of an issuer outside this Worker: a managed identity's, for instance. */
export interface AssertionService {
  /**
   * @param request `audience` that the assertion has to be for, and the tenant (or `common`…) whose token
   *   endpoint it is shown to
   * @returns `expiresAt` in RFC 3339; it is shown at once and not kept
   */
  assertion(request: {
    audience: string;
    tenantId: string;
  }): Promise<{ jwt: string; expiresAt: string }>;
}

/** A stream that keeps what happens: a Pipelines binding, or whatever has its one method. */
export interface EventPipeline {
  send(records: readonly object[]): Promise<void>;
}

/** The Worker's environment: what wrangler.jsonc declares, and what a host may bind in addition. */
export interface Environment extends Env {
  AUTH?: AuthService;
  ASSERTION?: AssertionService;
  EVENTS?: EventPipeline;
  /** Where data points go. */
  METRICS?: AnalyticsEngineDataset;
  AZURE_CLIENT_SECRET?: string;
  AZURE_CLIENT_CERTIFICATE?: string;
  AZURE_CLIENT_CERTIFICATE_2?: string;
  AZURE_FEDERATION_KEYS?: string;
  AZURE_FEDERATION_SUBJECT?: string;
  AZURE_REDIRECT_URI?: string;
  AZURE_PUBLIC_ORIGIN?: string;
  AZURE_AUTHORITY_HOST?: string;
  AZURE_GRAPH_ENDPOINT?: string;
  AZURE_RESOURCE_MANAGER_ENDPOINT?: string;
  ALLOWED_ORIGINS?: string;
  RETURN_ORIGINS?: string;
  CONNECT_PAGE_URL?: string;
  MCP_SIGN_IN_URL?: string;
  MCP_STANDALONE?: string;
  TENANT_CONNECT_BY_MEMBERS?: string;
  CONSOLE?: string;
  CONSOLE_TENANT_ID?: string;
  CONSOLE_API_KEY_SIGN_IN?: string;
  CONSOLE_ADMINS?: string;
  CONSOLE_RUNNER?: string;
  ACCESS_TEAM?: string;
  ACCESS_AUD?: string;
  WEBHOOKS?: string;
  AZURE_JURISDICTION?: string;
  AZURE_LOCATION_HINT?: string;
  EVENTS_TYPES?: string;
}
