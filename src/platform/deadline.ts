import { errorName } from "../contract/errors.ts";

/**
 * Calls `expire` once after a number of milliseconds, unless it is cancelled by the function it returns.
 * Injected where a wait has to end, so that tests end it when they like.
 */
export type Timer = (milliseconds: number, expire: () => void) => () => void;

export const platformTimer: Timer = (milliseconds, expire) => {
  const timer = setTimeout(expire, milliseconds);
  return () => clearTimeout(timer);
};

/**
 * Waits for work that cannot be cancelled, up to a limit. Rejects as the work does.
 *
 * @param milliseconds the longest wait
 * @returns whether it was done by then
 */
export async function endsWithin(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, milliseconds, false);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    // A timer left running would keep the object awake.
    clearTimeout(timer);
  }
}

/**
 * {@link endsWithin}, for whom a failure is an answer.
 *
 * @returns the name of what went wrong (`TimeoutError` when it took too long), or undefined when it
 *   was done
 */
export async function faultWithin(
  milliseconds: number,
  work: Promise<unknown>,
): Promise<string | undefined> {
  try {
    return (await endsWithin(milliseconds, work)) ? undefined : "TimeoutError";
  } catch (error) {
    return errorName(error);
  }
}
