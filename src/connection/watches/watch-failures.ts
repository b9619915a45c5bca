import { defined } from "../../contract/defined.ts";
import type { Failure } from "../../contract/errors.ts";
import type { StoredRemedy } from "../../contract/remedy.ts";
import type { ConnectionState } from "../connection-state.ts";
import { remedyOf } from "../policy/remedies.ts";
import { probeInterval } from "../policy/watch-due.ts";
import { rulesOf } from "../policy/watch-resource.ts";
import type { WatchColumns, WatchRow } from "../tables/watches.ts";
import { laterColumns } from "./subscription-term.ts";
import { errorOf, type InputFacts, type WatchTransitions } from "./watch-transitions.ts";

/** Milliseconds before a latch that is gone is believed: what refuses without one is not asked in a loop. */
const shortPause = 5_000;

export interface WatchFailuresOptions {
  state: ConnectionState;
  transitions: WatchTransitions;
  /** Of this Worker as Graph and browsers reach it. */
  publicOrigin: string;
  now: () => number;
  /** Uniform in [0, 1). */
  random: () => number;
}

/** What a watch makes of a request to Graph that did not do what it should. */
export class WatchFailures {
  readonly #options: WatchFailuresOptions;

  constructor(options: WatchFailuresOptions) {
    this.#options = options;
  }

  later(row: WatchRow, reason: Failure): { retry_at: number; attempts: number } {
    const { now, random } = this.#options;
    return laterColumns(row, reason, { now: now(), random: random() });
  }

  trouble(row: WatchRow, reason: Failure, columns: WatchColumns = { asked_at: null }): void {
    const { transitions } = this.#options;
    transitions.apply(row.id, "trouble", {
      columns: { ...this.later(row, reason), ...columns },
      error: errorOf(reason),
    });
  }

  /** It is not asked for again before it is asked for anew, and then with the longest life. */
  refused(row: WatchRow, reason: Failure): void {
    this.#options.transitions.apply(row.id, "refused", {
      columns: { asked_at: null, retry_at: null, attempts: 0, lifetime: 0 },
      error: errorOf(reason),
    });
  }

  /** Graph says no: for want of a permission, or for reasons of the organization. */
  forbidden(row: WatchRow, reason: Failure): void {
    const { publicOrigin, state, now } = this.#options;
    const { permission } = rulesOf(row.resource);
    const { kind, scopes, roles } = state.grant();
    const isTenant = kind === "tenant";
    const held = isTenant ? (roles ?? []) : scopes;
    const granted = held.some((one) => one.split("/").at(-1) === permission);
    const disposition =
      permission === undefined || granted
        ? {
            action: "contact_admin" as const,
            message: `The ${isTenant ? "application" : "account"} is not allowed to watch this: its administrator has to allow it.`,
          }
        : {
            // A tenant has no user who could consent.
            action: isTenant ? ("admin_consent" as const) : ("consent" as const),
            message: `This needs the permission ${permission}, or one that includes it.`,
          };
    const remedy = remedyOf(
      { ...disposition, latch: "none" },
      {
        tenantId: state.grant().tenant_id,
        scopes: permission === undefined ? [] : [permission],
        publicOrigin,
        now: now(),
      },
    );
    this.#blocked(row, "permission", { remedy, error: errorOf(reason) });
  }

  /** A permission may be given without notice: it is tried once a day. */
  #blocked(
    row: WatchRow,
    by: "latch" | "permission",
    facts: InputFacts & { remedy: StoredRemedy },
  ): void {
    const { now, transitions, state } = this.#options;
    transitions.apply(row.id, "blocked", {
      ...facts,
      columns: {
        asked_at: null,
        attempts: 0,
        retry_at: now() + (by === "permission" ? probeInterval : shortPause),
        ...facts.columns,
      },
    });
    state.watches.update(row.id, { blocked_by: by });
  }

  /** No answer of Graph's about the subscription: a latch waits for somebody, all else passes. */
  failed(row: WatchRow, reason: Failure, columns?: WatchColumns): void {
    const { remedy } = reason;
    if (reason.code === "action_required" && remedy !== undefined) {
      const { connect_url: _, ...stored } = remedy;
      return this.#blocked(row, "latch", { remedy: stored, ...defined({ columns }) });
    }
    // A refusal of our own that no time heals.
    if (reason.code === "forbidden") return this.refused(row, reason);
    this.trouble(row, reason, columns);
  }
}
