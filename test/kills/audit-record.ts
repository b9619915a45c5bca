/** Calls that are kept of a connection. */
const kept = 200;

/** The calls of agents that a connection's file was ever seen to hold. */
export class AuditRecord {
  readonly faults: string[] = [];
  #seen: ReadonlySet<string> = new Set();

  /** What a file that is asked for now has to hold. */
  get promised(): ReadonlySet<string> {
    return this.#seen;
  }

  /**
   * One file: it holds all that an earlier one held, but for what newer calls pushed out.
   *
   * @param promised what was seen before it was asked for
   */
  saw(calls: readonly string[], promised: ReadonlySet<string>): void {
    const held = new Set(calls);
    if (held.size < calls.length) this.faults.push("a call of a tool is kept twice");
    const added = calls.filter((call) => !promised.has(call)).length;
    const lost = [...promised].filter((call) => !held.has(call)).length;
    if (lost > (calls.length < kept ? 0 : added)) {
      this.faults.push(`${lost} of ${promised.size} calls of tools are lost`);
    }
    this.#seen = held;
  }
}

/** The calls in a connection's file, which holds its events as well. */
export const callsIn = (file: string): string[] =>
  file.split("\n").filter((line) => line.includes('"event":"tool"'));
