import { vi } from "vitest";
import { sandbox } from "./sandbox.ts";

/**
 * Moves the time of the Worker and of the sandbox together. workerd's own alarm clock stays where it
 * is: alarms are run by `runDurableObjectAlarm`.
 */
export class SimulatedClock {
  readonly #start = Date.now();
  #offsetSeconds = 0;

  constructor() {
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
