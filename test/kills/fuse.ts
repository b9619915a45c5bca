import type { Random } from "../support/random.ts";

/** What happens while a Worker is under load, and may be followed by its end. */
export type Occasion =
  /** A token request has reached Microsoft. */
  | "token-request"
  /** A sign-in, a confirmation or a disconnect was answered: its D1 write is under way. */
  | "change"
  /** Microsoft's answer to a sign-in is on its way to the Worker. */
  | "callback"
  /** A webhook delivery has reached its receiver. */
  | "delivery"
  /** A request about a subscription has reached Graph. */
  | "subscription"
  /** A notification of Graph's is on its way to the Worker. */
  | "notification"
  /** An agent has asked the authorization server for something. */
  | "grant"
  /** What a person agreed to has reached Graph. */
  | "approval"
  /** None: after a while. */
  | "time";

export interface Aim {
  occasion: Occasion;
  /** How many of these come before. */
  passes: number;
  /** Milliseconds from then on. */
  delay: number;
}

const occasions = [
  "token-request",
  "token-request",
  "token-request",
  "change",
  "change",
  "change",
  "callback",
  "callback",
  "delivery",
  "delivery",
  "subscription",
  "notification",
  "notification",
  "grant",
  "grant",
  "grant",
  "approval",
  "time",
] as const;

/** Chooses the moment of a kill: work of one kind or another should be half done. */
export function aimOf(random: Random): Aim {
  const occasion = random.pick(occasions);
  return occasion === "time"
    ? { occasion, passes: 0, delay: random.between(50, 1_500) }
    : {
        occasion,
        passes: random.between(0, 12),
        // Most of what follows is over within a few milliseconds.
        delay: random.chance(0.5) ? random.between(0, 8) : random.between(0, 150),
      };
}

/** Milliseconds after which the Worker is killed though the occasion did not come often enough. */
const patience = 3_000;

/** Kills at the moment that was aimed at, once. */
export class Fuse {
  readonly #aim: Aim;
  readonly #kill: () => void;
  #passes = 0;
  #lit = false;
  #burnt = false;

  constructor(aim: Aim, kill: () => void) {
    this.#aim = aim;
    this.#kill = kill;
    if (aim.occasion === "time") this.#light(aim.delay);
    setTimeout(() => this.#burn(), patience).unref();
  }

  get burnt(): boolean {
    return this.#burnt;
  }

  note(occasion: Occasion): void {
    if (occasion !== this.#aim.occasion) return;
    this.#passes += 1;
    if (this.#passes > this.#aim.passes) this.#light(this.#aim.delay);
  }

  #light(delay: number): void {
    if (this.#lit) return;
    this.#lit = true;
    setTimeout(() => this.#burn(), delay);
  }

  #burn(): void {
    if (this.#burnt) return;
    this.#burnt = true;
    this.#kill();
  }
}
