/** An MCP client that acts for a user. Its name comes from the client itself. */
export interface McpGrant {
  id: string;
  client_id: string;
  client_name: string;
  /** The host that published the client's name; absent: it has registered itself, unverified. */
  client_domain?: string | undefined;
  /** Where its sign-ins end. */
  redirect_host: string;
  /** The user's account that it may use; absent: the first. */
  label?: string | undefined;
  scopes: string[];
  /** RFC 3339. */
  created_at: string;
  /** RFC 3339: when it ends unless it is used; absent while its client has not redeemed its code. */
  expires_at?: string | undefined;
}
