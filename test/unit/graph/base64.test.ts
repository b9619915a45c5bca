import { describe, expect, it } from "vitest";
import { base64 } from "../../../src/graph/base64.ts";

describe("base64", () => {
  it.each([0, 1, 2, 3, 4, 255, 256, 257, 1000])("encodes %i bytes as everybody does", (length) => {
    const bytes = Uint8Array.from({ length }, (_, place) => (place * 7 + 250) % 256);
    expect(base64(bytes)).toBe(btoa(String.fromCharCode(...bytes)));
  });
});
