import { quotaOf, userQuotaSpent } from "../../arm/quota.ts";
import { failure, type Failure } from "../../contract/errors.ts";
import { retryAfterSeconds } from "../../http/retry-after.ts";
import type { ConnectionState } from "../connection-state.ts";
import { cooldownEnd } from "../tables/cooldown.ts";
import type { Call } from "./call.ts";
import type { Target } from "./target.ts";
import type { ThrottleScope } from "./throttle-scope.ts";

/** ARM has some ten names for what is left; resource providers have more of their own. */
const quotasKept = 64;

export interface ThrottlingOptions {
  state: ConnectionState;
  now: () => number;
  /** Something changed that the alarm depends on. */
  rearm: () => void;
  /** Called when a cool-down of a service begins. */
  cooled: (service: string, seconds: number) => void;
}

/** What Microsoft asked the connection to wait for, and what ARM says is left until it does. */
export class Throttling {
  readonly #options: ThrottlingOptions;
  #armQuota: Record<string, number> = {};

  constructor(options: ThrottlingOptions) {
    this.#options = options;
  }

  /** ARM's remaining-quota headers as they were last seen. */
  get armQuota(): Readonly<Record<string, number>> {
    return this.#armQuota;
  }

  /** @returns `throttled` while a cool-down covers the call */
  check({ resource }: Target, scope: ThrottleScope): Failure | undefined {
    const { state, now } = this.#options;
    if (!state.exists) return undefined;
    const remaining = state.cooldowns.remaining({ scope, service: resource }, now());
    if (remaining === 0) return undefined;
    return failure("throttled", "Microsoft asked to wait before the next call of this kind.", {
      retry_after: Math.ceil(remaining / 1_000),
      details: { service: resource, applies_to: scope },
    });
  }

  /** Takes what an answer says of limits: a 429 begins a cool-down, and so does the last of a quota. */
  record(call: Pick<Call, "target" | "scope" | "ends">, answer: Response): void {
    const { target, scope, ends } = call;
    // The connection ended meanwhile: what was asked of its account holds for no other.
    if (ends !== this.#options.state.ends) return;
    const spent = target.resource === "arm" && userQuotaSpent(answer.headers);
    if (answer.status === 429 || spent) this.#begin(target, scope, answer);
    if (target.resource !== "arm") return;
    const quota = Object.entries({ ...this.#armQuota, ...quotaOf(answer.headers) });
    this.#armQuota = Object.fromEntries(quota.slice(-quotasKept));
  }

  #begin({ resource: service }: Target, scope: ThrottleScope, answer: Response): void {
    const { state, now, rearm, cooled } = this.#options;
    // The connection was deleted meanwhile.
    if (!state.exists) return;
    const until = cooldownEnd(now(), retryAfterSeconds(answer.headers, now()));
    let begins = false;
    state.commit(now(), (emit) => {
      begins = state.cooldowns.start({ scope, service, until, reason: "throttled" }, now());
      if (!begins) return;
      emit({
        type: "call.throttled",
        data: { service, applies_to: scope, until: new Date(until).toISOString() },
      });
    });
    if (!begins) return;
    // Receivers of events are told now, not with the next renewal.
    rearm();
    cooled(service, (until - now()) / 1_000);
  }
}
