import type { Owner, Scheduler } from "./scheduler.ts";

interface Timer {
  id: number;
  /** Of the milliseconds that passed. */
  at: number;
  run: () => void;
  owner: Owner | undefined;
}

/** The time of the simulation. It stands still unless it is set. */
export class Clock {
  readonly #scheduler: Scheduler;
  #timers: Timer[] = [];
  /** Milliseconds that passed: timers are measured by it, whatever the clock on the wall is set to. */
  #passed = 0;
  /** The time on the wall when nothing had passed, in milliseconds since the epoch. */
  #origin = 0;
  #ids = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Milliseconds since the epoch. */
  get now(): number {
    return this.#origin + this.#passed;
  }

  reset(now: number): void {
    this.#origin = now;
    this.#passed = 0;
    this.#timers = [];
  }

  /** Whether an owner waits for a timer. */
  isAwaitedBy(owner: Owner): boolean {
    return this.#timers.some((timer) => timer.owner === owner);
  }

  setTimer(milliseconds: number, run: () => void): number {
    const id = (this.#ids += 1);
    const { owner } = this.#scheduler;
    if (milliseconds <= 0) this.#scheduler.add(run, owner);
    else this.#timers.push({ id, at: this.#passed + milliseconds, run, owner });
    return id;
  }

  clearTimer(id: number): void {
    const place = this.#timers.findIndex((timer) => timer.id === id);
    if (place !== -1) this.#timers.splice(place, 1);
  }

  /**
   * Lets time pass: each timer that falls due rings at its time, all that follows included. A time of
   * before sets the clock back.
   *
   * @param isTimed false: the timers do not ring
   */
  async advanceTo(time: number, isTimed = true): Promise<void> {
    const until = this.#passed + time - this.now;
    if (until < this.#passed) {
      this.#origin += time - this.now;
      return;
    }
    if (isTimed) await this.#ringUntil(until);
    this.#passed = until;
  }

  async #ringUntil(until: number): Promise<void> {
    for (;;) {
      this.#timers = this.#timers.filter(({ owner }) => owner?.alive !== false);
      const next = this.#timers.reduce<Timer | undefined>(
        (first, timer) => (first === undefined || timer.at < first.at ? timer : first),
        undefined,
      );
      if (next === undefined || next.at > until) return;
      this.clearTimer(next.id);
      this.#passed = Math.max(this.#passed, next.at);
      this.#scheduler.add(next.run, next.owner);
      await this.#scheduler.settle();
    }
  }
}
