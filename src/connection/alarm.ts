import type { ConnectionLogLine } from "../log.ts";
import type { ConnectionState } from "./connection-state.ts";
import type { OutboxRow } from "./outbox.ts";
import type { PendingAuthorizations } from "./pending-authorizations.ts";
import type { Refresher } from "./refresher.ts";
import { nextDue, renewals } from "./schedule.ts";
import { parseResource } from "../entra/resource.ts";

/** An alarm this late was lost; the next touch sets it again. */
const lateness = 60_000;

export interface AlarmOptions {
  storage: DurableObjectStorage;
  state: ConnectionState;
  pending: PendingAuthorizations;
  refresher: Refresher;
  /** Tells a sink the truth of now; false when it has to be told again. */
  deliver: (row: OutboxRow) => Promise<boolean>;
  /** Deletes a connection that never came to be. */
  forget: () => Promise<void>;
  now: () => number;
  log: (line: Omit<ConnectionLogLine, "connection">) => void;
}

/** The one alarm of the object. Its time is derived from the tables, so there is nothing to forget. */
export class Alarm {
  readonly #options: AlarmOptions;
  #armedFor: number | null = null;

  constructor(options: AlarmOptions) {
    this.#options = options;
  }

  /** Sets the alarm to what is due next; call after every change. */
  arm(): void {
    const { storage, state, pending, refresher, now } = this.#options;
    const due = state.exists
      ? nextDue(state, pending, { now: now(), inFlight: refresher.inFlight })
      : null;
    if (due === this.#armedFor) return;
    this.#armedFor = due;
    const set = due === null ? storage.deleteAlarm() : storage.setAlarm(due);
    set.catch(() => {
      this.#armedFor = null;
    });
  }

  /** Repairs an alarm that should have rung and did not. */
  touch(): void {
    if (this.#armedFor === null || this.#armedFor + lateness > this.#options.now()) return;
    this.#armedFor = null;
    this.arm();
  }

  /** Does all that is due. Never throws. */
  async ring(): Promise<void> {
    this.#armedFor = null;
    try {
      if (this.#options.state.exists) await this.#work();
    } catch (error) {
      this.#options.log({
        level: "error",
        event: "alarm_failed",
        error_name: error instanceof Error ? error.name : typeof error,
      });
    }
    this.arm();
  }

  async #work(): Promise<void> {
    const { state, pending, refresher, now, deliver } = this.#options;
    await this.#recover();
    const due = renewals(state).filter(({ dueAt }) => dueAt <= now());
    await Promise.all(due.map((key) => refresher.renew(key)));
    if (!state.exists) return;
    pending.removeExpired(now());
    if (state.grant().status === "pending" && pending.nextExpiry() === null) {
      await this.#options.forget();
      return;
    }
    for (const row of state.outbox.due(now())) {
      if (await deliver(row)) state.outbox.delivered(row.id);
      else state.outbox.postpone(row, now());
    }
  }

  /**
   * An intent without a flight is a POST whose outcome died with the process. Entra does not revoke a
   * refresh token on use, so it is simply sent again.
   */
  async #recover(): Promise<void> {
    const { state, refresher } = this.#options;
    const intent = state.tokens.intent();
    if (intent === undefined || refresher.inFlight) return;
    const resource = parseResource(intent.resource);
    if (resource !== undefined) await refresher.renew({ resource, tenantId: intent.tenant_id });
    // A latch or a back-off may have kept it from being sent: then there is nothing to find out.
    if (state.exists && !refresher.inFlight) state.tokens.clearIntent();
  }
}
