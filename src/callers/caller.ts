import { failure, type Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { scopes as everyScope, type Scope } from "../contract/scope.ts";

/** Who asks, as far as this Worker has made sure. */
export interface Caller {
  /**
   * `auth`: a token of the host application's own. `sibling`: a Worker bound to the entrypoint. `mcp`:
   * an access token that this Worker's authorization server gave an MCP client. `console`: an operator
   * who signed in there.
   */
  kind: "api_key" | "session" | "auth" | "sibling" | "mcp" | "console";
  /** The key's id, the user's id, the sibling's or operator's name; for logs and rate limits. */
  id: string;
  /** Present: may act for this user only. */
  userId?: string;
  scopes: ReadonlySet<Scope>;
  /** Milliseconds since the epoch, when the credential ends. */
  expiresAt?: number;
}

/** Scopes that a user's own credential never has. */
const notForUsers: ReadonlySet<Scope> = new Set(["admin", "tokens:read"]);

/** The scopes of a user's credential by default. */
export const defaultUserScopes: readonly Scope[] = [
  "connections:read",
  "graph:read",
  "arm:read",
] as const;

/** Whether a user's own credential may have this scope. */
export const isUserScope = (scope: Scope): boolean => !notForUsers.has(scope);

/** Those of the named scopes that a user's own credential may have. */
export const userScopesIn = (names: readonly string[]): ReadonlySet<Scope> =>
  new Set(everyScope.filter((scope) => isUserScope(scope) && names.includes(scope)));

/** What a user's own credential gets where it names another user. */
export const anotherUser = (): Failure =>
  failure("forbidden", "This credential may act for its own user only.");

/** @returns `forbidden` naming the scope, when the caller lacks it. */
export function requireScope<Holder extends Pick<Caller, "scopes">>(
  caller: Holder,
  scope: Scope,
): Result<Holder, Failure> {
  if (caller.scopes.has(scope)) return ok(caller);
  return err(
    failure("forbidden", `This credential lacks the scope ${scope}.`, {
      details: { reason: "missing_scope", scope },
    }),
  );
}
