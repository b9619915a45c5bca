import { endsWithin } from "../platform/deadline.ts";
import { errorName } from "../contract/errors.ts";
import type { ConnectionState } from "./connection-state.ts";
import type { Courier } from "./delivery/courier.ts";
import { defined } from "../contract/defined.ts";
import type { AlarmFacts } from "../platform/telemetry.ts";
import { directorySink } from "./tables/outbox.ts";
import type { Refresher } from "./tokens/refresher.ts";
import { isAbandoned, nextDue, readSchedule, renewals, type Schedule } from "./policy/schedule.ts";
import { parseResource } from "../entra/resource.ts";

/** An alarm this late was lost; the next touch sets it again. */
const lateness = 60_000;

export interface AlarmOptions {
  storage: DurableObjectStorage;
  state: ConnectionState;
  refresher: Refresher;
  courier: Courier;
  now: () => number;
  /** Told of every ring, at its end. */
  alarmRan: (facts: AlarmFacts) => void;
}

/** Milliseconds a ring waits for deliveries. */
const deliveryPatience = 2_000;
/** Between one ring and the next. */
const pause = 1_000;
/** After one that failed: what nobody expected to fail may fail each time, and each time ask Entra. */
const failurePause = 60_000;

/** The one alarm of the object. Its time is derived from the tables, so there is nothing to forget. */
export class Alarm {
  readonly #options: AlarmOptions;
  #armedFor: number | null = null;
  #known = false;
  #ringing = false;
  /** In this ring. */
  #renewals = 0;

  constructor(options: AlarmOptions) {
    this.#options = options;
  }

  /**
   * Sets the alarm to what is due next; call after every change.
   *
   * @param earliest milliseconds since the epoch before which it must not ring.
   */
  arm(earliest = 0): void {
    const { state, now } = this.#options;
    const schedule = state.exists ? readSchedule(state) : undefined;
    try {
      if (schedule !== undefined) state.keepContact(schedule, now());
    } finally {
      // Where the appointment cannot be written, what is due is so all the same.
      this.#armFor(schedule, earliest);
    }
  }

  #armFor(schedule: Schedule | undefined, earliest: number): void {
    const { refresher, courier, now } = this.#options;
    // No alarm rings while one does, and that one may wait for Entra: what is due now goes at once.
    if (this.#ringing) courier.run().catch(() => undefined);
    const next =
      schedule === undefined
        ? null
        : nextDue(schedule, {
            now: now(),
            inFlight: refresher.inFlight,
            delivery: courier.nextDue(),
          });
    this.#set(next === null ? null : Math.max(next, earliest));
  }

  #set(due: number | null): void {
    const { storage } = this.#options;
    if (due === this.#armedFor) return;
    this.#armedFor = due;
    const set = due === null ? storage.deleteAlarm() : storage.setAlarm(due);
    set.catch(() => {
      this.#armedFor = null;
    });
  }

  /**
   * Repairs an alarm that is missing, or should have rung and did not; call after an answer. The
   * first touch of a life asks the platform what is set: setting it anew at every wake would be a
   * write each, for which the first call had to wait.
   */
  touch(): void {
    if (!this.#known) {
      this.#known = true;
      // In a turn of its own: the answer would wait for all that is read here.
      setTimeout(() => {
        this.#recall().catch(() => undefined);
      }, 0);
      return;
    }
    if (this.#isLate()) this.#rearm();
  }

  async #recall(): Promise<void> {
    const set = await this.#options.storage.getAlarm();
    this.#armedFor ??= set;
    if (this.#isLate()) this.#rearm();
    else this.arm();
  }

  #isLate(): boolean {
    return this.#armedFor !== null && this.#armedFor + lateness <= this.#options.now();
  }

  /** Sets it even where it is set for that time: it should have rung. */
  #rearm(): void {
    this.#armedFor = null;
    this.arm();
  }

  /**
   * Does all that is due. Never throws.
   *
   * @param dueAt when it should have rung, in milliseconds since the epoch, if the platform says so
   */
  async ring(dueAt = this.#armedFor): Promise<void> {
    const { state, courier, now, alarmRan } = this.#options;
    const began = now();
    const { deliveries } = courier;
    this.#armedFor = null;
    this.#ringing = true;
    this.#renewals = 0;
    let fault: string | undefined;
    try {
      if (state.exists) await this.#work();
    } catch (error) {
      fault = errorName(error);
    }
    this.#ringing = false;
    try {
      // Whatever could not be done now must not make the alarm ring without end.
      this.arm(now() + (fault === undefined ? pause : failurePause));
    } catch (error) {
      fault ??= errorName(error);
      this.#set(now() + failurePause);
    }
    alarmRan({
      outcome: fault === undefined ? "ok" : "failed",
      ...defined({ error_name: fault }),
      lag_ms: Math.max(0, began - (dueAt ?? began)),
      duration_ms: now() - began,
      renewals: this.#renewals,
      deliveries: courier.deliveries - deliveries,
    });
  }

  async #work(): Promise<void> {
    const { state, courier, now } = this.#options;
    state.pending.removeExpired(now());
    if (isAbandoned(readSchedule(state)) && state.outbox.waiting().length === 0) {
      state.outbox.put(directorySink, now());
    }
    const delivered = courier.run();
    delivered.catch(() => undefined);
    await this.#renew();
    await this.#briefly(Promise.all([delivered, courier.run()]));
  }

  /**
   * Waits for what is quick, so that it is done with this ring. A receiver who takes his time is left
   * to it: while a ring lasts no other begins, and a renewal that falls due would wait for him.
   */
  async #briefly(deliveries: Promise<unknown>): Promise<void> {
    const { state, now } = this.#options;
    const due = state.exists ? renewals(state).map(({ dueAt }) => dueAt) : [];
    const wait = Math.min(deliveryPatience, ...due.map((dueAt) => Math.max(0, dueAt - now())));
    await endsWithin(wait, deliveries);
  }

  async #renew(): Promise<void> {
    const { state, refresher, now } = this.#options;
    await this.#recover();
    if (!state.exists) return;
    const due = renewals(state).filter(({ dueAt }) => dueAt <= now());
    this.#renewals += due.length;
    await Promise.all(due.map((key) => refresher.renew(key)));
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
    if (resource !== undefined) {
      this.#renewals += 1;
      await refresher.renew({ resource, tenantId: intent.tenant_id });
    }
    // A latch or a back-off may have kept it from being sent: then there is nothing to find out.
    if (state.exists && !refresher.inFlight) state.tokens.clearIntent();
  }
}
