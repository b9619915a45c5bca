import { defined } from "../contract/defined.ts";
import type { AnswerForm, Page, Progress } from "../api/operation.ts";
import type { ConnectionEvent } from "../contract/connection-events.ts";

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

const noStore = { headers: { "cache-control": "no-store" } };

/** The HTTP answer of an operation, by the form that it declares. */
export function answerOf(form: AnswerForm, result: unknown): Response {
  switch (form) {
    case "item":
      return success(result);
    case "accepted":
      return success(result, { status: 202 });
    case "list": {
      const { data, nextCursor } = result as Page<unknown>;
      return Response.json(
        { success: true, data, ...defined({ next_cursor: nextCursor }) },
        noStore,
      );
    }
    case "events": {
      const { events, truncated } = result as { events: ConnectionEvent[]; truncated?: true };
      return Response.json(
        { success: true, data: events, ...(truncated && { truncated }) },
        noStore,
      );
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
      ...defined({
        headers:
          retryAfter === undefined ? undefined : { "retry-after": String(Math.ceil(retryAfter)) },
      }),
    },
  );
}
