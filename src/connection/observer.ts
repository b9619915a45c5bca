import type { TokenFailure } from "../entra/token-endpoint.ts";
import { connectionHash } from "../platform/connection-hash.ts";
import { log, type ConnectionNews } from "../platform/log.ts";
import { measure, type Point } from "../platform/metrics.ts";
import { defined } from "../contract/defined.ts";

/** One redemption of the refresh token, as an operator sees it. */
export interface Refresh {
  resource: string;
  /** `ok`, OAuth's `error`, or our own word for what failed. */
  outcome: string;
  durationMs: number;
  /** Callers that waited for it. */
  waiters: number;
  /** 1, and one more for every failure in a row before it. */
  attempt: number;
  aadsts?: number | undefined;
  /** The remedy's, of a refusal. */
  action?: string | undefined;
  /** Microsoft's. */
  upstreamRequestId?: string | undefined;
  /** Entra's logs have it as its client-request-id; absent where nothing was sent. */
  requestId?: string | undefined;
}

/** One ring of the alarm. */
export interface Ring {
  /** The name of what went wrong, if anything unexpected did. */
  fault: string | undefined;
  /** How late it rang. */
  lagMs: number;
  durationMs: number;
  /** Tokens it set out to renew. */
  renewals: number;
  /** What it told the directory, webhooks and the pipeline, in vain or not. */
  deliveries: number;
}

/** The part of a refresh that a refusal tells of. */
export const refusalOf = ({ code, disposition, requestId }: TokenFailure) => ({
  outcome: code,
  action: disposition.action,
  aadsts: disposition.aadsts,
  upstreamRequestId: requestId,
});

/** Tells the operator what a connection does, and never whose it is. */
export class Observer {
  readonly #connectionId: string;
  readonly #metrics: AnalyticsEngineDataset | undefined;
  #hash: string | undefined;

  constructor(connectionId: string, metrics: AnalyticsEngineDataset | undefined) {
    this.#connectionId = connectionId;
    this.#metrics = metrics;
  }

  /** Whether anybody takes data points: what costs a call something is done for them alone. */
  get measures(): boolean {
    return this.#metrics !== undefined;
  }

  /** Made when it is first needed: most calls leave no trace. */
  get #connection(): string {
    return (this.#hash ??= connectionHash(this.#connectionId));
  }

  log(line: ConnectionNews): void {
    log({ ...line, connection: this.#connection });
  }

  measure(point: Point): void {
    if (this.#metrics !== undefined) measure(this.#metrics, this.#connection, point);
  }

  rang({ fault, lagMs, durationMs, renewals, deliveries }: Ring): void {
    const facts = {
      outcome: fault === undefined ? "ok" : "failed",
      lag_ms: lagMs,
      duration_ms: durationMs,
      renewals,
      deliveries,
    } as const;
    this.measure({ kind: "alarm", ...facts });
    const level = fault === undefined ? "info" : "error";
    this.log({
      level,
      event: "alarm",
      ...facts,
      ...defined({ error_name: fault }),
    });
  }

  refreshed(refresh: Refresh): void {
    const { resource, outcome, action, aadsts, upstreamRequestId, requestId } = refresh;
    const facts = {
      resource,
      outcome,
      duration_ms: refresh.durationMs,
      waiters: refresh.waiters,
      attempt: refresh.attempt,
      ...defined({ aadsts, action }),
    };
    this.measure({ kind: "refresh", ...facts });
    this.log({
      level: levelOf(refresh),
      event: "refresh",
      ...facts,
      ...defined({ upstream_request_id: upstreamRequestId, request_id: requestId }),
    });
  }
}

/** What only the operator can mend is an error; what asks something of a user, or of time, is not. */
function levelOf({ outcome, action }: Refresh): "info" | "warn" | "error" {
  if (outcome === "ok") return "info";
  return action === "fix_app" || outcome === "internal_error" ? "error" : "warn";
}
