import * as z from "zod";
import { accountAddress } from "../../entra/home-account.ts";
import { faultyVariables } from "../../entra/meaning.ts";
import { jsonColumn, rememberingLast } from "./json-column.ts";
import { eventError } from "../../contract/event-error-schema.ts";
import { storedRemedySchema } from "../../contract/remedy-schema.ts";
import type { StoredRemedy } from "../../contract/remedy.ts";
import type { ConnectionStatus, TenantProof } from "../../contract/connection-info.ts";
import type { ConnectionOwner } from "../../contract/connection-owner.ts";
import type { EventError } from "../../contract/event-error.ts";

/** Why Microsoft refuses the application itself, and when to try again. */
const appErrorSchema = z.object({
  aadsts: z.int().optional(),
  /** Absent where an older version wrote it. */
  message: z.string().optional(),
  variable: z.enum(faultyVariables).optional(),
  since: z.number(),
  retry_at: z.number(),
  /** Fingerprint of the credential that failed: a changed one is tried at once. */
  fingerprint: z.string(),
});

/**
 * What access tokens are got by: `user`, the refresh token of a person who signed in; `tenant`, the
 * application's own credential, in a tenant that lets it in.
 */
export type GrantKind = ConnectionOwner["kind"];

/** The one row that says whose grant this is and how it fares. `refresh_token` is ciphertext. */
export interface Grant {
  kind: GrantKind;
  status: ConnectionStatus;
  client_id: string | null;
  tenant_id: string | null;
  object_id: string | null;
  upn: string | null;
  name: string | null;
  login_hint: string | null;
  /** The `accountAddress` where the account lives; null where an older version signed in. */
  home_account: string | null;
  scopes: readonly string[];
  required_scopes: readonly string[];
  required_resources: readonly string[];
  refresh_token: string | null;
  /** How a tenant came to be connected; null: it is not, or this is a user's. */
  proof: TenantProof | null;
  /** Application permissions in the last token of Graph, of a tenant. */
  roles: readonly string[];
  generation: number;
  remedy: StoredRemedy | null;
  probed_at: number | null;
  claims: string | null;
  degraded: EventError | null;
  app_error: z.infer<typeof appErrorSchema> | null;
  created_at: number;
  updated_at: number;
  last_refresh_at: number | null;
  last_used_at: number | null;
  version: number;
  backed_up_at: number | null;
  contact_at: number | null;
}

/** What a grant is once it was ended: nothing that could act for the user, or says who they are. */
export const endedGrant = {
  client_id: null,
  tenant_id: null,
  object_id: null,
  upn: null,
  name: null,
  login_hint: null,
  home_account: null,
  scopes: [],
  required_scopes: [],
  required_resources: [],
  refresh_token: null,
  proof: null,
  roles: [],
  remedy: null,
  probed_at: null,
  claims: null,
  degraded: null,
  app_error: null,
} satisfies Partial<Grant>;

/** Where the account of a grant lives, as far as it is known: a guest's home, or the tenant signed in to. */
export const homeOf = (
  grant: Pick<Grant, "home_account" | "object_id" | "tenant_id">,
): string | undefined => grant.home_account ?? accountAddress(grant.object_id, grant.tenant_id);

/** The table is STRICT: what a column holds was checked when it was written. Only JSON is read with care. */
type GrantColumns = {
  [Column in keyof Grant]: Grant[Column] extends SqlStorageValue
    ? Grant[Column]
    : string | Extract<Grant[Column], null>;
};

const stringsColumn = jsonColumn(z.array(z.string()));
const scopesOf = rememberingLast((text) => stringsColumn.parse(text));
const requiredScopesOf = rememberingLast((text) => stringsColumn.parse(text));
const requiredResourcesOf = rememberingLast((text) => stringsColumn.parse(text));
const rolesOf = rememberingLast((text) => stringsColumn.parse(text));
const remedyColumn = jsonColumn(storedRemedySchema);
const degradedColumn = jsonColumn(eventError);
const appErrorColumn = jsonColumn(appErrorSchema);

const grantOf = (row: GrantColumns): Grant => ({
  ...row,
  scopes: scopesOf(row.scopes),
  required_scopes: requiredScopesOf(row.required_scopes),
  required_resources: requiredResourcesOf(row.required_resources),
  roles: rolesOf(row.roles),
  remedy: row.remedy === null ? null : remedyColumn.parse(row.remedy),
  degraded: row.degraded === null ? null : degradedColumn.parse(row.degraded),
  app_error: row.app_error === null ? null : appErrorColumn.parse(row.app_error),
});

type GrantChange = Partial<Omit<Grant, "kind" | "created_at">>;

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
    const [row] = this.#sql.exec<GrantColumns>("SELECT * FROM grant").toArray();
    return row && { ...grantOf(row), ...this.#batch };
  }

  create(kind: GrantKind, status: ConnectionStatus, now: number): void {
    this.#sql.exec(
      "INSERT INTO grant (id, kind, status, created_at, updated_at) VALUES (1, ?, ?, ?, ?)",
      kind,
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
