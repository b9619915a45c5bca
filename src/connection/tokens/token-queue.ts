/**
 * Runs token POSTs of one connection one after the other. A Durable Object does not serialise across
 * `await fetch`, and blockConcurrencyWhile would stall every other call for as long: hence this queue.
 */
export class TokenQueue {
  #tail: Promise<unknown> = Promise.resolve();

  run<Value>(work: () => Promise<Value>): Promise<Value> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
