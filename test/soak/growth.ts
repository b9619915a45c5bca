/** The heap, sampled at even intervals from the end of the warm-up on. */
export interface Growth {
  /** Bytes that a collection left, in the first and in the last third of the time. */
  early: number;
  late: number;
  grows: boolean;
}

const mebibyte = 2 ** 20;
/** What the least of some samples may be off by. */
const tolerance = { factor: 1.3, bytes: 8 * mebibyte };

/**
 * Whether what is in use goes on growing. The least of many samples is what was left by a collection;
 * the process's own memory says little, as that of a Worker of ten lines takes 10,000 calls to stop
 * growing.
 *
 * @param samples bytes, oldest first
 */
export function growthOf(samples: readonly number[]): Growth {
  const third = Math.ceil(samples.length / 3);
  const early = Math.min(...samples.slice(0, third));
  const late = Math.min(...samples.slice(-third));
  return { early, late, grows: late > early * tolerance.factor + tolerance.bytes };
}
