const millisecondHeaders = ["retry-after-ms", "x-ms-retry-after-ms"] as const;
/** Resource Graph tells its quota window as `hh:mm:ss`, at times without Retry-After beside it. */
const quotaHeader = "x-ms-user-quota-resets-after";

const decimal = /^(?:\d+\.?\d*|\.\d+)$/;
const dayName = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/i;
const clockSpan = /^(\d{1,3}):(\d{2}):(\d{2}(?:\.\d+)?)$/;

/**
 * How long a service asks to be left alone.
 *
 * Reads `retry-after-ms` and `x-ms-retry-after-ms`, then `Retry-After` as a number (fractions too:
 * Graph sends `2.128` inside batches) or as an HTTP-date, then Resource Graph's quota window.
 *
 * @param now milliseconds since the epoch, to measure a date against
 * @returns seconds, never negative; undefined when nothing readable was said
 */
export function retryAfterSeconds(headers: Headers, now: number): number | undefined {
  for (const name of millisecondHeaders) {
    const value = headers.get(name)?.trim();
    if (value !== undefined && decimal.test(value)) return Number(value) / 1000;
  }
  const value = headers.get("retry-after")?.trim();
  const seconds = value === undefined ? undefined : numberOrDate(value, now);
  return seconds ?? clockSpanSeconds(headers.get(quotaHeader)?.trim() ?? "");
}

function numberOrDate(value: string, now: number): number | undefined {
  if (decimal.test(value)) return Number(value);
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
