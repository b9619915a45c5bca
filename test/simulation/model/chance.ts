const modulus = 2_147_483_647;

/** Chance that is the same for every schedule: its back-offs and jitters are part of the replay. */
export function repeatedChance(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % modulus;
    return state / modulus;
  };
}
