import * as z from "zod";
import { errorStatuses, ownErrorHeader, type ErrorCode } from "../../src/contract/errors.ts";
import { envelopeOf } from "../../src/http/microsoft-error.ts";
import { remedySchema } from "../../src/contract/remedy-schema.ts";
import type { Answer } from "../support/connection-caller.ts";

/** What an error of ours looks like, and nothing besides. */
const errorSchema = z.strictObject({
  success: z.literal(false),
  error: z.string().min(1).max(500),
  code: z.enum(Object.keys(errorStatuses) as [ErrorCode, ...ErrorCode[]]),
  request_id: z.string().min(1),
  retry_after: z.number().positive().optional(),
  remedy: remedySchema.optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});

/** What trouble at Microsoft may come to. */
const troubles: ReadonlySet<ErrorCode> = new Set([
  "action_required",
  "throttled",
  "upstream_error",
  "upstream_unavailable",
  "upstream_timeout",
]);

/** A JWT, or a line of a stack. */
const leak = /eyJ[\w-]{16}|\n\s+at |at \w+ \(/;

export type Verdict =
  | { kind: "success" }
  | { kind: "error"; code: ErrorCode }
  /** Through a gateway: Microsoft's own trouble, as it said it. */
  | { kind: "microsoft"; status: number }
  | { kind: "wrong"; why: string };

export interface VerdictOptions {
  /** Whether Microsoft's errors come as they are. */
  gateway: boolean;
  /** Somebody disconnects this one now and then. */
  restless: boolean;
}

/** Whether an answer is one that may be given: what it says on success is looked at elsewhere. */
export function verdictOf(answer: Answer, { gateway, restless }: VerdictOptions): Verdict {
  const { status, headers, text } = answer;
  if (status === 200) return { kind: "success" };
  if (gateway && !headers.has(ownErrorHeader)) {
    return [429, 500, 502, 503, 504].includes(status)
      ? { kind: "microsoft", status }
      : { kind: "wrong", why: `${status} from Microsoft: ${text.slice(0, 100)}` };
  }
  const body = jsonOf(text);
  // A gateway writes our errors as Microsoft writes its own.
  const envelope = gateway ? envelopeOf(body) : body;
  if (gateway && envelope === body) return { kind: "wrong", why: `${status} in our own shape` };
  const error = errorSchema.safeParse(envelope);
  if (!error.success) {
    return { kind: "wrong", why: `${status} of another shape: ${z.prettifyError(error.error)}` };
  }
  const { code, remedy } = error.data;
  if (errorStatuses[code] !== status) return { kind: "wrong", why: `${code} under ${status}` };
  if (code === "action_required" && remedy === undefined) {
    return { kind: "wrong", why: "action_required without a remedy" };
  }
  if (leak.test(text)) return { kind: "wrong", why: `${code} tells too much` };
  if (troubles.has(code) || (restless && code === "not_found")) return { kind: "error", code };
  return { kind: "wrong", why: `${code}: ${error.data.error}` };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
