/** What a number of Microsoft's may be. */
export interface WholeNumberRange {
  /** A smaller number is not believed at all. Default 0. */
  least?: number;
  /** A greater number is read as this one: an integer of at most 2^53 - 1. */
  most: number;
  /** Which whole number stands for a fraction: the next one for a wait, the one before for a lifetime. */
  round: "up" | "down";
}

/** A decimal number as HTTP and JSON write it; no sign, since nothing we read may be negative. */
const decimal = /^(?:\d+(?:\.\d*)?|\.\d+)(?:e\+?\d+)?$/i;

/**
 * Reads a number that came from outside, as a number or as its text, into a whole number within
 * bounds. Microsoft sends `3599`, `"3599"`, `2.128` and more digits than a float holds; storage
 * columns, dates and HTTP headers take none but whole ones.
 *
 * @returns undefined when `value` is no number, or smaller than `least`
 */
export function wholeNumber(
  value: unknown,
  { least = 0, most, round }: WholeNumberRange,
): number | undefined {
  const number = typeof value === "string" ? numberIn(value) : value;
  if (typeof number !== "number" || Number.isNaN(number)) return undefined;
  const whole = round === "up" ? Math.ceil(number) : Math.floor(number);
  return whole < least ? undefined : Math.min(whole, most);
}

function numberIn(text: string): number | undefined {
  const trimmed = text.trim();
  return decimal.test(trimmed) ? Number(trimmed) : undefined;
}
