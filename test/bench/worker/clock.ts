import { sandbox } from "../../integration/support/sandbox.ts";

const RealDate = Date;
let offset = 0;
/** The moment at which the clock stands still, if it does. */
let stopped: number | undefined;
/** The sandbox may be this far from a clock that stands; milliseconds. */
const tolerance = 5_000;
let told = 0;

/** The isolate's `Date`, moved: the Worker and its objects share it. */
class ShiftedDate extends RealDate {
  constructor(...parts: [] | [value: number | string | Date]) {
    if (parts.length === 0) super(ShiftedDate.now());
    else super(parts[0]);
  }

  static override now(): number {
    return stopped ?? RealDate.now() + offset;
  }
}

/** Puts the simulated clock in place. To be called once, when the Worker's module is evaluated. */
export function installClock(): void {
  // The constructor's other forms (parts, call without `new`) are used by nobody here.
  globalThis.Date = ShiftedDate as DateConstructor;
}

/** Moves the time of the Worker and of the sandbox to a moment that lies ahead. */
export async function moveTo(time: number): Promise<void> {
  const ahead = time - Date.now();
  if (stopped !== undefined) return stepTo(Math.max(time, stopped));
  if (ahead <= 0) return;
  offset += ahead;
  await tellSandbox();
}

/**
 * Lets no time pass any more but by `moveTo`: thousands of events are then as far apart as they are
 * meant to be, however long the machine takes for each.
 */
export function stopClock(): void {
  stopped = Date.now();
}

/** The sandbox's clock cannot be stopped: it is set again whenever it has gone too far. */
async function stepTo(time: number): Promise<void> {
  stopped = time;
  offset = time - RealDate.now();
  if (Math.abs(offset - told) > tolerance) await tellSandbox();
}

async function tellSandbox(): Promise<void> {
  told = offset;
  await sandbox.settings({ clock_offset_s: offset / 1_000 });
}

export const advance = (seconds: number): Promise<void> => moveTo(Date.now() + seconds * 1_000);

/** Brings the sandbox back to the real time, for whoever is measured next. */
export async function restoreClock(): Promise<void> {
  offset = 0;
  stopped = undefined;
  await tellSandbox();
}
