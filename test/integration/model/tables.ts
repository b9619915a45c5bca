import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { configOf } from "../../../src/config/config.ts";
import type { ConnectionStatus } from "../../../src/contract/connection-info.ts";
import type { ConnectionEvent } from "../../../src/contract/connection-events.ts";
import { createParts } from "../../../src/connection/parts.ts";
import { dueWork, earliest } from "../../../src/connection/policy/schedule.ts";
import { TokenCipher } from "../../../src/connection/tables/token-cipher.ts";
import type { Stub } from "../support/connections.ts";

export interface GrantSeen {
  status: ConnectionStatus;
  generation: number;
  upn: string | null;
  /** In clear. */
  refreshToken: string | null;
  homeTenant: string | null;
}

export interface RowSeen {
  resource: string;
  tenantId: string;
  /** In clear. */
  token: string | null;
  generation: number;
}

export interface IntentSeen {
  resource: string;
  startedAt: number;
}

export type EventSeen = Pick<ConnectionEvent, "seq" | "id" | "type"> & {
  data: Record<string, unknown>;
};

/** What a connection's tables say between two commands. */
export interface Tables {
  grant: GrantSeen;
  rows: RowSeen[];
  intent: IntentSeen | undefined;
  /** The whole log. */
  events: EventSeen[];
  /** When the platform will ring, and when there is something to do. */
  alarm: number | null;
  due: number | null;
}

type Row = Record<string, SqlStorageValue>;
const text = (value: SqlStorageValue | undefined): string | null =>
  typeof value === "string" ? value : null;

/** Reads the tables of one connection; what they hold encrypted is opened, each text once. */
export class TableReader {
  readonly #cipher: TokenCipher;
  readonly #opened = new Map<string, string>();

  constructor(connectionId: string) {
    this.#cipher = new TokenCipher(connectionId, config().encryptionKeys);
  }

  /** Undefined when there is no connection. */
  async read(stub: Stub): Promise<Tables | undefined> {
    const seen = await runInDurableObject(stub, async (_, ctx) => {
      const { storage } = ctx;
      const rows = (query: string): Row[] => storage.sql.exec<Row>(query).toArray();
      if (rows("SELECT 1 FROM sqlite_master WHERE name = 'grant'").length === 0) return undefined;
      // A copy of the parts, which changes nothing: only to ask what is due by these tables.
      const { state } = createParts({
        ctx,
        env,
        config: config(),
        connectionId: ctx.id.name ?? "",
        expiringSockets: () => [],
      });
      return {
        grant: rows("SELECT * FROM grant"),
        tokens: rows("SELECT * FROM access_token"),
        intents: rows("SELECT * FROM refresh_intent"),
        events: rows("SELECT * FROM event ORDER BY seq"),
        alarm: await storage.getAlarm(),
        // As with a flight: without one the intent of a dead process may wait for its 30 seconds.
        due: earliest(
          dueWork(state.schedule(), { now: Date.now(), inFlight: true, leases: new Map() }),
        ),
      };
    });
    const [grant] = seen?.grant ?? [];
    if (seen === undefined || grant === undefined) return undefined;
    const [intent] = seen.intents;
    return {
      grant: {
        status: text(grant["status"]) as ConnectionStatus,
        generation: Number(grant["generation"]),
        upn: text(grant["upn"]),
        refreshToken: await this.#open("refresh_token", text(grant["refresh_token"])),
        homeTenant: text(grant["tenant_id"]),
      },
      rows: await Promise.all(
        seen.tokens.map(async (row) => ({
          resource: String(row["resource"]),
          tenantId: String(row["tenant_id"]),
          token: await this.#open("access_token", text(row["token"])),
          generation: Number(row["generation"]),
        })),
      ),
      intent: intent && {
        resource: String(intent["resource"]),
        startedAt: Number(intent["started_at"]),
      },
      events: seen.events.map((row) => ({
        seq: Number(row["seq"]),
        id: String(row["id"]),
        type: String(row["type"]) as ConnectionEvent["type"],
        data: JSON.parse(String(row["data"])),
      })),
      alarm: seen.alarm,
      due: seen.due,
    };
  }

  async #open(column: "refresh_token" | "access_token", sealed: string | null) {
    if (sealed === null) return null;
    const known = this.#opened.get(sealed);
    if (known !== undefined) return known;
    const opened = await this.#cipher.open(column, sealed);
    if (!opened.ok) throw new Error(`a stored ${column} does not open: ${opened.error}`);
    this.#opened.set(sealed, opened.value);
    return opened.value;
  }
}

function config() {
  const read = configOf(env);
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}
