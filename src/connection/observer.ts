import { defined } from "../contract/defined.ts";
import type { NotificationResult } from "../contract/watch.ts";
import type { TokenFailure } from "../entra/token-endpoint.ts";
import { connectionHash } from "../platform/connection-hash.ts";
import { log, type ConnectionLine } from "../platform/log.ts";
import { measure, type Point } from "../platform/metrics.ts";
import { factsAt, type AlarmFacts, type RefreshFacts } from "../platform/telemetry.ts";

/** The facts of a refresh that a refusal holds. */
export const refusalOf = ({ code, disposition, requestId }: TokenFailure) => ({
  outcome: code,
  action: disposition.action,
  ...defined({ aadsts: disposition.aadsts, upstream_request_id: requestId }),
});

/** Reports to the operator what a connection does, and never whose it is. */
export class Observer {
  readonly #connectionId: string;
  readonly #metrics: AnalyticsEngineDataset | undefined;
  #hash: string | undefined;

  constructor(connectionId: string, metrics: AnalyticsEngineDataset | undefined) {
    this.#connectionId = connectionId;
    this.#metrics = metrics;
  }

  /** Whether the deployment has a dataset: what costs a call time is measured for it alone. */
  get measures(): boolean {
    return this.#metrics !== undefined;
  }

  /** Made when it is first needed: most calls leave no trace. */
  get #connection(): string {
    return (this.#hash ??= connectionHash(this.#connectionId));
  }

  log(line: ConnectionLine): void {
    log({ ...line, connection: this.#connection });
  }

  measure(point: Point): void {
    if (this.#metrics !== undefined) measure(this.#metrics, this.#connection, point);
  }

  /** Writes one run of the alarm, as log line and data point. */
  alarmRan(facts: AlarmFacts): void {
    this.measure({ kind: "alarm", ...factsAt("alarm", "point", facts) });
    const level = facts.outcome === "ok" ? "info" : "error";
    this.log({ level, event: "alarm", ...factsAt("alarm", "log", facts) });
  }

  /** Counts what came of the parts of a notification. */
  notified({ kept, repeated, unread, dropped }: NotificationResult): void {
    const points = [
      { outcome: "kept", notifications: kept },
      { outcome: "repeated", notifications: repeated },
      { outcome: "unread", notifications: unread },
      { outcome: "dropped", notifications: dropped },
    ] as const;
    for (const point of points) {
      if (point.notifications > 0) this.measure({ kind: "notification", ...point });
    }
  }

  /** Writes one refresh, as log line and data point. */
  refreshed(facts: RefreshFacts): void {
    this.measure({ kind: "refresh", ...factsAt("refresh", "point", facts) });
    this.log({ level: levelOf(facts), event: "refresh", ...factsAt("refresh", "log", facts) });
  }
}

/** What only the operator can mend is an error; what asks something of a user, or of time, is not. */
function levelOf({ outcome, action }: RefreshFacts): "info" | "warn" | "error" {
  if (outcome === "ok") return "info";
  return action === "fix_app" || outcome === "internal_error" ? "error" : "warn";
}
