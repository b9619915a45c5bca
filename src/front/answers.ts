import { defined } from "../contract/defined.ts";
import type { AnswerForm, Page } from "../api/operation.ts";
import type { Progress } from "../contract/progress.ts";
import type { EventPage } from "../contract/connection-events.ts";

interface AnswerOptions {
  status?: number;
  headers?: Record<string, string>;
  /** What stands beside the data. */
  beside?: object;
}

/** `{success, data}`. Answers hold a person's data: no cache keeps them. */
export const success = (
  data: unknown,
  { status = 200, headers, beside }: AnswerOptions = {},
): Response =>
  Response.json(
    { success: true, data, ...beside },
    { status, headers: { "cache-control": "no-store", ...headers } },
  );

/** The HTTP answer of an operation, by the form that it declares. */
export function answerOf(form: AnswerForm, result: unknown): Response {
  switch (form) {
    case "item":
      return success(result);
    case "accepted":
      return success(result, { status: 202 });
    case "list": {
      const { data, nextCursor } = result as Page<unknown>;
      return success(data, { beside: defined({ next_cursor: nextCursor }) });
    }
    case "events": {
      const { events, truncated } = result as EventPage;
      return success(events, { beside: defined({ truncated }) });
    }
    case "created": {
      const { state } = result as { state?: string };
      return success(result, { status: state === "pending" ? 202 : 201 });
    }
    case "progress":
      return progressAnswer(result as Progress<unknown>);
  }
}

/** 200 with the result when it is there, else 202 with what to poll. */
function progressAnswer(progress: Progress<unknown>): Response {
  if (progress.done) return success(progress.value ?? null);
  const { operation, status, percentComplete, retryAfter } = progress;
  return success(
    {
      operation,
      status,
      ...defined({ percent_complete: percentComplete, retry_after: retryAfter }),
    },
    {
      status: 202,
      headers: retryAfter === undefined ? {} : { "retry-after": String(Math.ceil(retryAfter)) },
    },
  );
}
