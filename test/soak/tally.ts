/** What was asked and answered, and all that was wrong. */
export class Tally {
  readonly #rows = new Map<string, Map<string, number>>();
  readonly #faults = new Map<string, number>();
  #calls = 0;

  get calls(): number {
    return this.#calls;
  }

  count(call: string, outcome: string): void {
    const row = this.#rows.get(call) ?? new Map<string, number>();
    row.set(outcome, (row.get(outcome) ?? 0) + 1);
    this.#rows.set(call, row);
    this.#calls += 1;
  }

  /** The same fault, met again, is one line. */
  fault(text: string): void {
    this.#faults.set(text, (this.#faults.get(text) ?? 0) + 1);
  }

  /** A measurement that failed is none that went well. */
  readonly failed = (error: unknown): void => this.fault(String(error));

  /** By call, how often each outcome. */
  table(): Record<string, Record<string, number>> {
    return Object.fromEntries(
      [...this.#rows].map(([call, outcomes]) => [call, Object.fromEntries(outcomes)]),
    );
  }

  faults(): string[] {
    return [...this.#faults].map(([text, times]) => (times === 1 ? text : `${text} (×${times})`));
  }
}
