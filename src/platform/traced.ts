import { tracing } from "cloudflare:workers";
import type { NamedResource } from "../entra/resource.ts";
import { upstreamRequestId } from "../http/upstream-error.ts";

/** What a trace shows besides the platform's own spans. */
export type SpanName =
  | "token.refresh"
  | "entra.token"
  | "entra.keys"
  | `${NamedResource}.call`
  | "redirect.follow"
  | "directory.write"
  | "webhook.delivery";

/** The only attributes a span of ours can have; no URL is among them, as no log line has one. */
export interface SpanFacts {
  resource?: string;
  attempt?: number;
  status?: number;
  /** Microsoft's. */
  upstream_request_id?: string | undefined;
  outcome?: string;
  waiters?: number;
}

type Note = (facts: SpanFacts) => void;

/**
 * Does work under a span. Where nobody traces, which is nearly always, it costs the question alone:
 * entering a span that is not recorded takes tens of microseconds.
 *
 * @param work gets a function that adds to the span what becomes known
 */
export function traced<Value>(
  name: SpanName,
  work: (note: Note) => Promise<Value>,
  facts: SpanFacts = {},
): Promise<Value> {
  if (!isTraced()) return work(ignore);
  return tracing.enterSpan(name, (span) => {
    const note: Note = (more) => {
      span.setAttributes({ ...more });
    };
    note(facts);
    return work(note);
  });
}

/** A request to somebody outside under a span, up to the headers of the answer. */
export function tracedFetch(
  name: SpanName,
  ask: () => Promise<Response>,
  facts: SpanFacts = {},
): Promise<Response> {
  if (!isTraced()) return ask();
  return traced(
    name,
    async (note) => {
      const answer = await ask();
      note({ status: answer.status, upstream_request_id: upstreamRequestId(answer.headers) });
      return answer;
    },
    facts,
  );
}

const isTraced = (): boolean => tracing.getActiveSpan()?.isTraced !== false;

const ignore: Note = () => undefined;
