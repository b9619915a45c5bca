import { tracing } from "cloudflare:workers";
import type { NamedResource } from "../entra/resource.ts";
import { upstreamRequestId } from "../http/upstream-error.ts";
import { defined } from "../contract/defined.ts";
import type { FactsAt } from "./telemetry.ts";

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
export type SpanFacts = Partial<
  FactsAt<"refresh", "span"> & FactsAt<"call", "span"> & FactsAt<"delivery", "span">
>;

type Note = (facts: SpanFacts) => void;

/**
 * Does work under a span. Where nobody traces, which is nearly always, it costs one check alone:
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

/** Sends a request under a span, which ends with the headers of the answer. */
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
      const id = upstreamRequestId(answer.headers);
      note({ status: answer.status, ...defined({ upstream_request_id: id }) });
      return answer;
    },
    facts,
  );
}

const isTraced = (): boolean => tracing.getActiveSpan()?.isTraced !== false;

const ignore: Note = () => undefined;
