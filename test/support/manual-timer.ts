import type { Timer } from "../../src/platform/deadline.ts";

/** A timer whose time passes when a test says so. */
export class ManualTimer {
  #now = 0;
  readonly #waits = new Set<{ at: number; ring: () => void }>();

  readonly timer: Timer = (milliseconds, ring) => {
    const wait = { at: this.#now + milliseconds, ring };
    this.#waits.add(wait);
    return () => this.#waits.delete(wait);
  };

  /** How many waits have neither rung nor been called off. */
  get waiting(): number {
    return this.#waits.size;
  }

  /** Lets time pass, and rings what is due by then, the earliest first. */
  elapse(milliseconds: number): void {
    this.#now += milliseconds;
    const due = [...this.#waits].filter(({ at }) => at <= this.#now);
    due.sort((one, other) => one.at - other.at);
    for (const wait of due) {
      this.#waits.delete(wait);
      wait.ring();
    }
  }
}
