import { describe, expect, test } from "vitest";
import { isGone, looked, type PopupWatch } from "../../../src/client/popup-watch.ts";

/** Seconds, whether the popup reads as closed, and whether the page has the keyboard. */
type Look = [at: number, closed: boolean, focused: boolean];

/** When the popup is taken for closed, in seconds; looks in between are like the one before. */
function goneAt(looks: readonly Look[], until: number): number | undefined {
  let watch: PopupWatch = {};
  for (let at = 0; at <= until; at += 0.25) {
    const look = looks.findLast(([since]) => since <= at);
    if (look === undefined) continue;
    const [, closed, focused] = look;
    watch = looked(watch, { closed, focused, now: at * 1_000 });
    if (isGone(watch, at * 1_000)) return at;
  }
  return undefined;
}

describe("a popup", () => {
  test.each<[string, Look[], number | undefined]>([
    ["that is open is there, wherever the keyboard is", [[0, false, true]], undefined],
    [
      "that the person closes is gone a second after the keyboard is back",
      [
        [0, false, false],
        [5, true, false],
        [5.5, true, true],
      ],
      6.5,
    ],
    [
      "that Microsoft's page cut off is there while the person is in it",
      [
        [0, false, false],
        [1, true, false],
      ],
      undefined,
    ],
    [
      "that was cut off is gone when the person is back for long",
      [
        [0, false, false],
        [1, true, false],
        [30, true, true],
      ],
      50,
    ],
    [
      "that was cut off is there when the person only looked up something in the page below",
      [
        [0, false, false],
        [1, true, false],
        [30, true, true],
        [45, true, false],
        [60, true, true],
        [75, true, false],
      ],
      undefined,
    ],
    [
      "that reads as open again was never gone",
      [
        [0, true, true],
        [0.5, false, true],
      ],
      undefined,
    ],
    ["whose page never lost the keyboard is gone when it closes", [[3, true, true]], 4],
  ])("%s", (_, looks, expected) => {
    expect(goneAt(looks, 300)).toBe(expected);
  });
});
