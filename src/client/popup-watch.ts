/**
 * Whether a person closed the popup. `closed` alone does not tell: as soon as a page in the popup asks
 * to be cut off from its opener (`Cross-Origin-Opener-Policy`), the opener reads true, though the
 * window is there. But when a window closes, the keyboard is back at the page below it at once, and
 * while the person is in the popup, it is not.
 */

/** How the popup looked, so far. Times are those of one clock, in milliseconds. */
export interface PopupWatch {
  /** When it was first seen as closed. */
  closedAt?: number;
  /** Since when the page has had the keyboard without a break, the popup being seen as closed. */
  focusedAt?: number;
}

/** A window's end and the return of the keyboard are seen within this time of each other. */
const together = 2_000;
/** A message that was sent before the window closed may come this much later. */
const grace = 1_000;
/** A person who looks at the page below while the popup is there mostly goes back sooner. */
const longLook = 20_000;

/** The watch after one more look. */
export function looked(
  watch: PopupWatch,
  { closed, focused, now }: { closed: boolean; focused: boolean; now: number },
): PopupWatch {
  if (!closed) return {};
  const closedAt = watch.closedAt ?? now;
  return focused ? { closedAt, focusedAt: watch.focusedAt ?? now } : { closedAt };
}

/** Whether the popup is taken for closed. @param now milliseconds, of the same clock */
export function isGone({ closedAt, focusedAt }: PopupWatch, now: number): boolean {
  if (closedAt === undefined || focusedAt === undefined) return false;
  return now - focusedAt >= (focusedAt - closedAt <= together ? grace : longLook);
}
