-- One row per connection: what lists show and what a lost object is restored from. The object is the
-- truth; it writes its own row, newer versions only. Times are RFC 3339, UTC.
CREATE TABLE oauth_connections (
  id TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(16)))),
  -- '' for the connection of a tenant.
  user_id TEXT NOT NULL,
  -- 'azure', 'azure:{label}', or 'azure:tenant:{tenant id}'.
  provider TEXT NOT NULL,
  -- Always '': access tokens never leave their object.
  access_token TEXT NOT NULL DEFAULT '' CHECK (access_token = ''),
  -- Ciphertext that opens for this connection id only.
  refresh_token TEXT,
  -- Always NULL: no access token is here that could expire.
  expires_at TEXT,
  -- Granted scopes, separated by spaces.
  scope TEXT,
  tenant_id TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  connection_id TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL,
  -- What has to happen before it works again; 'fix_app' while the app's own credential is refused.
  remedy_action TEXT,
  upn TEXT,
  version INTEGER NOT NULL,
  -- When the object means to talk to Entra next.
  next_contact_at TEXT
);

CREATE UNIQUE INDEX oauth_connections_owner ON oauth_connections (user_id, provider);
CREATE INDEX oauth_connections_user ON oauth_connections (user_id, connection_id);
CREATE INDEX oauth_connections_status ON oauth_connections (status, connection_id);
CREATE INDEX oauth_connections_remedy ON oauth_connections (remedy_action, status, updated_at);
