import * as z from "zod";
import { jsonColumn } from "./json-column.ts";
import { remedySchema } from "../remedy.ts";
import { connectionStatuses, type ConnectionStatus, type EventError } from "./contract.ts";

/** Why the application's own credential does not work, and when to try it again. */
const appErrorSchema = z.object({
  aadsts: z.int().optional(),
  since: z.number(),
  retry_at: z.number(),
  /** Fingerprint of the credential that failed: a changed one is tried at once. */
  fingerprint: z.string(),
});

const eventErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  aadsts: z.int().optional(),
  request_id: z.string().optional(),
}) satisfies z.ZodType<EventError>;

const grantRowSchema = z.object({
  status: z.enum(connectionStatuses),
  client_id: z.string().nullable(),
  tenant_id: z.string().nullable(),
  object_id: z.string().nullable(),
  upn: z.string().nullable(),
  name: z.string().nullable(),
  login_hint: z.string().nullable(),
  scopes: jsonColumn(z.array(z.string())),
  required_scopes: jsonColumn(z.array(z.string())),
  required_resources: jsonColumn(z.array(z.string())),
  refresh_token: z.string().nullable(),
  generation: z.int(),
  remedy: jsonColumn(remedySchema).nullable(),
  probed_at: z.number().nullable(),
  claims: z.string().nullable(),
  degraded: jsonColumn(eventErrorSchema).nullable(),
  app_error: jsonColumn(appErrorSchema).nullable(),
  created_at: z.number(),
  updated_at: z.number(),
  last_refresh_at: z.number().nullable(),
  last_used_at: z.number().nullable(),
  version: z.int(),
  backed_up_at: z.number().nullable(),
  contact_at: z.number().nullable(),
});

/** The one row that says whose grant this is and how it fares. `refresh_token` is ciphertext. */
export type Grant = z.infer<typeof grantRowSchema>;

type GrantChange = Partial<Omit<Grant, "created_at">>;

const serialise = (value: unknown): SqlStorageValue => {
  if (value === null || typeof value === "string" || typeof value === "number") return value;
  return JSON.stringify(value);
};

export class GrantStore {
  readonly #sql: SqlStorage;
  /** Updates of a batch that is under way. */
  #batch: GrantChange | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  read(): Grant | undefined {
    const [row] = this.#sql.exec("SELECT * FROM grant").toArray();
    return row === undefined ? undefined : { ...grantRowSchema.parse(row), ...this.#batch };
  }

  /** The tenant of the grant, without reading the rest of it: every served token asks. */
  homeTenant(): string | null {
    const [row] = this.#sql.exec("SELECT tenant_id FROM grant").toArray();
    return typeof row?.["tenant_id"] === "string" ? row["tenant_id"] : null;
  }

  create(status: ConnectionStatus, now: number): void {
    this.#sql.exec(
      "INSERT INTO grant (id, status, created_at, updated_at) VALUES (1, ?, ?, ?)",
      status,
      now,
      now,
    );
  }

  update(change: GrantChange): void {
    if (this.#batch === undefined) this.#write(change);
    else Object.assign(this.#batch, change);
  }

  /** Makes one write of all updates in `work`: rows written are what an object is billed for. */
  batch(work: () => void): void {
    const changes: GrantChange = {};
    this.#batch = changes;
    try {
      work();
    } finally {
      this.#batch = undefined;
    }
    this.#write(changes);
  }

  #write(change: GrantChange): void {
    const entries = Object.entries(change);
    if (entries.length === 0) return;
    this.#sql.exec(
      `UPDATE grant SET ${entries.map(([column]) => `${column} = ?`).join(", ")}`,
      ...entries.map(([, value]) => serialise(value)),
    );
  }
}
