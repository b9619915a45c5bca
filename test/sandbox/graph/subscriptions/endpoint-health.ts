/** How an endpoint is treated: at once, with a delay, or not at all. */
export type EndpointState = "ready" | "slow" | "drop";

interface Answered {
  /** Milliseconds, by the sandbox's clock. */
  at: number;
  late: boolean;
}

const WINDOW_MS = 600_000;
const SLOW_SHARE = 0.1;
const DROP_SHARE = 0.15;
/** Of fewer answers nothing is concluded; Microsoft gives no number. */
const LEAST_ANSWERS = 10;

/** What the answers of the last ten minutes make of an endpoint. */
export function endpointState(answers: readonly Answered[], now: number): EndpointState {
  const recent = answers.filter(({ at }) => at > now - WINDOW_MS);
  if (recent.length < LEAST_ANSWERS) return "ready";
  const share = recent.filter(({ late }) => late).length / recent.length;
  if (share > DROP_SHARE) return "drop";
  return share > SLOW_SHARE ? "slow" : "ready";
}

/** How fast each endpoint answers, by its origin: all subscriptions to one share its fate. */
export class EndpointHealth {
  readonly #answers = new Map<string, Answered[]>();

  record(url: string, answered: Answered): void {
    const { origin } = new URL(url);
    const recent = (this.#answers.get(origin) ?? []).filter(
      ({ at }) => at > answered.at - WINDOW_MS,
    );
    this.#answers.set(origin, [...recent, answered]);
  }

  stateOf(url: string, now: number): EndpointState {
    return endpointState(this.#answers.get(new URL(url).origin) ?? [], now);
  }

  clear(): void {
    this.#answers.clear();
  }
}
