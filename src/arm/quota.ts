const prefix = "x-ms-ratelimit-remaining-";
const wholeNumber = /^\d+$/;

/** `Microsoft.Compute/HighCostGet3Min;107,Microsoft.Compute/HighCostGet30Min;541`: one header, several buckets. */
function readBuckets(name: string, value: string): [string, number][] {
  return value.split(",").flatMap((part): [string, number][] => {
    const [bucket = "", left = ""] = part.split(";").map((text) => text.trim());
    return bucket !== "" && wholeNumber.test(left) ? [[`${name}/${bucket}`, Number(left)]] : [];
  });
}

/**
 * What ARM says is left of its request quotas.
 *
 * @returns requests left by lower-case header name; a header that counts several buckets of one
 * resource provider gives `{header}/{bucket}` each. Headers that hold no number are left out.
 */
export function quotaOf(headers: Headers): Record<string, number> {
  const left: Record<string, number> = {};
  for (const [name, value] of headers) {
    if (!name.startsWith(prefix)) continue;
    const entries = wholeNumber.test(value)
      ? [[name, Number(value)] as const]
      : readBuckets(name, value);
    for (const [key, count] of entries) left[key] = count;
  }
  return left;
}
