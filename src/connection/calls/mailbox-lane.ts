import type { Timer } from "../../platform/deadline.ts";

/** Exchange serves this many requests of one application and mailbox at a time. */
const width = 4;

/** Milliseconds a call waits for its turn: Microsoft may never answer the one in front. */
export const laneWait = 10_000;

/** Gives a place up for the call that waits first. It has an effect once. */
type Leave = () => void;

export interface LaneWait {
  /** Of the caller: one that is gone needs no place. */
  signal: AbortSignal;
  timer: Timer;
}

/** Lets four calls to a mailbox out at once; the others wait in the order they came. */
export class MailboxLane {
  #free = width;
  /** Functions that let one in, the first comer first. */
  readonly #waiting = new Set<() => void>();

  get idle(): boolean {
    return this.#free === width;
  }

  /** @returns what gives the place up, or undefined when there was none in time or the caller is gone */
  async enter({ signal, timer }: LaneWait): Promise<Leave | undefined> {
    if (signal.aborted) return undefined;
    if (this.#free > 0) {
      this.#free -= 1;
      return this.#leave();
    }
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const admit = (): void => resolve(true);
    const giveUp = (): void => {
      // A call that was let in meanwhile has the place, and gives it up itself.
      if (this.#waiting.delete(admit)) resolve(false);
    };
    const callOff = timer(laneWait, giveUp);
    signal.addEventListener("abort", giveUp, { once: true });
    this.#waiting.add(admit);
    const admitted = await promise;
    callOff();
    signal.removeEventListener("abort", giveUp);
    return admitted ? this.#leave() : undefined;
  }

  #leave(): Leave {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const [next] = this.#waiting;
      if (next === undefined) {
        this.#free += 1;
        return;
      }
      this.#waiting.delete(next);
      next();
    };
  }
}

/** The lanes of a connection: one for each mailbox that is being called. */
export class MailboxLanes {
  readonly #lanes = new Map<string, MailboxLane>();

  /** @param mailbox the throttle scope of the call */
  async enter(mailbox: string, wait: LaneWait): Promise<Leave | undefined> {
    const lane = this.#lanes.get(mailbox) ?? new MailboxLane();
    this.#lanes.set(mailbox, lane);
    const leave = await lane.enter(wait);
    const forgetIdle = (): void => {
      if (lane.idle && this.#lanes.get(mailbox) === lane) this.#lanes.delete(mailbox);
    };
    if (leave === undefined) {
      forgetIdle();
      return undefined;
    }
    return () => {
      leave();
      forgetIdle();
    };
  }
}
