/**
 * What a person is sent to Microsoft for. The state's MAC covers the purpose, so that a state of one
 * purpose is worthless for every other.
 *
 * | purpose         | scopes                                | who may come back       | what is kept             |
 * |-----------------|---------------------------------------|-------------------------|--------------------------|
 * | `connect`       | the default ones, those asked for and | the browser that began, | the grant; of the same   |
 * |                 | those required before                 | or a server's confirmed | account as one that is held |
 * | `reconnect`     | the default ones, those required      | the browser that began  | the grant, if one of the |
 * |                 | before, those that a remedy lacks     |                         | same account is held     |
 * | `admin_consent` | all of the application's registration | anybody                 | nothing                  |
 * | `tenant_proof`  | none: who signs in is all             | the browser that came   | that the tenant was      |
 * |                 |                                       | from the consent        | connected, once confirmed |
 * | `console`       | none: who signs in is all             | the browser that began  | nothing: a session of the console |
 * | `mcp`           | the default ones                      | the browser that began, | the grant, on the        |
 * |                 |                                       | which then consents     | connection of that account |
 *
 * A purpose that is added gets a row here first; where two differ in a rule, the rule is a field.
 */
interface Purpose {
  /** Where Microsoft sends the browser afterwards; a host's own callback may stand in for `connect`. */
  callbackPath: `/${string}`;
  /** How long a state is good, in milliseconds. */
  ttlMs: number;
  /** Whose grant is kept: of the account that is held, or the first of any, or none. */
  adopts: "same_account" | "first_or_same_account" | "own_account" | "tenant" | "nothing";
}

const tenMinutes = 600_000;

/** Every purpose of a sign-in. */
export const signInPurposes = {
  /** Connects an account, or renews its consent. The state holds the connection's id. */
  connect: { callbackPath: "/callback", ttlMs: tenMinutes, adopts: "first_or_same_account" },
  /** A reconnect link repairs the grant of one account. The state holds the connection's id. */
  reconnect: { callbackPath: "/callback", ttlMs: tenMinutes, adopts: "same_account" },
  /** An administrator consents for everyone in a tenant. The state holds tenant and return URL. */
  admin_consent: { callbackPath: "/callback/admin", ttlMs: tenMinutes, adopts: "nothing" },
  /** The administrator who consented proves to be one of that tenant. The state holds nothing. */
  tenant_proof: { callbackPath: "/callback/admin", ttlMs: tenMinutes, adopts: "tenant" },
  /** An operator opens the console. The state holds nothing. */
  console: { callbackPath: "/callback", ttlMs: tenMinutes, adopts: "nothing" },
  /** The user of an MCP client signs in where the account is the user. The state holds a handle. */
  mcp: { callbackPath: "/callback", ttlMs: tenMinutes, adopts: "own_account" },
} as const satisfies Record<string, Purpose>;

export type SignInPurpose = keyof typeof signInPurposes;
