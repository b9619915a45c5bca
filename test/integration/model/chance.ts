const modulus = 2_147_483_647;

/** Makes chance the same for every schedule: its back-offs and jitters are part of the replay. */
export function repeatChance(): void {
  let state = 1;
  Math.random = () => {
    state = (state * 48_271) % modulus;
    return state / modulus;
  };
}
