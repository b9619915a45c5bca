import { afterEach, beforeEach, vi } from "vitest";
import { sandbox } from "./sandbox.ts";

/**
 * Moves the time of the Worker and of the sandbox together. workerd's own alarm clock stays where it
 * is: alarms are run by `runDurableObjectAlarm`.
 */
export class SimulatedClock {
  #start = 0;
  #offsetSeconds = 0;

  start(): void {
    this.#start = Date.now();
    this.#offsetSeconds = 0;
    vi.useFakeTimers({ toFake: ["Date"], now: this.#start });
  }

  async advance(seconds: number): Promise<void> {
    this.#offsetSeconds += seconds;
    await sandbox.settings({ clock_offset_s: this.#offsetSeconds });
    vi.setSystemTime(this.#start + this.#offsetSeconds * 1_000);
  }

  async restore(): Promise<void> {
    vi.useRealTimers();
    await sandbox.settings({ clock_offset_s: 0 });
  }
}

/** A clock that is started for each test of the file; after each, its time is restored, and so is every spied method. */
export function clockOfEachTest(): Pick<SimulatedClock, "advance"> {
  const clock = new SimulatedClock();
  beforeEach(() => {
    clock.start();
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await clock.restore();
  });
  return clock;
}
