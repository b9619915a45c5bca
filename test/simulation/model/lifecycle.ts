import type { ConnectionStatus } from "../../../src/contract/connection-info.ts";
import type { EventSeen } from "./tables.ts";

type Known = ConnectionStatus | "none";

/** Events that are kept at least. */
const kept = 200;

/** From which status an event may lead to its own; `signedIn` ones only where somebody signed in. */
const transitions: Readonly<
  Record<string, { to: ConnectionStatus; from: readonly Known[]; signedIn?: readonly Known[] }>
> = {
  "connection.pending": { to: "pending", from: ["none"] },
  "connection.connected": {
    to: "active",
    from: [],
    signedIn: ["pending", "active", "degraded", "action_required", "disconnected"],
  },
  // What asked something of the user may turn out to be nobody's fault but ours, while refreshes fail.
  "connection.degraded": { to: "degraded", from: ["active", "action_required"] },
  "connection.recovered": { to: "active", from: ["degraded", "action_required"] },
  "connection.action_required": {
    to: "action_required",
    // The same status is news where something else has to be done.
    from: ["active", "degraded", "action_required"],
    // A sign-in whose consent does not reach all that it asked for.
    signedIn: ["pending", "disconnected"],
  },
  "connection.disconnected": {
    to: "disconnected",
    from: ["pending", "active", "degraded", "action_required"],
  },
};

/** Reads the log of one connection as it grows: its numbers, and the status that it tells. */
export class Lifecycle {
  status: Known = "none";
  /** Step of the last disconnect. */
  disconnectedAt = -1;
  /** What came with the last reading. */
  news: EventSeen[] = [];
  #action: unknown;
  #ids: string[] = [];

  /** How many events there are. */
  get length(): number {
    return this.#ids.length;
  }

  /** @returns the events that are new */
  read(
    log: readonly EventSeen[],
    { step, signedIn, fault }: { step: number; signedIn: boolean; fault: (text: string) => void },
  ): EventSeen[] {
    // Of a long log the beginning is kept no more.
    const first = log[0]?.seq ?? 1;
    if (first > this.#ids.length + 1) fault(`event ${first - 1} was never seen`);
    if (first > 1 && log.length < kept) fault(`of ${log.length} events the first is ${first}`);
    log.forEach(({ seq, id }, index) => {
      if (seq !== first + index) fault(`event ${first + index} has number ${seq}`);
      const known = this.#ids[seq - 1];
      if (known !== undefined && known !== id) fault(`event ${seq} is another than before`);
    });
    if ((log.at(-1)?.seq ?? 0) < this.#ids.length) fault("events were lost");
    const news = log.filter(({ seq }) => seq > this.#ids.length);
    this.news = news;
    for (const event of news) {
      this.#ids.push(event.id);
      this.#apply(event, signedIn, fault);
      if (event.type === "connection.disconnected") this.disconnectedAt = step;
    }
    return news;
  }

  /** Whether the log holds this event under this number. */
  holds({ seq, id }: { seq: number; id: string }): boolean {
    return this.#ids[seq - 1] === id;
  }

  /** The connection is no more, and nothing it told counts. */
  forget(): void {
    this.status = "none";
    this.disconnectedAt = -1;
    this.news = [];
    this.#action = undefined;
    this.#ids = [];
  }

  #apply({ type, data }: EventSeen, signedIn: boolean, fault: (text: string) => void): void {
    const transition = transitions[type];
    if (transition === undefined) return;
    const { to, from, signedIn: bySignIn = [] } = transition;
    const action = actionIn(data);
    const same = to === this.status && action !== undefined && action === this.#action && !signedIn;
    const known = from.includes(this.status) || (signedIn && bySignIn.includes(this.status));
    if (!known || same) fault(`${type} was told while ${this.status}`);
    this.status = to;
    this.#action = action;
  }
}

const actionIn = ({ remedy }: Record<string, unknown>): unknown =>
  typeof remedy === "object" && remedy !== null && "action" in remedy ? remedy.action : undefined;
