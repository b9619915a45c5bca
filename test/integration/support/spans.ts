import { tracing } from "cloudflare:workers";
import { vi } from "vitest";

export interface RecordedSpan {
  name: string;
  attributes: Record<string, boolean | number | string | undefined>;
}

/** The platform enters spans of its own, for D1. */
const ours = /^[a-z]+\.[a-z]+$/;

/**
 * The spans of ours that the Worker enters from here on, in order, as a traced request would; until mocks are
 * restored.
 */
export function recordSpans(): RecordedSpan[] {
  const spans: RecordedSpan[] = [];
  const enter = tracing.enterSpan.bind(tracing);
  vi.spyOn(tracing, "getActiveSpan").mockReturnValue(undefined);
  vi.spyOn(tracing, "enterSpan").mockImplementation((name, callback, ...args) =>
    enter(
      name,
      (span, ...passed) => {
        if (!ours.test(name)) return callback(span, ...passed);
        const recorded: RecordedSpan = { name, attributes: {} };
        spans.push(recorded);
        vi.spyOn(span, "setAttributes").mockImplementation((attributes) => {
          Object.assign(recorded.attributes, attributes);
          return span;
        });
        return callback(span, ...passed);
      },
      ...args,
    ),
  );
  return spans;
}
