import { type Answer, failure } from "./answer.ts";

export type Traffic = "reads" | "writes" | "deletes";

interface Limit {
  bucket: number;
  perSecond: number;
}

/** Per subscription (or tenant), principal and kind of operation. */
const limits: Record<Traffic, Limit> = {
  reads: { bucket: 250, perSecond: 25 },
  writes: { bucket: 200, perSecond: 10 },
  deletes: { bucket: 200, perSecond: 10 },
};

/** All principals of one subscription together have this many times one principal's bucket. */
const GLOBAL_FACTOR = 15;

const singular: Record<Traffic, string> = { reads: "read", writes: "write", deletes: "delete" };

interface Bucket {
  tokens: number;
  /** Milliseconds. */
  filledAt: number;
}

export const trafficOf = (method: string): Traffic =>
  method === "GET" || method === "HEAD" ? "reads" : method === "DELETE" ? "deletes" : "writes";

/** The bucket after the time passed since it was last filled. */
export function refill(bucket: Bucket, limit: Limit, now: number): Bucket {
  const seconds = Math.max(0, now - bucket.filledAt) / 1000;
  return {
    tokens: Math.min(limit.bucket, bucket.tokens + seconds * limit.perSecond),
    filledAt: now,
  };
}

export interface Scope {
  kind: "subscription" | "tenant";
  id: string;
  principal: string;
}

export type Verdict =
  | { allowed: true; headers: Record<string, string> }
  | { allowed: false; refusal: Answer };

/** ARM's token buckets. */
export class Throttle {
  readonly #buckets = new Map<string, Bucket>();

  /** Takes one token for a call, or refuses it with the seconds until the next one. */
  take(scope: Scope, traffic: Traffic, now: number): Verdict {
    const limit = limits[traffic];
    const own = this.#fill(`${scope.kind}/${scope.id}/${scope.principal}/${traffic}`, limit, now);
    const shared =
      scope.kind === "subscription"
        ? this.#fill(`global/${scope.id}/${traffic}`, times(limit, GLOBAL_FACTOR), now)
        : undefined;
    if (own.tokens < 1) return refuse(scope, traffic, (1 - own.tokens) / limit.perSecond);
    if (shared && shared.tokens < 1)
      return refuse(scope, traffic, (1 - shared.tokens) / (limit.perSecond * GLOBAL_FACTOR));
    own.tokens -= 1;
    const headers: Record<string, string> = {
      [`x-ms-ratelimit-remaining-${scope.kind}-${traffic}`]: String(Math.floor(own.tokens)),
    };
    if (shared) {
      shared.tokens -= 1;
      headers[`x-ms-ratelimit-remaining-subscription-global-${traffic}`] = String(
        Math.floor(shared.tokens),
      );
    }
    return { allowed: true, headers };
  }

  clear(): void {
    this.#buckets.clear();
  }

  #fill(key: string, limit: Limit, now: number): Bucket {
    const bucket = refill(
      this.#buckets.get(key) ?? { tokens: limit.bucket, filledAt: now },
      limit,
      now,
    );
    this.#buckets.set(key, bucket);
    return bucket;
  }
}

const times = (limit: Limit, factor: number): Limit => ({
  bucket: limit.bucket * factor,
  perSecond: limit.perSecond * factor,
});

function refuse(scope: Scope, traffic: Traffic, seconds: number): Verdict {
  const wait = Math.max(1, Math.ceil(seconds));
  const code = scope.kind === "subscription" ? "SubscriptionRequestsThrottled" : "TooManyRequests";
  return {
    allowed: false,
    refusal: failure(
      429,
      code,
      `Number of '${singular[traffic]}' requests for ${scope.kind} '${scope.id}' actor '${scope.principal}' exceeded. ` +
        `Please try again after '${wait}' seconds after additional tokens are available. ` +
        "Refer to https://aka.ms/arm-throttling for additional information.",
      {
        headers: {
          "retry-after": String(wait),
          [`x-ms-ratelimit-remaining-${scope.kind}-${traffic}`]: "0",
        },
      },
    ),
  };
}
