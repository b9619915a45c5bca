import { AzureError, errorName, failure, type Failure } from "../contract/errors.ts";
import type { FactsAt } from "./telemetry.ts";
import { defined } from "../contract/defined.ts";

/**
 * The only lines there are, and the only fields they can have: what identifies a request and how it
 * ended. There is none for a URL, a header, a body or an error's text, because those can hold codes
 * and tokens. `connection` is a hash, see `connectionHash`.
 */
export type LogLine =
  | RequestLogLine
  | RpcLogLine
  | ToolLogLine
  | ConnectionLogLine
  | WatchdogLogLine
  | ConsoleRunLogLine
  | CertificateLogLine
  | MisconfiguredLogLine
  | UnexpectedLogLine;

/** A request over HTTP. */
export type RequestLogLine = { level: "info" | "warn"; event: "request" } & FactsAt<
  "request",
  "log"
>;

/** A method that a sibling called. */
export type RpcLogLine = { level: "info" | "warn"; event: "rpc" } & FactsAt<"rpc", "log">;

/** The audit line of a tool that an MCP client called. */
export type ToolLogLine = { level: "info" | "warn"; event: "tool" } & FactsAt<"tool", "log">;

/** One redemption of the refresh token. */
export type RefreshLogLine = {
  level: "info" | "warn" | "error";
  event: "refresh";
  connection: string;
} & FactsAt<"refresh", "log">;

/** One run of a connection's alarm. */
export type AlarmLogLine = {
  level: "info" | "error";
  event: "alarm";
  connection: string;
} & FactsAt<"alarm", "log">;

/** An operator who read something of Microsoft as a connection. What, and what came, is not in it. */
export interface ConsoleRunLogLine {
  level: "info";
  event: "console_run";
  request_id: string;
  /** Hash of the operator's name, made as that of a connection. */
  operator: string;
  connection: string;
  /** Of Graph that the call needed; else the service. */
  permission: string;
  status: number;
  duration_ms: number;
}

/** A certificate of the application that ends soon, or has ended: one line for each number of days. */
export interface CertificateLogLine {
  level: "warn" | "error";
  event: "certificate_expires" | "certificate_expired";
  /** The variable that holds it. */
  variable: string;
  /** As Entra's pages show it. */
  thumbprint: string;
  days: number;
  /** RFC 3339. */
  not_after: string;
}

/** What the operator alone can mend, met by a request, a connection or the watchdog. */
export interface MisconfiguredLogLine {
  level: "error";
  event: "misconfigured";
  request_id?: string;
  /** The variable or binding that is wrong. */
  variable: string;
  /** Our own word: `missing_table`, `missing_binding`… */
  reason?: string;
  table?: string;
  column?: string;
  /** What mends it. */
  command?: string;
}

/** An error nobody expected, whatever led to it. */
export interface UnexpectedLogLine {
  level: "error";
  event: "unexpected_error";
  request_id: string;
  error_name: string;
  /** Places in our own bundle; its source map knows what stands there. */
  frames: readonly string[];
}

/** Trouble with a connection: what is stored cannot be read, or a delivery failed. */
export type TroubleLogLine = {
  level: "warn" | "error";
  event:
    | "token_unreadable"
    | "grant_unreadable"
    | "directory_failed"
    | "delivery_failed"
    | "delivery_paused"
    /** More happened than is kept for a sink that is behind. */
    | "events_lost";
  connection: string;
  resource?: string;
} & FactsAt<"delivery", "log">;

/**
 * What came of a probe by the watchdog.
 * - `answered`: the connection lives; it sets its alarm and its next contact itself.
 * - `lost`: its object holds nothing, though the row has a grant: it has to be restored.
 * - `abandoned`: a sign-in that nobody finished, whose object is gone: the row goes too.
 * - `unreachable`: nothing is known; it is probed again.
 */
export type Finding = "answered" | "lost" | "abandoned" | "unreachable";

/** A run of the watchdog with what it found in numbers, one finding, or why there was no more. */
export type WatchdogLogLine = { event: "watchdog" } & (
  | ({ level: "info" } & Readonly<Record<Finding, number>>)
  | {
      level: "info" | "warn" | "error";
      connection: string;
      finding: Finding;
      overdue_seconds: number;
    }
  | {
      level: "warn" | "error";
      /** Our own word for what failed. */
      code: string;
      /** Of the configuration, where that is wrong. */
      variable?: string;
      error_name?: string;
    }
);

export type ConnectionLogLine = RefreshLogLine | AlarmLogLine | TroubleLogLine;

type WithoutConnection<Line> = Line extends unknown ? Omit<Line, "connection"> : never;
/** A line as an actor's parts write it, without its connection: `Observer` adds that. */
export type ConnectionLine = WithoutConnection<ConnectionLogLine>;

/** Writes one line of JSON, for Workers Logs to index. */
export function log(line: LogLine): void {
  // oxlint-disable-next-line no-console -- the console is where a Worker's logs go
  console.log(JSON.stringify(line));
}

/** Reports an error that only the operator can mend; any other writes no line. */
export function logMisconfigured(error: unknown, requestId?: string): void {
  if (!(error instanceof AzureError) || error.code !== "app_misconfigured") return;
  const { variable, reason, table, column, command } = error.details ?? {};
  if (variable === undefined) return;
  log({
    level: "error",
    event: "misconfigured",
    ...defined({ request_id: requestId }),
    variable,
    ...defined({ reason, table, column, command }),
  });
}

/**
 * Reports an unexpected error. Its message is left out: errors of OAuth libraries quote the
 * answers they could not read, tokens included.
 *
 * @returns what its caller gets, who learns nothing of it but the id
 */
export function unexpectedFailure(error: unknown, requestId: string): Failure {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  log({
    level: "error",
    event: "unexpected_error",
    request_id: requestId,
    error_name: errorName(error),
    frames: stack
      .split("\n")
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 8)
      .map((line) => line.trim()),
  });
  return failure("internal_error", "Something went wrong here; it has been logged.", {
    request_id: requestId,
  });
}
