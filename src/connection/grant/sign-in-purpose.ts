/**
 * What a person is sent to Microsoft for. The state's MAC covers the purpose, so that a state of one
 * purpose is worthless for every other.
 *
 * A purpose also decides what is asked for, who may come back, and what is kept of the answer. Today one
 * purpose alone keeps anything, so these rules stand where they are applied, and not in the table:
 *
 * | purpose         | scopes                                | who may come back        | what is kept            |
 * |-----------------|---------------------------------------|--------------------------|-------------------------|
 * | `connect`       | the default ones, those asked for and | the browser that began,  | the grant, of the same  |
 * |                 | those required before                 | or a server's confirmed  | account as the old one  |
 * | `admin_consent` | all of the application's registration | anybody                  | nothing                 |
 *
 * A purpose that is added gets a row here first; where two differ in a rule, the rule becomes a field.
 */
interface Purpose {
  /** Where Microsoft sends the browser afterwards; a host's own callback may stand in for `connect`. */
  callbackPath: `/${string}`;
  /** How long a state is good, in milliseconds. */
  ttlMs: number;
}

const tenMinutes = 600_000;

/** Every purpose of a sign-in. */
export const signInPurposes = {
  /** Connects an account, or renews its consent. The state holds the connection's id. */
  connect: { callbackPath: "/callback", ttlMs: tenMinutes },
  /** An administrator consents for everyone in a tenant. The state holds tenant and return URL. */
  admin_consent: { callbackPath: "/callback/admin", ttlMs: tenMinutes },
} as const satisfies Record<string, Purpose>;

export type SignInPurpose = keyof typeof signInPurposes;
