import * as z from "zod";

const MOST = 100;
const count = z.number().int().min(2).max(MOST);

interface ChangePlay {
  duplicate?: number | undefined;
  batch?: number | undefined;
  reorder?: boolean | undefined;
  wrong_state?: boolean | undefined;
  drop?: boolean | undefined;
}

/** Whether anything happens to notifications of changes. */
export const changesPlayed = ({ duplicate, batch, reorder, wrong_state, drop }: ChangePlay) =>
  [duplicate, batch, reorder, wrong_state, drop].some(Boolean);

/** What `POST /_sandbox/notifications` takes. */
export const playInput = z
  .strictObject({
    /** Its id. */
    subscription: z.string(),
    /** Sent at once: a word about the subscription, Microsoft's own or another. */
    lifecycle: z.string().min(1).optional(),
    /** The next notification comes that many times. */
    duplicate: count.optional(),
    /** The next notifications are held until there are so many, and come in one POST. */
    batch: count.optional(),
    /** What is held comes last first; holds two unless `batch` says otherwise. */
    reorder: z.boolean().optional(),
    /** The next notifications carry another `clientState`. */
    wrong_state: z.boolean().optional(),
    /** The next notification is lost, and nobody hears of it. */
    drop: z.boolean().optional(),
  })
  .refine(
    (play) => play.lifecycle !== undefined || changesPlayed(play),
    "expected lifecycle, duplicate, batch, reorder, wrong_state or drop",
  );

export type Play = z.infer<typeof playInput>;

/** What is played to one subscription, and what is held for it. */
export class Played<Held> {
  readonly #play: Play;
  readonly #held: Held[] = [];

  constructor(play: Play) {
    this.#play = play;
  }

  /** What is held, in the order it came. */
  get held(): readonly Held[] {
    return this.#held;
  }

  /**
   * Takes the next notification. Undefined: it is held, and more are waited for; else all that is to
   * be sent now, after which nothing is played any more.
   */
  next(item: Held, spoil: (item: Held) => Held): Held[] | undefined {
    const { duplicate = 1, batch, reorder = false, wrong_state = false, drop = false } = this.#play;
    if (drop) return [];
    this.#held.push(wrong_state ? spoil(item) : item);
    if (this.#held.length < (batch ?? (reorder ? 2 : 1))) return undefined;
    const all = this.#held.flatMap((one) => Array.from({ length: duplicate }, () => one));
    return reorder ? all.toReversed() : all;
  }
}
