import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { longestWait, retryAfterSeconds } from "../../../src/http/retry-after.ts";

const now = Date.UTC(2026, 10, 24, 12, 0, 0);

describe("retryAfterSeconds", () => {
  it.each<[string, Record<string, string>, number | undefined]>([
    ["an integer", { "retry-after": "30" }, 30],
    ["a fraction, as Graph sends in batches", { "retry-after": "2.128" }, 3],
    ["zero", { "retry-after": "0" }, 0],
    ["a date ahead", { "retry-after": "Tue, 24 Nov 2026 12:00:10 GMT" }, 10],
    ["a date gone by", { "retry-after": "Tue, 24 Nov 2026 11:00:00 GMT" }, 0],
    ["an obsolete RFC 850 date", { "retry-after": "Tuesday, 24-Nov-26 12:00:05 GMT" }, 5],
    ["an asctime date, which is in GMT", { "retry-after": "Tue Nov 24 12:00:07 2026" }, 7],
    ["milliseconds", { "retry-after-ms": "1500" }, 2],
    ["milliseconds under the longer name", { "x-ms-retry-after-ms": "250" }, 1],
    ["milliseconds before whole seconds", { "retry-after-ms": "1500", "retry-after": "5" }, 2],
    [
      "seconds when the milliseconds are no number",
      { "retry-after-ms": "x", "retry-after": "2" },
      2,
    ],
    ["Resource Graph's quota window", { "x-ms-user-quota-resets-after": "00:00:05" }, 5],
    [
      "minutes and a fraction in the quota window",
      { "x-ms-user-quota-resets-after": "00:12:03.5" },
      724,
    ],
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
    ["a wait of 31 years as the longest that is believed", { "retry-after": "999999999" }, 900],
    ["twenty digits", { "retry-after": "99999999999999999999" }, 900],
    ["400 digits", { "retry-after": "9".repeat(400) }, 900],
    ["an exponent", { "retry-after": "1e400" }, 900],
    ["a date in 9999", { "retry-after": "Fri, 31 Dec 9999 23:59:59 GMT" }, 900],
    ["a year that no date holds", { "retry-after": "Fri, 31 Dec 999999 23:59:59 GMT" }, undefined],
    ["milliseconds of 31 years", { "x-ms-retry-after-ms": "9".repeat(30) }, 900],
    ["an endless quota window", { "x-ms-user-quota-resets-after": "999:00:00" }, 900],
    ["a fraction of a second", { "retry-after": "0.0001" }, 1],
    ["a fraction of a millisecond", { "retry-after-ms": "12.5" }, 1],
    ["a day name and nonsense", { "retry-after": "Tuesday-ish" }, undefined],
  ])("reads %s", (_, headers, expected) => {
    expect(retryAfterSeconds(new Headers(headers), now)).toBe(expected);
  });

  it("believes Entra for an hour", () => {
    const headers = new Headers({ "retry-after": "4000" });
    expect(retryAfterSeconds(headers, now, longestWait.entra)).toBe(3_600);
  });

  it("reads any header into whole seconds within its bounds, or into nothing", () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(..."0123456789.:e+- GMTuFri,") }),
      fc.double().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    );
    const name = fc.constantFrom(
      "retry-after",
      "retry-after-ms",
      "x-ms-retry-after-ms",
      "x-ms-user-quota-resets-after",
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, text)), (said) => {
        const seconds = retryAfterSeconds(new Headers(said), now);
        expect(seconds ?? 0).toBe(Math.min(900, Math.max(0, Math.ceil(seconds ?? 0))));
      }),
    );
  });
});
