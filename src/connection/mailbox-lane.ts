/** Exchange serves this many requests of one application and mailbox at a time. */
const width = 4;

/** Lets four mailbox calls of the connection out at once; the rest wait in the order they came. */
export class MailboxLane {
  #free = width;
  readonly #waiting: (() => void)[] = [];

  /** Resolves when a place is free; call the function it gives, once, to free it again. */
  async enter(): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    };
  }
}
