import { backoff } from "../policy/renewal-policy.ts";

const none = { faults: 0, until: 0 };

/**
 * The wait after a token POST whose outcome could not be written, as after one that failed: callers
 * that come one after the other must not send one each. It is kept in memory, since storage fails.
 */
export class MintPause {
  #state = none;

  /** Milliseconds until a POST may be made again; 0 or less when it may be made now. */
  remaining(now: number): number {
    return this.#state.until - now;
  }

  /**
   * @param random in [0, 1)
   * @returns until when it lasts, in milliseconds since the epoch
   */
  begin(now: number, random: number): number {
    const faults = this.#state.faults + 1;
    const until = now + backoff(faults, random);
    this.#state = { faults, until };
    return until;
  }

  end(): void {
    this.#state = none;
  }
}
