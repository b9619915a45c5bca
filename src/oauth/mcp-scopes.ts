import { defaultUserScopes, userScopesIn } from "../callers/caller.ts";
import { scopes, type Scope } from "../contract/scope.ts";

/** Every scope that an MCP token can have: a session's. */
export const mcpScopes: readonly Scope[] = [...userScopesIn(scopes)];

/** What any use of the tools needs, and what a client gets that asks for nothing in particular. */
export const baselineScopes: readonly Scope[] = defaultUserScopes;

/** Of the scopes that a client asks for, those that it may get; the baseline where none is left. */
export function grantableScopes(asked: readonly string[]): Scope[] {
  const allowed = mcpScopes.filter((scope) => asked.includes(scope));
  return allowed.length > 0 ? allowed : [...baselineScopes];
}

/** Whether a person is asked for it by itself, and can leave it out. */
export const isOptional = (scope: string): boolean =>
  !(baselineScopes as readonly string[]).includes(scope);

/** What a client may do with a scope: the end of a sentence that begins with "It may". */
const words: Readonly<Record<Scope, string>> = {
  "connections:read":
    "see whether your Microsoft account is connected, and what happened to the connection",
  "connections:write":
    "disconnect your Microsoft account, sign it in anew, and watch it for changes",
  "graph:read": "read your mail, calendar, files and address book",
  "graph:write": "write and send mail, change your calendar, and change your files",
  "arm:read": "see your Azure subscriptions and what is in them",
  "arm:write": "create, change and delete resources in your Azure subscriptions",
  "vault:read": "read secrets of your key vaults, each time you agree",
  // Never given to a client; the record is whole so that a new scope needs its words.
  "tokens:read": "take your access tokens",
  admin: "administer this service",
};

/** A scope in the words of the consent page. */
export const scopeInWords = (scope: Scope): string => words[scope];

/** The scopes that a client has to ask for when one is lacking: what it holds, and that one (RFC 6750 §3.1). */
export const steppedUp = (held: Iterable<Scope>, missing: readonly Scope[]): Scope[] => {
  const wanted = new Set([...held, ...missing]);
  return mcpScopes.filter((scope) => wanted.has(scope));
};
