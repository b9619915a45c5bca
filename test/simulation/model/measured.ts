import { blobColumns, doubleColumns } from "../../../src/platform/metrics.ts";
import type { Capability, ConnectionSeen } from "./capability.ts";

/** What a deployment with a dataset is told of a connection. */
export class Measured implements Capability {
  /** Calls that were made, and those that were answered. */
  begun = 0;
  answered = 0;
  readonly #faults: string[] = [];
  #points: { kind: string; connection: string }[] = [];
  #callPoints = 0;

  take({ indexes = [], blobs = [], doubles = [] }: AnalyticsEngineDataPoint): void {
    const [connection] = indexes;
    const [kind] = blobs;
    this.#points.push({ kind: String(kind), connection: String(connection) });
    if (kind === "call") this.#callPoints += 1;
    if (blobs.length !== blobColumns.length || doubles.length !== doubleColumns.length) {
      this.#faults.push("a point has other columns");
    }
    if (doubles.some((value) => !Number.isFinite(value))) {
      this.#faults.push(`a point of ${String(kind)} holds no number`);
    }
  }

  check({ id }: ConnectionSeen): string[] {
    const faults = this.#faults.splice(0);
    const points = this.#points.splice(0);
    if (points.some(({ connection }) => id.includes(connection) || connection.includes(id))) {
      faults.push("a point names its connection");
    }
    if (this.#callPoints > this.begun) faults.push("more calls are measured than were made");
    return faults;
  }

  healed(): string[] {
    // Nothing at all is measured where there is no dataset.
    return this.#callPoints > 0 && this.#callPoints < this.answered
      ? ["a call that was answered is not measured"]
      : [];
  }

  mend(): void {}

  forget(): void {}
}
