/** What the console's page is told before anything else: the same JSON after signing in and out. */

export const consoleRoles = ["read", "admin"] as const;
/** `read` looks at everything; `admin` mends and ends connections too. */
export type ConsoleRole = (typeof consoleRoles)[number];

export const consoleSignInWays = ["access", "microsoft", "api_key"] as const;
/** How somebody can sign in to the console of a deployment; in the order in which they are offered. */
export type ConsoleSignInWay = (typeof consoleSignInWays)[number];

export interface ConsoleState {
  version: string;
  /** In the order in which a page should offer them; at least one. */
  ways: readonly ConsoleSignInWay[];
  /** Whether administrators may send requests as a connection. */
  runner: boolean;
  /** Null: nobody is signed in in this browser. */
  session: {
    /** An account's name, or `API key {id}`. */
    name: string;
    role: ConsoleRole;
    /** RFC 3339. */
    expires_at: string;
  } | null;
}
