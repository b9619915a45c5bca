import type { Owner, Scheduler } from "./scheduler.ts";

interface Timer {
  id: number;
  at: number;
  run: () => void;
  owner: Owner | undefined;
}

/** The time of the simulation. It stands still unless it is set. */
export class Clock {
  readonly #scheduler: Scheduler;
  #timers: Timer[] = [];
  #now = 0;
  #ids = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Milliseconds since the epoch. */
  get now(): number {
    return this.#now;
  }

  reset(now: number): void {
    this.#now = now;
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
    else this.#timers.push({ id, at: this.#now + milliseconds, run, owner });
    return id;
  }

  clearTimer(id: number): void {
    this.#timers = this.#timers.filter((timer) => timer.id !== id);
  }

  /**
   * Lets time pass, or jumps back: each timer that falls due rings at its time, all that follows included.
   *
   * @param isTimed false: the timers do not ring
   */
  async advanceTo(time: number, isTimed = true): Promise<void> {
    if (!isTimed) {
      this.#now = time;
      return;
    }
    for (;;) {
      this.#timers = this.#timers.filter(({ owner }) => owner?.alive !== false);
      const next = this.#timers.reduce<Timer | undefined>(
        (first, timer) => (first === undefined || timer.at < first.at ? timer : first),
        undefined,
      );
      if (next === undefined || next.at > time) break;
      this.clearTimer(next.id);
      this.#now = Math.max(this.#now, next.at);
      this.#scheduler.add(next.run, next.owner);
      await this.#scheduler.settle();
    }
    this.#now = time;
  }
}
