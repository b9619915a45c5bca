const modulus = 2_147_483_647;

/**
 * Chance that is the same for every schedule: its back-offs and jitters are part of the replay.
 *
 * @param start another chance for each whole number from 1 on
 */
export function repeatedChance(start = 1): () => number {
  let state = start;
  return () => {
    state = (state * 48_271) % modulus;
    return state / modulus;
  };
}
