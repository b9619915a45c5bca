import { expect, test } from "vitest";
import { MintPause } from "../../../../src/connection/tokens/mint-pause.ts";

test("a pause grows with each fault in a row, and ends with a success", () => {
  const pause = new MintPause();
  expect(pause.remaining(1_000)).toBeLessThanOrEqual(0);
  const untils = Array.from({ length: 9 }, () => pause.begin(0, 1));
  expect(untils).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300].map((seconds) => seconds * 1_000));
  expect(pause.remaining(299_999)).toBe(1);
  expect(pause.remaining(300_000)).toBe(0);
  pause.end();
  expect(pause.remaining(0)).toBe(0);
  expect(pause.begin(0, 1)).toBe(2_000);
});
