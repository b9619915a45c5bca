import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wholeNumber } from "../../../src/http/whole-number.ts";

describe("wholeNumber", () => {
  it.each<[string, unknown, number | undefined]>([
    ["a whole number", 3599, 3599],
    ["a fraction", 3599.5, 3599],
    ["digits in text", "3599", 3599],
    ["a fraction in text", " 3599.9 ", 3599],
    ["a number beyond the bound", 1e13, 5000],
    ["an infinite number", Number.POSITIVE_INFINITY, 5000],
    ["more digits than a number holds", "9".repeat(400), 5000],
    ["an exponent in text", "1e3", 1000],
    ["less than the least", 0.9, undefined],
    ["a negative number", -5, undefined],
    ["a negative number in text", "-5", undefined],
    ["no number", Number.NaN, undefined],
    ["a word", "soon", undefined],
    ["a hexadecimal number", "0x10", undefined],
    ["an empty text", "", undefined],
    ["true", true, undefined],
    ["null", null, undefined],
    ["a list of a number", [5], undefined],
    ["an object", { valueOf: () => 5 }, undefined],
  ])("reads %s", (_, value, expected) => {
    expect(wholeNumber(value, { least: 1, most: 5000, round: "down" })).toBe(expected);
  });

  it("rounds a wait up", () => {
    expect(wholeNumber("2.128", { most: 900, round: "up" })).toBe(3);
  });

  it.each(["x", ".x", "e", "e5x"])("reads a million digits and %j in no time", (end) => {
    expect(wholeNumber("1".repeat(1_000_000) + end, { most: 900, round: "up" })).toBe(undefined);
  });

  it("gives nothing but whole numbers within the bounds, whatever it is given", () => {
    const anything = fc.oneof(fc.anything(), fc.double(), fc.double().map(String));
    fc.assert(
      fc.property(anything, fc.constantFrom("up" as const, "down" as const), (value, round) => {
        const whole = wholeNumber(value, { least: 2, most: 100, round });
        expect(whole === undefined || (Number.isInteger(whole) && whole >= 2 && whole <= 100)).toBe(
          true,
        );
      }),
    );
  });
});
