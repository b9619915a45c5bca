/** Answers whose token a host application's own token is. */
export interface AuthService {
  validate(token: string): Promise<{ userId: string; scopes?: readonly string[] } | null>;
}

/** The Worker's environment: what wrangler.jsonc declares, and what a host may bind besides. */
export interface Environment extends Env {
  AUTH?: AuthService;
  AZURE_REDIRECT_URI?: string;
  AZURE_AUTHORITY_HOST?: string;
  AZURE_GRAPH_ENDPOINT?: string;
  AZURE_RESOURCE_MANAGER_ENDPOINT?: string;
  ALLOWED_ORIGINS?: string;
  RETURN_ORIGINS?: string;
}
