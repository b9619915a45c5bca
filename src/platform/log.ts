import { AzureError, errorName } from "../contract/errors.ts";
import type { Finding } from "../watchdog/watchdog-policy.ts";
import { defined } from "../contract/defined.ts";

/**
 * The only lines there are, and the only fields they can have: what identifies a request and how it
 * ended. There is none for a URL, a header, a body or an error's text, because those can hold codes
 * and tokens. `connection` is a hash, see `connectionHash`.
 */
export type LogLine =
  | RequestLogLine
  | RpcLogLine
  | ConnectionLogLine
  | WatchdogLogLine
  | MisconfiguredLogLine
  | UnexpectedLogLine;

/** A request over HTTP. */
export interface RequestLogLine {
  level: "info" | "warn";
  event: "request";
  request_id: string;
  method: string;
  /** The pattern that answered (`/mail/{id}`), never the path asked for. */
  route: string;
  status: number;
  duration_ms: number;
  /** `api_key:{id}`; of a user's credential the kind alone. */
  caller?: string;
  connection?: string;
  /** Of our own error. */
  code?: string;
  /** Microsoft's, of the last answer that had one. */
  upstream_request_id?: string;
}

/** A method that a sibling called. */
export interface RpcLogLine {
  level: "info" | "warn";
  event: "rpc";
  request_id: string;
  method: string;
  /** `sibling:{caller of its props}`. */
  caller: string;
  /** `ok`, or the code of what was thrown. */
  outcome: string;
  duration_ms: number;
  connection?: string;
  /** Microsoft's, of the last answer that had one. */
  upstream_request_id?: string;
}

/** One redemption of the refresh token: a token POST and what became of it. */
export interface RefreshLogLine {
  level: "info" | "warn" | "error";
  event: "refresh";
  connection: string;
  resource: string;
  /** `ok`, OAuth's `error`, or our own word for what failed. */
  outcome: string;
  duration_ms: number;
  /** Callers that waited for it; 0 when it was made behind them or by the alarm. */
  waiters: number;
  /** 1, and one more for every failure in a row before it. */
  attempt: number;
  aadsts?: number;
  /** The remedy's. */
  action?: string;
  upstream_request_id?: string;
  /** `client-request-id` of the token POST: of the request it was made for, or its own. */
  request_id?: string;
}

/** One ring of a connection's alarm. */
export interface AlarmLogLine {
  level: "info" | "error";
  event: "alarm";
  connection: string;
  outcome: "ok" | "failed";
  /** How late it rang. */
  lag_ms: number;
  duration_ms: number;
  /** Tokens it set out to renew. */
  renewals: number;
  /** What it told the directory, webhooks and the pipeline, in vain or not. */
  deliveries: number;
  error_name?: string;
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

/** What an actor has to say of trouble with its connection. */
export interface TroubleLogLine {
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
  /** `pipeline`, or `webhook:{id}`. */
  sink?: string;
  /** Our own word for what failed. */
  code?: string;
  error_name?: string;
}

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
      error_name?: string;
    }
);

export type ConnectionLogLine = RefreshLogLine | AlarmLogLine | TroubleLogLine;

type WithoutConnection<Line> = Line extends unknown ? Omit<Line, "connection"> : never;
/** A line as an actor's parts write it: whose it is, is added where they are put together. */
export type ConnectionNews = WithoutConnection<ConnectionLogLine>;

/** Writes one line of JSON, for Workers Logs to index. */
export function log(line: LogLine): void {
  // oxlint-disable-next-line no-console -- the console is where a Worker's logs go
  console.log(JSON.stringify(line));
}

/** Reports an error whose remedy is with the operator; of every other it says nothing. */
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
 * Tells of an error nobody expected. Its message is left out: errors of OAuth libraries quote the
 * answers they could not read, tokens included.
 */
export function logUnexpected(error: unknown, requestId: string): void {
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
}
