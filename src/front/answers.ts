import type { Page } from "../operations/page.ts";
import type { Progress } from "../operations/long-running.ts";
import { targetOf, type Target } from "../operations/target.ts";
import type { Context } from "./context.ts";

/** The connection of this request. Nobody in front of a screen waits for a cool-down. */
export const targetFor = (c: Context, options: { waitOnThrottle?: boolean } = {}): Target =>
  targetOf(c.env, c.var.config, c.var.connectionId, {
    requestId: c.var.requestId,
    waitOnThrottle: options.waitOnThrottle ?? false,
    answered: (id) => c.set("upstreamRequestId", id),
  });

interface AnswerOptions {
  status?: number;
  headers?: Record<string, string>;
}

/** `{success, data}`. Answers hold a person's data: no cache keeps them. */
export const success = (data: unknown, { status = 200, headers }: AnswerOptions = {}): Response =>
  Response.json(
    { success: true, data },
    { status, headers: { "cache-control": "no-store", ...headers } },
  );

export const pageOf = ({ data, nextCursor }: Page<unknown>): Response =>
  Response.json(
    { success: true, data, ...(nextCursor !== undefined && { next_cursor: nextCursor }) },
    { headers: { "cache-control": "no-store" } },
  );

/** 200 with the result when it is there, else 202 with what to poll. */
export function progressAnswer(progress: Progress<unknown>): Response {
  if (progress.done) return success(progress.value ?? null);
  const { operation, status, percentComplete, retryAfter } = progress;
  return success(
    {
      operation,
      status,
      ...(percentComplete !== undefined && { percent_complete: percentComplete }),
      ...(retryAfter !== undefined && { retry_after: retryAfter }),
    },
    {
      status: 202,
      ...(retryAfter !== undefined && {
        headers: { "retry-after": String(Math.ceil(retryAfter)) },
      }),
    },
  );
}
