import type { Finding } from "./directory/watchdog-policy.ts";

/**
 * The only fields a log line can have: what identifies a request and how it ended. There is none
 * for a URL, a header, a body or an error's text, because those can hold codes and tokens.
 */
export interface RequestLogLine {
  level: "info" | "warn" | "error";
  event: "request" | "unexpected_error";
  request_id: string;
  method?: string;
  /** The pattern that answered (`/mail/{id}`), never the path asked for. */
  route?: string;
  status?: number;
  duration_ms?: number;
  /** `api_key:{id}`; of a user's credential the kind alone. */
  caller?: string;
  code?: string;
  error_name?: string;
  /** Function names and places in our own bundle. */
  frames?: readonly string[];
}

/** What an actor has to say about its connection, in the same closed manner. */
export interface ConnectionLogLine {
  level: "warn" | "error";
  event:
    | "refresh_failed"
    | "alarm_failed"
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
  /** The remedy's action. */
  action?: string;
  /** OAuth `error`, or our own word for what failed. */
  code?: string;
  /** Microsoft's. */
  upstream_request_id?: string;
  error_name?: string;
}

/** A run of the watchdog with what it found in numbers, one finding, or why there was no more. */
export type WatchdogLogLine = { event: "watchdog" } & (
  | ({ level: "info" } & Readonly<Record<Finding, number>>)
  | {
      level: "info" | "warn" | "error";
      /** A hash, see `connectionHash`. */
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

export type LogLine = RequestLogLine | ConnectionLogLine | WatchdogLogLine;

/** Writes one line of JSON, for Workers Logs to index. */
export function log(line: LogLine): void {
  // oxlint-disable-next-line no-console -- the console is where a Worker's logs go
  console.log(JSON.stringify(line));
}

/**
 * Tells of an error nobody expected. Its message is left out: errors of OAuth libraries quote the
 * answers they could not read, tokens included.
 */
export function logUnexpected(error: unknown, requestId: string): void {
  const isError = error instanceof Error;
  const stack = isError ? (error.stack ?? "") : "";
  log({
    level: "error",
    event: "unexpected_error",
    request_id: requestId,
    error_name: isError ? error.name : typeof error,
    frames: stack
      .split("\n")
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 8)
      .map((line) => line.trim()),
  });
}
