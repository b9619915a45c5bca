/** A key pair for whose public half Graph encrypts items. */
export interface WatchKeyRow extends Record<string, SqlStorageValue> {
  /** As subscriptions and notifications name its certificate. */
  id: string;
  /** Base64 of its DER. */
  certificate: string;
  /** Ciphertext of its PKCS8 in base64url. */
  private_key: string;
  /** Milliseconds since the epoch. */
  created_at: number;
}

const columns = "id, certificate, private_key, created_at";

/** The key pairs of one connection. There are few of them. */
export class WatchKeys {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The newest first, whatever the clock said: that one is in use. */
  list(): WatchKeyRow[] {
    return this.#sql
      .exec<WatchKeyRow>(`SELECT ${columns} FROM watch_key ORDER BY seq DESC`)
      .toArray();
  }

  read(id: string): WatchKeyRow | undefined {
    return this.list().find((row) => row.id === id);
  }

  add({ id, certificate, private_key: privateKey, created_at: createdAt }: WatchKeyRow): void {
    this.#sql.exec(
      `INSERT INTO watch_key (${columns}) VALUES (?, ?, ?, ?)`,
      id,
      certificate,
      privateKey,
      createdAt,
    );
  }

  /** Takes the private key as it is sealed now. */
  reseal(id: string, privateKey: string): void {
    this.#sql.exec("UPDATE watch_key SET private_key = ? WHERE id = ?", privateKey, id);
  }

  remove(id: string): void {
    this.#sql.exec("DELETE FROM watch_key WHERE id = ?", id);
  }

  clear(): void {
    this.#sql.exec("DELETE FROM watch_key");
  }
}
