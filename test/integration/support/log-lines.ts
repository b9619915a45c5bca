import { vi } from "vitest";
import type { LogLine } from "../../../src/platform/log.ts";

/** The lines of one event that the Worker logs from here on, until mocks are restored. */
export function recordLog<Event extends LogLine["event"]>(
  event: Event,
): Extract<LogLine, { event: Event }>[] {
  const lines: Extract<LogLine, { event: Event }>[] = [];
  vi.spyOn(console, "log").mockImplementation((text: unknown) => {
    const line = JSON.parse(String(text));
    if (line.event === event) lines.push(line);
  });
  return lines;
}
