import { wholeNumber } from "../http/whole-number.ts";

const prefix = "x-ms-ratelimit-remaining-";
const bucketName = /^[\w./-]{1,100}$/;

/** Requests left, if a header says so: digits and nothing else. */
const countIn = (text: string): number | undefined =>
  /^\d+$/.test(text)
    ? wholeNumber(text, { most: Number.MAX_SAFE_INTEGER, round: "down" })
    : undefined;

/** `Microsoft.Compute/HighCostGet3Min;107,Microsoft.Compute/HighCostGet30Min;541`: one header, several buckets. */
function readBuckets(name: string, value: string): [string, number][] {
  return value.split(",").flatMap((part): [string, number][] => {
    const [bucket = "", text = ""] = part.split(";").map((piece) => piece.trim());
    const left = bucketName.test(bucket) ? countIn(text) : undefined;
    return left === undefined ? [] : [[`${name}/${bucket}`, left]];
  });
}

/** Whether a user's quota of Resource Graph is used up: until it is filled again, every query is refused. */
export const userQuotaSpent = (headers: Headers): boolean =>
  headers.get("x-ms-user-quota-remaining")?.trim() === "0";

/**
 * What ARM says is left of its request quotas.
 *
 * @returns requests left by lower-case header name; a header that counts several buckets of one
 *   resource provider gives `{header}/{bucket}` each. Headers that hold no number are left out.
 */
export function quotaOf(headers: Headers): Record<string, number> {
  const left: Record<string, number> = {};
  for (const [name, value] of headers) {
    if (!name.startsWith(prefix)) continue;
    const whole = countIn(value);
    const entries = whole === undefined ? readBuckets(name, value) : [[name, whole] as const];
    for (const [key, count] of entries) left[key] = count;
  }
  return left;
}
