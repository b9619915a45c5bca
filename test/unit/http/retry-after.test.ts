import { describe, expect, it } from "vitest";
import { retryAfterSeconds } from "../../../src/http/retry-after.ts";

const now = Date.UTC(2026, 10, 24, 12, 0, 0);

describe("retryAfterSeconds", () => {
  it.each<[string, Record<string, string>, number | undefined]>([
    ["an integer", { "retry-after": "30" }, 30],
    ["a fraction, as Graph sends in batches", { "retry-after": "2.128" }, 2.128],
    ["zero", { "retry-after": "0" }, 0],
    ["a date ahead", { "retry-after": "Tue, 24 Nov 2026 12:00:10 GMT" }, 10],
    ["a date gone by", { "retry-after": "Tue, 24 Nov 2026 11:00:00 GMT" }, 0],
    ["an obsolete RFC 850 date", { "retry-after": "Tuesday, 24-Nov-26 12:00:05 GMT" }, 5],
    ["an asctime date, which is in GMT", { "retry-after": "Tue Nov 24 12:00:07 2026" }, 7],
    ["milliseconds", { "retry-after-ms": "1500" }, 1.5],
    ["milliseconds under the longer name", { "x-ms-retry-after-ms": "250" }, 0.25],
    ["milliseconds before whole seconds", { "retry-after-ms": "1500", "retry-after": "2" }, 1.5],
    [
      "seconds when the milliseconds are no number",
      { "retry-after-ms": "x", "retry-after": "2" },
      2,
    ],
    ["Resource Graph's quota window", { "x-ms-user-quota-resets-after": "00:00:05" }, 5],
    ["an hour in the quota window", { "x-ms-user-quota-resets-after": "01:02:03.5" }, 3723.5],
    [
      "Retry-After before the quota window",
      { "retry-after": "9", "x-ms-user-quota-resets-after": "00:00:05" },
      9,
    ],
    ["nothing", {}, undefined],
    ["a negative number", { "retry-after": "-3" }, undefined],
    ["an amount with a unit", { "retry-after": "5 s" }, undefined],
    ["a word", { "retry-after": "soon" }, undefined],
    ["infinity", { "retry-after": "Infinity" }, undefined],
    ["a day name and nonsense", { "retry-after": "Tuesday-ish" }, undefined],
  ])("reads %s", (_, headers, expected) => {
    expect(retryAfterSeconds(new Headers(headers), now)).toBe(expected);
  });
});
