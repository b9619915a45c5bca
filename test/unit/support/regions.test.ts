import { expect, test } from "vitest";
import { regionOf } from "../../support/regions.ts";

const text = `// #region use
import { a } from "a";
// #endregion
import { b } from "b";

const all = {
  // #region use
  first: () => {
    a();
  },
  // #endregion
  second: b,
};
`;

test.each([
  ["use", 'import { a } from "a";\n\nfirst: () => {\n  a();\n},\n'],
  ["other", undefined],
])("the region %s is its parts together, each without its indentation", (name, expected) => {
  expect(regionOf(text, name)).toBe(expected);
});

test("a whole file is all of it but the marks", () => {
  expect(regionOf(text)).toBe(
    text
      .split("\n")
      .filter((line) => !line.includes("#"))
      .join("\n"),
  );
});
