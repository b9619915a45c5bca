import { errorName } from "../contract/errors.ts";
import { endsWithin, type Timer } from "../platform/deadline.ts";
import type { AlarmTable } from "./alarm-work.ts";
import type { ConnectionState } from "./connection-state.ts";
import type { OutboxRelay } from "./delivery/outbox-relay.ts";
import { defined } from "../contract/defined.ts";
import type { AlarmFacts } from "../platform/telemetry.ts";
import {
  dueKinds,
  dueWork,
  earliest,
  isOfKind,
  renewals,
  type Due,
  type DueKind,
} from "./policy/schedule.ts";
import type { Refresher } from "./tokens/refresher.ts";
import type { WatchKeeper } from "./watches/keeper.ts";

/** Milliseconds from the first answer of a life to the look after its alarm: the answer is gone by then. */
const lookDelay = 20;
/** An alarm this late was lost; the next touch sets it again. */
const lateness = 60_000;
/** Milliseconds an alarm waits for deliveries. */
const deliveryWait = 2_000;
/** Between one alarm and the next. */
const pause = 1_000;
/** After one that failed: an unexpected failure may repeat, and each time ask Entra. */
const failurePause = 60_000;

export interface AlarmOptions {
  storage: Pick<DurableObjectStorage, "getAlarm" | "setAlarm" | "deleteAlarm">;
  state: Pick<ConnectionState, "exists" | "schedule">;
  refresher: Pick<Refresher, "inFlight" | "renewals">;
  relay: Pick<OutboxRelay, "run" | "leases" | "deliveries">;
  watches: Pick<WatchKeeper, "leases">;
  table: AlarmTable;
  now: () => number;
  timer: Timer;
  /** Called after every alarm. */
  alarmRan: (facts: AlarmFacts) => void;
}

/** The one alarm of the object. Its time is derived from the tables, so nothing can be forgotten. */
export class Alarm {
  readonly #options: AlarmOptions;
  #armedFor: number | null = null;
  #known = false;
  #running = false;
  #restsUntil = 0;

  constructor(options: AlarmOptions) {
    this.#options = options;
  }

  /**
   * Sets the alarm to what is due next; call after every change, in the turn of the change.
   *
   * @param notBefore milliseconds since the epoch
   */
  arm(notBefore = 0): void {
    const { relay } = this.#options;
    // No alarm runs while one does, and that one may wait for Entra: deliveries go out at once.
    if (this.#running) relay.run().catch(() => undefined);
    const next = earliest(this.#due());
    this.#set(next === null ? null : Math.max(next, notBefore));
  }

  /**
   * When the pause after the last alarm ends, in milliseconds since the epoch: what that alarm began and
   * did not wait for sets none before.
   */
  get restsUntil(): number {
    return this.#restsUntil;
  }

  /** All that lies ahead, by the tables as they are now. */
  #due(): Due[] {
    const { state, refresher, relay, watches, now } = this.#options;
    if (!state.exists) return [];
    const underWay = {
      now: now(),
      inFlight: refresher.inFlight,
      leases: relay.leases,
      watchLeases: watches.leases,
    };
    return dueWork(state.schedule(), underWay);
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
   * Repairs an alarm that is missing, late or wrong; call after an answer. The first touch of a life asks
   * the platform what is set, and sets what the tables ask for: a process that was killed may have left
   * a change without its alarm.
   */
  touch(): void {
    if (!this.#known) {
      this.#known = true;
      // The answer would wait for what is read here, and share the thread with what is set.
      this.#options.timer(lookDelay, () => {
        this.#recall().catch(() => undefined);
      });
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

  /** Sets it even where it is set for that time: it should have run. */
  #rearm(): void {
    this.#armedFor = null;
    this.arm();
  }

  /**
   * Does all that is due. Never throws.
   *
   * @param dueAt when it should have run, in milliseconds since the epoch, if the platform says so
   */
  async run(dueAt = this.#armedFor): Promise<void> {
    const { relay, refresher, now, alarmRan } = this.#options;
    const began = now();
    const { deliveries } = relay;
    const { renewals: renewalsBefore } = refresher;
    this.#armedFor = null;
    this.#running = true;
    let fault: string | undefined;
    try {
      await this.#work();
    } catch (error) {
      fault = errorName(error);
    }
    this.#running = false;
    try {
      // What could not be done now must not make the alarm run without end.
      this.#restsUntil = now() + (fault === undefined ? pause : failurePause);
      this.arm(this.#restsUntil);
    } catch (error) {
      fault ??= errorName(error);
      this.#restsUntil = now() + failurePause;
      this.#set(this.#restsUntil);
    }
    alarmRan({
      outcome: fault === undefined ? "ok" : "failed",
      ...defined({ error_name: fault }),
      lag_ms: Math.max(0, began - (dueAt ?? began)),
      duration_ms: now() - began,
      renewals: refresher.renewals - renewalsBefore,
      deliveries: relay.deliveries - deliveries,
    });
  }

  async #work(): Promise<void> {
    const { relay, table } = this.#options;
    const background: Promise<void>[] = [];
    let due = this.#due();
    for (const kind of dueKinds) {
      const done = this.#runKind(kind, due);
      if (done === undefined) continue;
      if (table[kind].inBackground === true) {
        // It is awaited below; until then a failure has no handler.
        done.catch(() => undefined);
        background.push(done);
      } else {
        await done;
      }
      // What was done may have made other work due, or undone it.
      due = this.#due();
    }
    await this.#briefly(Promise.all([...background, relay.run()]));
  }

  /** @returns undefined when nothing of the kind is due */
  #runKind<Kind extends DueKind>(kind: Kind, all: readonly Due[]): Promise<void> | undefined {
    const { table, now } = this.#options;
    const due = all.filter(isOfKind(kind)).filter(({ at }) => at <= now());
    return due.length === 0 ? undefined : Promise.resolve(table[kind].run(due));
  }

  /** Waits for quick deliveries, so that they end with this alarm. Slow ones continue in the background. */
  async #briefly(deliveries: Promise<unknown>): Promise<void> {
    const { state, now } = this.#options;
    const next = state.exists ? earliest(renewals(state.schedule())) : null;
    const wait = Math.min(deliveryWait, Math.max(0, (next ?? Infinity) - now()));
    await endsWithin(wait, deliveries);
  }
}
