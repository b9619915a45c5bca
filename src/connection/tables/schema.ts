/**
 * The tables of a connection, as ordered migrations. Token columns hold ciphertext only; hashes stand
 * for states, flows and browser bindings. Times are milliseconds since the epoch.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE grant (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    status TEXT NOT NULL,
    client_id TEXT,
    tenant_id TEXT,
    object_id TEXT,
    upn TEXT,
    name TEXT,
    login_hint TEXT,
    scopes TEXT NOT NULL DEFAULT '[]',
    required_scopes TEXT NOT NULL DEFAULT '[]',
    required_resources TEXT NOT NULL DEFAULT '[]',
    refresh_token TEXT,
    generation INTEGER NOT NULL DEFAULT 0,
    remedy TEXT,
    probed_at INTEGER,
    claims TEXT,
    degraded TEXT,
    app_error TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_refresh_at INTEGER,
    last_used_at INTEGER,
    version INTEGER NOT NULL DEFAULT 0,
    backed_up_at INTEGER
  ) STRICT;
  CREATE TABLE access_token (
    resource TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    token TEXT,
    scopes TEXT NOT NULL DEFAULT '[]',
    issued_at INTEGER,
    expires_at INTEGER,
    refresh_at INTEGER,
    first_used_at INTEGER,
    generation INTEGER NOT NULL DEFAULT 0,
    remedy TEXT,
    probed_at INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    retry_at INTEGER,
    PRIMARY KEY (resource, tenant_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE refresh_intent (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    resource TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    generation INTEGER NOT NULL,
    started_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE authorization (
    state_hash TEXT PRIMARY KEY,
    start TEXT NOT NULL,
    tenant TEXT NOT NULL,
    scopes TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    return_url TEXT,
    code_verifier TEXT NOT NULL,
    nonce TEXT NOT NULL,
    browser_hash TEXT,
    consumed_at INTEGER,
    flow_hash TEXT UNIQUE,
    candidate TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE cooldown (
    service TEXT PRIMARY KEY,
    until INTEGER NOT NULL,
    reason TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    time INTEGER NOT NULL,
    data TEXT NOT NULL
  ) STRICT;
  CREATE TABLE outbox (
    -- Never an id of before: a delivery under way must not end the row that came after its own.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sink TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE ticket (
    jti TEXT PRIMARY KEY,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE outbox RENAME TO outbox_before;
  CREATE TABLE outbox (
    sink TEXT PRIMARY KEY,
    -- The last event it took; without meaning for the directory.
    after_seq INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    failing_since INTEGER,
    -- Null while it is paused.
    due_at INTEGER,
    paused TEXT
  ) STRICT, WITHOUT ROWID;
  INSERT INTO outbox (sink, after_seq, due_at)
    SELECT sink, 0, min(due_at) FROM outbox_before GROUP BY sink;
  DROP TABLE outbox_before;
  `,
  `
  -- next_contact_at of the directory.
  ALTER TABLE grant ADD COLUMN contact_at INTEGER;
  `,
  `
  -- What a sign-in that goes on at another authority asks there again.
  ALTER TABLE authorization ADD COLUMN login_hint TEXT;
  ALTER TABLE authorization ADD COLUMN prompt TEXT;
  -- When it led to a grant: its callback may come once more.
  ALTER TABLE authorization ADD COLUMN finished_at INTEGER;
  `,
  `
  ALTER TABLE cooldown RENAME TO cooldown_before;
  CREATE TABLE cooldown (
    scope TEXT PRIMARY KEY,
    service TEXT NOT NULL,
    until INTEGER NOT NULL,
    reason TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO cooldown (scope, service, until, reason)
    SELECT service, service, until, reason FROM cooldown_before;
  DROP TABLE cooldown_before;
  -- Events of before applied to a whole service.
  UPDATE event SET data = json_set(data, '$.applies_to', json_extract(data, '$.service'))
    WHERE type = 'call.throttled';
  `,
  `
  ALTER TABLE grant ADD COLUMN home_account TEXT;
  -- Lifetimes and waits were once believed as Entra sent them: a token lives 28 h at most, and no wait
  -- is longer than an hour from the change that began it.
  UPDATE access_token SET
    expires_at = min(expires_at, issued_at + 100800000),
    refresh_at = min(refresh_at, issued_at + 100800000),
    retry_at = min(retry_at, (SELECT updated_at FROM grant) + 3600000);
  `,
  `
  -- What access tokens are got by; chosen when the grant is made.
  ALTER TABLE grant ADD COLUMN kind TEXT NOT NULL DEFAULT 'user';
  `,
  `
  -- Stands for the network in which a reconnect link was pressed.
  ALTER TABLE authorization ADD COLUMN begun_from TEXT;
  `,
  `
  -- Of a tenant: how it came to be connected, and the application permissions last seen.
  ALTER TABLE grant ADD COLUMN proof TEXT;
  ALTER TABLE grant ADD COLUMN roles TEXT NOT NULL DEFAULT '[]';
  `,
  `
  CREATE TABLE watch (
    id TEXT PRIMARY KEY,
    resource TEXT NOT NULL,
    change_types TEXT NOT NULL,
    include_data INTEGER NOT NULL,
    selected TEXT,
    catch_up INTEGER NOT NULL,
    state TEXT NOT NULL,
    -- Grows with every subscription: the secret that its notifications bring is made of it.
    incarnation INTEGER NOT NULL DEFAULT 1,
    subscription_id TEXT,
    signed_by TEXT,
    -- While a request for a subscription is out, and after one whose answer was lost.
    asked_at INTEGER,
    lifetime INTEGER NOT NULL DEFAULT 0,
    confirmed_at INTEGER,
    expires_at INTEGER,
    renew_at INTEGER,
    check_at INTEGER,
    retry_at INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    blocked_by TEXT,
    remedy TEXT,
    error TEXT,
    gap_since INTEGER,
    gap_reason TEXT,
    delta_link TEXT,
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE change (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    watch TEXT NOT NULL,
    type TEXT NOT NULL,
    time INTEGER NOT NULL,
    resource TEXT NOT NULL,
    item TEXT NOT NULL,
    etag TEXT,
    data TEXT,
    size INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX change_of_item ON change (watch, item);
  -- A table of their own would take a page of storage.
  ALTER TABLE grant ADD COLUMN change_seq INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE grant ADD COLUMN change_read INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- Keys that Graph encrypts items for; the last one is in use.
  CREATE TABLE watch_key (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    certificate TEXT NOT NULL,
    private_key TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT;
  -- Which of them the subscription has.
  ALTER TABLE watch ADD COLUMN encrypted_for TEXT;
  `,
  `
  ALTER TABLE grant ADD COLUMN used_permissions TEXT NOT NULL DEFAULT '{}';
  `,
];

/** How many migrations this object has had; 0 when it is no connection, of which asking writes nothing. */
export function schemaVersion(sql: SqlStorage): number {
  const [table] = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'schema_version'").toArray();
  if (table === undefined) return 0;
  return Number(sql.exec("SELECT max(version) AS version FROM schema_version").one()["version"]);
}

/**
 * Brings the tables up to date. `PRAGMA user_version` is not to be had here, so a table keeps count.
 *
 * @param applied the {@link schemaVersion} of the object
 * @param wanted the one to bring it to; for tests, which make an object of an earlier version
 */
export function migrate(
  storage: DurableObjectStorage,
  applied: number,
  wanted = migrations.length,
): void {
  const { sql } = storage;
  if (applied === wanted) return;
  storage.transactionSync(() => {
    sql.exec("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL) STRICT");
    migrations.slice(applied, wanted).forEach((migration, index) => {
      sql.exec(migration);
      sql.exec("INSERT INTO schema_version VALUES (?)", applied + index + 1);
    });
  });
}
