/**
 * Waits for work that cannot be called off, but not for ever.
 *
 * @param milliseconds the longest wait
 * @returns the name of what went wrong (`TimeoutError` when it took too long), or undefined when it
 *   was done
 */
export async function faultWithin(
  milliseconds: number,
  work: Promise<unknown>,
): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, milliseconds, "TimeoutError");
  });
  const done = work.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.name : typeof error),
  );
  try {
    return await Promise.race([done, late]);
  } finally {
    // A timer left running would keep the object awake.
    clearTimeout(timer);
  }
}
