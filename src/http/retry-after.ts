import { wholeNumber } from "./whole-number.ts";

const millisecondHeaders = ["retry-after-ms", "x-ms-retry-after-ms"] as const;
/** Resource Graph writes its quota window as `hh:mm:ss`, at times without Retry-After beside it. */
const quotaHeader = "x-ms-user-quota-resets-after";

/**
 * The longest wait that is believed, in seconds: a longer one is a mistake of the service, and the
 * call is tried again then.
 */
export const longestWait = { entra: 3_600, graph: 900, arm: 900, webhook: 86_400 } as const;

const dayName = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/i;
const clockSpan = /^(\d{1,3}):(\d{2}):(\d{2}(?:\.\d+)?)$/;

/**
 * How long a service asks to be left alone.
 *
 * Reads `retry-after-ms` and `x-ms-retry-after-ms`, then `Retry-After` as a number (fractions too:
 * Graph sends `2.128` inside batches) or as an HTTP-date, then Resource Graph's quota window. What
 * cannot be read is passed over for the next.
 *
 * @param now milliseconds since the epoch, to measure a date against
 * @param longest seconds; a longer wait is read as this one (see {@link longestWait})
 * @returns whole seconds, rounded up, from 0 to `longest`; undefined when nothing readable was said
 */
export function retryAfterSeconds(
  headers: Headers,
  now: number,
  longest: number = longestWait.graph,
): number | undefined {
  const bounded = (seconds: number | undefined): number | undefined =>
    wholeNumber(seconds, { most: longest, round: "up" });
  for (const name of millisecondHeaders) {
    const milliseconds = wholeNumber(headers.get(name), { most: longest * 1_000, round: "up" });
    if (milliseconds !== undefined) return bounded(milliseconds / 1_000);
  }
  const value = headers.get("retry-after")?.trim() ?? "";
  const seconds = wholeNumber(value, { most: longest, round: "up" });
  return (
    seconds ??
    bounded(untilDate(value, now)) ??
    bounded(clockSpanSeconds(headers.get(quotaHeader)?.trim() ?? ""))
  );
}

function untilDate(value: string, now: number): number | undefined {
  // Date.parse reads almost anything ("5 s" is a day in May): only RFC 9110 §5.6.7 dates go there.
  if (!dayName.test(value)) return undefined;
  // The asctime form names no zone, and all three forms are in GMT.
  const at = Date.parse(/GMT$/i.test(value) ? value : `${value} GMT`);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now) / 1000);
}

function clockSpanSeconds(value: string): number | undefined {
  const [, hours, minutes, seconds] = clockSpan.exec(value) ?? [];
  if (hours === undefined) return undefined;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}
