import { ownErrorHeader } from "../../contract/errors.ts";
import type { CallPoint } from "../../platform/metrics.ts";
import { defined } from "../../contract/defined.ts";

/** What a call came to. */
interface CallEnd {
  resource: string | undefined;
  outcome: string;
  status: number;
}

export interface TimedOptions {
  /** Undefined: the call is for none, and will be refused. */
  resource: string | undefined;
  now: () => number;
  called: (point: CallPoint) => void;
}

/** Makes a call, up to the headers of its answer, and tells where its time went. */
export async function timed(
  { resource, now, called }: TimedOptions,
  work: (timing: CallTiming) => Promise<Response>,
): Promise<Response> {
  const timing = new CallTiming(now);
  try {
    const answer = await work(timing);
    const { status } = answer;
    const outcome = answer.headers.get(ownErrorHeader) ?? "answered";
    called(timing.point({ resource, outcome, status }));
    return answer;
  } catch (error) {
    called(timing.point({ resource, outcome: "internal_error", status: 500 }));
    throw error;
  }
}

/**
 * Where the time of one call goes. A Worker's clock stands still while it computes and moves at I/O
 * alone, so what is left over is waiting, not work.
 */
export class CallTiming {
  readonly #now: () => number;
  readonly #began: number;
  #upstreamMs = 0;
  #laneMs = 0;
  #attempt = 0;

  constructor(now: () => number) {
    this.#now = now;
    this.#began = now();
  }

  async upstream<Value>(work: () => Promise<Value>): Promise<Value> {
    this.#attempt += 1;
    const began = this.#now();
    try {
      return await work();
    } finally {
      this.#upstreamMs += this.#now() - began;
    }
  }

  async lane<Value>(work: () => Promise<Value>): Promise<Value> {
    const began = this.#now();
    const value = await work();
    this.#laneMs += this.#now() - began;
    return value;
  }

  point({ resource, outcome, status }: CallEnd): CallPoint {
    const duration = this.#now() - this.#began;
    return {
      kind: "call",
      ...defined({ resource }),
      outcome,
      duration_ms: duration,
      overhead_ms: duration - this.#upstreamMs,
      lane_ms: this.#laneMs,
      attempt: this.#attempt,
      status,
    };
  }
}
