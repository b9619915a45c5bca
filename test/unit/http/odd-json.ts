import * as fc from "fast-check";

/** Texts that Microsoft's documents hold, so that random ones come near to meaning something. */
const tellingTexts = [
  "Succeeded",
  "succeededWithWarnings",
  "ProvisioningFailed",
  "Cancelled",
  "Creating",
  "GET",
  "200",
  "429",
  "3-",
  "0-2",
  "2024-04-01",
  "2024-13-45",
  "https://graph.microsoft.com/v1.0/next",
  "https://management.azure.com/next",
  "https://evil.example/x",
  "__proto__",
  "",
];

const leaf = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1, 2.5, 200, 204, 429, 600, 1e21, -1e308),
  fc.constantFrom<unknown>(...tellingTexts),
  fc.string({ maxLength: 20 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** Any JSON value; its objects hold the properties named more often than others. */
export function oddJson(names: readonly string[]): fc.Arbitrary<unknown> {
  const name = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...names) },
    { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "medium", withCrossShrink: true },
      leaf,
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(name, tie("value"), { maxKeys: 6 }),
    ),
  }));
  // As it comes out of a parser: plain objects, no negative zero.
  return value.map((odd): unknown => JSON.parse(JSON.stringify(odd)));
}

/** An object that holds exactly the properties named, some left out, each with any JSON. */
export const oddRecord = (names: readonly string[]): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(Object.fromEntries(names.map((name) => [name, oddJson(names)])), { requiredKeys: [] });

/** What a header can hold. */
export const headerText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...tellingTexts, "/relative", "?page=2", "//evil.example", "9".repeat(40), "2.5"),
  fc
    .string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) })
    .map((text) => text.trim()),
);

/** JSON of 200,000 levels, more than any stack has frames. */
export const deepJson = (levels = 200_000): string => "[".repeat(levels) + "]".repeat(levels);
