import type { Random } from "../support/random.ts";
import { ConnectionCaller, type ConnectionCallerOptions } from "../support/connection-caller.ts";
import { Ledger } from "../support/ledger.ts";

/** A connection of the soak. */
export interface Resident {
  caller: ConnectionCaller;
  ledger: Ledger;
  /** Signed in and disconnected all the time; the others only when they say that they need it. */
  restless: boolean;
  random: Random;
  /** It said that its user has to sign in. */
  needsSignIn: boolean;
  /** What Microsoft holds for the account and nobody changes, by the call that asks for it. */
  holdings: Map<string, string>;
}

export const createResident = (
  options: ConnectionCallerOptions & { restless: boolean; random: Random },
): Resident => ({
  caller: new ConnectionCaller(options),
  ledger: new Ledger(options.account),
  restless: options.restless,
  random: options.random,
  needsSignIn: true,
  holdings: new Map(),
});
