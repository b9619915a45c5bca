import * as fc from "fast-check";
import { expect, test } from "vitest";
import { maskedName } from "../../../../src/connection/policy/masked-name.ts";

test.each([
  ["ada@contoso.example", "a•••@contoso.example"],
  ["a@b", "a•••@b"],
  ["Ada Lovelace", "A•••"],
  ["ada_contoso.example#EXT#@fabrikam.example", "a•••@fabrikam.example"],
  ["@contoso.example", "@•••"],
  ["👩‍🚀 Ada", "👩•••"],
  ["", "•••"],
])("of %j is shown %j", (name, masked) => {
  expect(maskedName(name)).toBe(masked);
});

test("no name before its @ is shown beyond its first character", () => {
  const local = fc.string({ minLength: 1, unit: fc.constantFrom(..."abcdefghij.-_") });
  fc.assert(
    fc.property(local, (name) => {
      expect(maskedName(`${name}@contoso.example`)).toBe(`${name[0]}•••@contoso.example`);
    }),
  );
});
