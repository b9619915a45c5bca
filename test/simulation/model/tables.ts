import { TokenCipher } from "../../../src/connection/tables/token-cipher.ts";
import type { EncryptionKey } from "../../../src/config/config.ts";
import type { ConnectionStatus } from "../../../src/contract/connection-info.ts";
import type { ConnectionEvent } from "../../../src/contract/connection-events.ts";

export interface GrantSeen {
  status: ConnectionStatus;
  generation: number;
  upn: string | null;
  /** In clear. */
  refreshToken: string | null;
  homeTenant: string | null;
  /** What the latch of the whole connection asks for. */
  remedy: string | null;
  claims: string | null;
  /** Which credential of the application was refused, and until when it is not tried again. */
  appError: { fingerprint: string; retryAt: number } | null;
}

export interface RowSeen {
  resource: string;
  tenantId: string;
  /** In clear. */
  token: string | null;
  generation: number;
  /** What its latch asks for. */
  remedy: string | null;
  retryAt: number | null;
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

type Value = string | number | bigint | null | ArrayBuffer | ArrayBufferView;
export type Row = Readonly<Record<string, Value | undefined>>;

/** The tables as they are stored. */
export interface Rows {
  grant: Row | undefined;
  tokens: readonly Row[];
  intent: Row | undefined;
  events: readonly Row[];
  outbox: readonly Row[];
  signIns: readonly Row[];
  cooldowns: readonly Row[];
  watches: readonly Row[];
  changes: readonly Row[];
  alarm: number | null;
  due: number | null;
  /** The same for watches, as long as Graph is asked nothing about them. */
  watchDue: number | null;
}

const text = (value: Value | undefined): string | null =>
  typeof value === "string" ? value : null;

const actionOf = (remedy: Value | undefined): string | null =>
  typeof remedy === "string" ? JSON.parse(remedy).action : null;

function appErrorOf(error: string | null): GrantSeen["appError"] {
  if (error === null) return null;
  const { fingerprint, retry_at: retryAt } = JSON.parse(error);
  return { fingerprint, retryAt };
}

/** Reads what the tables of one connection say; what they hold encrypted is opened, each text once. */
export class TableReader {
  readonly #cipher: TokenCipher;
  readonly #opened = new Map<string, string>();
  readonly #events: EventSeen[] = [];

  constructor(connectionId: string, keys: readonly EncryptionKey[]) {
    this.#cipher = new TokenCipher(connectionId, keys);
  }

  async read({ grant, tokens, intent, events, alarm, due }: Rows): Promise<Tables | undefined> {
    if (grant === undefined) return undefined;
    return {
      grant: {
        status: text(grant["status"]) as ConnectionStatus,
        generation: Number(grant["generation"]),
        upn: text(grant["upn"]),
        refreshToken: await this.#open("refresh_token", text(grant["refresh_token"])),
        homeTenant: text(grant["tenant_id"]),
        remedy: actionOf(grant["remedy"]),
        claims: text(grant["claims"]),
        appError: appErrorOf(text(grant["app_error"])),
      },
      rows: await Promise.all(
        tokens.map(async (row) => ({
          resource: String(row["resource"]),
          tenantId: String(row["tenant_id"]),
          token: await this.#open("access_token", text(row["token"])),
          generation: Number(row["generation"]),
          remedy: actionOf(row["remedy"]),
          retryAt: row["retry_at"] === null ? null : Number(row["retry_at"]),
        })),
      ),
      intent: intent && {
        resource: String(intent["resource"]),
        startedAt: Number(intent["started_at"]),
      },
      events: events.map((row) => this.#event(row)),
      alarm,
      due,
    };
  }

  /** An event that was read before is read once. */
  #event(row: Row): EventSeen {
    const seq = Number(row["seq"]);
    const id = String(row["id"]);
    const known = this.#events[seq];
    if (known?.id === id) return known;
    const event: EventSeen = {
      seq,
      id,
      type: String(row["type"]) as ConnectionEvent["type"],
      data: JSON.parse(String(row["data"])),
    };
    this.#events[seq] = event;
    return event;
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
