import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readKeySet } from "../../../src/entra/signing-keys.ts";

const key = { kty: "RSA", kid: "k1", n: "AQAB", e: "AQAB", issuer: "https://a.example" };

describe("a key set", () => {
  it.each<[string, unknown]>([
    ["no kid", { ...key, kid: undefined }],
    ["a number for its kid", { ...key, kid: 1 }],
    ["no kind", { ...key, kty: undefined }],
    ["an issuer that is no text", { ...key, issuer: null }],
    ["several issuers", { ...key, issuer: [key.issuer] }],
    ["nothing at all", null],
    ["a text for a key", "k1"],
  ])("keeps its other keys beside one with %s", (_, odd) => {
    const text = JSON.stringify({ keys: [odd, key, odd] });
    expect(readKeySet(text)).toEqual([key]);
  });

  it.each([
    "",
    "<html>",
    "[]",
    "null",
    "{}",
    '{"keys":{}}',
    '{"keys":null}',
    '{"key":[]}',
    '{"keys":[]}',
    '{"keys":[null,"k1"]}',
    '{"keys":[{"kty":"RSA"}]}',
    '{"keys":[{"kid":"k1","kty":1}]}',
  ])("is not %j", (text) => {
    expect(readKeySet(text)).toBeUndefined();
  });

  it("holds keys of which each names itself, whatever the text is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), keySets), (text) => {
        const keys = readKeySet(text) ?? [];
        for (const { kid, kty, issuer } of keys) {
          expect([typeof kid, typeof kty]).toEqual(["string", "string"]);
          expect(["string", "undefined"]).toContain(typeof issuer);
        }
      }),
    );
  });
});

const keySets = fc
  .array(
    fc.oneof(
      fc.jsonValue(),
      fc.record({
        kid: fc.jsonValue(),
        kty: fc.constantFrom("RSA", "EC", 1),
        issuer: fc.jsonValue(),
      }),
    ),
  )
  .map((keys) => JSON.stringify({ keys }));
