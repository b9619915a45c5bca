import type { Revocation, State } from "./state.ts";
import type { Audience, SandboxUser } from "./world.ts";

/** What was revoked, and at which tick: a token issued later is good, within the same second too. */
export class Revocations {
  readonly #state: State;
  readonly #save: () => void;

  constructor(state: State, save: () => void) {
    this.#state = state;
    this.#save = save;
  }

  add(revocation: Revocation): void {
    const { upn, audience } = revocation;
    this.#state.revocations = this.#state.revocations.filter(
      (older) => older.upn !== upn || older.audience !== audience,
    );
    this.#state.revocations.push(revocation);
    this.#save();
  }

  /** The revocation that ended a refresh token issued at `tick`, if any. */
  ofRefreshToken(user: SandboxUser, tick: number): Revocation | undefined {
    return this.#state.revocations.find(
      ({ upn, audience, tick: at }) => upn === user.upn && audience === undefined && tick < at,
    );
  }

  /** The revocation that ended an access token issued at `tick`, if any. */
  ofAccessToken(
    user: SandboxUser | undefined,
    audience: Audience,
    tick: number,
  ): Revocation | undefined {
    return this.#state.revocations.find(
      (one) =>
        one.upn === user?.upn &&
        (one.audience === undefined || one.audience === audience) &&
        tick < one.tick,
    );
  }

  reset(): void {
    this.#state.revocations = [];
    this.#save();
  }
}
