import { defined } from "../../contract/defined.ts";
import type { EventError } from "../../contract/event-error.ts";
import type { Failure } from "../../contract/errors.ts";
import type { StoredRemedy } from "../../contract/remedy.ts";
import type { GapReason } from "../../contract/watch.ts";
import type { ConnectionState } from "../connection-state.ts";
import {
  watchStep,
  type WatchFacts,
  type WatchInput,
  type WatchStep,
} from "../policy/watch-policy.ts";
import { missingSince } from "../policy/watch-gap.ts";
import type { NewEvent } from "../tables/events.ts";
import type { WatchColumns, WatchRow } from "../tables/watches.ts";

export interface WatchTransitionsOptions {
  state: ConnectionState;
  now: () => number;
}

/** What is known of an input beyond its word. */
export interface InputFacts {
  columns?: WatchColumns;
  /** Of `blocked`. */
  remedy?: StoredRemedy;
  /** Of `refused`, `blocked` and `trouble`. */
  error?: EventError;
}

/** What a failure says of a watch, for its readers. */
export const errorOf = ({ code, message, details }: Failure): EventError => ({
  code,
  message,
  ...defined({ request_id: details?.upstream_request_id }),
});

const factsOf = (row: WatchRow, now: number): WatchFacts => ({
  state: row.state,
  subscribed: row.subscription_id !== null,
  gap: row.gap_since !== null,
  sinceRenewal: row.confirmed_at === null ? Infinity : now - row.confirmed_at,
});

/**
 * What is no longer so when a subscription is gone: the next one has another secret. One that waits for
 * somebody is tried when it would have been.
 */
const forgotten = (row: WatchRow, { state, gap }: WatchStep, now: number): WatchColumns => ({
  incarnation: row.incarnation + 1,
  subscription_id: null,
  signed_by: null,
  // An end that Graph was asked to move may have been moved unheard: the next creation looks for it first.
  asked_at: gap === "expired" ? now : null,
  expires_at: null,
  renew_at: null,
  check_at: null,
  retry_at: state === "blocked" ? row.retry_at : null,
  attempts: 0,
});

/** Writes what becomes of watches: each input is one change of the tables, with the events it leads to. */
export class WatchTransitions {
  readonly #options: WatchTransitionsOptions;
  readonly #gaps = new Map<string, number>();

  constructor(options: WatchTransitionsOptions) {
    this.#options = options;
  }

  /**
   * Takes what happened to a watch.
   *
   * @returns what is to be done about it now; undefined when there is no such watch
   */
  apply(id: string, input: WatchInput, facts: InputFacts = {}): WatchStep | undefined {
    const { state, now } = this.#options;
    const row = state.exists ? state.watches.read(id) : undefined;
    if (row === undefined) return undefined;
    const step = watchStep(factsOf(row, now()), input);
    if (step.state === "ended") {
      state.commit(now(), (emit) => {
        state.watches.remove(id);
        emit({ type: "watch.ended", data: dataOf(row) });
      });
      return step;
    }
    const gap = step.gap === undefined ? undefined : this.#gap(row, step.gap);
    const columns: WatchColumns = {
      ...(step.forget === true && forgotten(row, step, now())),
      ...facts.columns,
      ...gap?.columns,
      state: step.state,
      ...waitsFor(step, facts),
    };
    this.#write(row, columns, [...stateEvent(row, step, facts), ...(gap?.events ?? [])]);
    return step;
  }

  /** How often changes of a watch were found to be missing in this life, beside an open gap too. */
  gapsOf(id: string): number {
    return this.#gaps.get(id) ?? 0;
  }

  /**
   * Notes that changes of a watch may be missing.
   *
   * @param at when the first of them came, in milliseconds since the epoch
   */
  openGap(id: string, reason: GapReason, at: number): void {
    const { state } = this.#options;
    const row = state.watches.read(id);
    const gap = row && this.#gap(row, reason, at);
    if (row !== undefined && gap !== undefined) this.#write(row, gap.columns, gap.events);
  }

  /** What was missed has been read. */
  closeGap(row: WatchRow): void {
    const { gap_since: since, gap_reason: reason } = row;
    if (since === null || reason === null) return;
    this.#write(row, { gap_since: null, gap_reason: null }, [
      {
        type: "watch.gap",
        data: { ...dataOf(row), reason, since: new Date(since).toISOString(), caught_up: true },
      },
    ]);
  }

  /** A gap that is to be caught up is one until then; of others the last one is shown. */
  #gap(
    row: WatchRow,
    reason: GapReason,
    at = this.#options.now(),
  ): { columns: WatchColumns; events: NewEvent[] } | undefined {
    this.#gaps.set(row.id, this.gapsOf(row.id) + 1);
    if (row.gap_since !== null && row.catch_up) return undefined;
    const since = missingSince(reason, {
      now: at,
      createdAt: row.created_at,
      confirmedAt: row.confirmed_at,
      lastReceivedAt: this.#options.state.changes.lastTimeOf(row.id),
    });
    return {
      columns: { gap_since: since, gap_reason: reason },
      events: [
        {
          type: "watch.gap",
          data: { ...dataOf(row), reason, since: new Date(since).toISOString() },
        },
      ],
    };
  }

  #write(row: WatchRow, columns: WatchColumns, events: readonly NewEvent[]): void {
    const { state, now } = this.#options;
    // Only what others are told of is a change of the connection.
    if (events.length === 0) return state.watches.update(row.id, columns);
    state.commit(now(), (emit) => {
      state.watches.update(row.id, columns);
      events.forEach(emit);
    });
  }
}

const dataOf = ({ id, resource }: WatchRow) => ({ watch: id, resource });

/** Why a watch is not active, as long as it is not. */
function waitsFor(
  { state }: WatchStep,
  { remedy, error }: InputFacts,
): Pick<WatchColumns, "remedy" | "error" | "blocked_by"> {
  switch (state) {
    case "active":
      return { remedy: null, error: error ?? null, blocked_by: null };
    case "pending":
    case "refused":
      return { remedy: null, blocked_by: null, ...defined({ error }) };
    case "blocked":
      return defined({ remedy, error });
    case "ended":
      return {};
  }
}

function stateEvent(row: WatchRow, { state }: WatchStep, facts: InputFacts): NewEvent[] {
  if (state === row.state) return [];
  switch (state) {
    case "active":
      return [{ type: "watch.active", data: dataOf(row) }];
    case "blocked":
      return facts.remedy === undefined
        ? []
        : [{ type: "watch.blocked", data: { ...dataOf(row), remedy: facts.remedy } }];
    case "refused":
      return facts.error === undefined
        ? []
        : [{ type: "watch.refused", data: { ...dataOf(row), error: facts.error } }];
    case "pending":
    case "ended":
      return [];
  }
}
