/** What a caller may be allowed to do. `read` covers GET and HEAD, `write` every other method. */
export const scopes = [
  "connections:read",
  "connections:write",
  "graph:read",
  "graph:write",
  "arm:read",
  "arm:write",
  // Of agents alone: names and values of Key Vault's secrets. Nobody has it by default.
  "vault:read",
  "tokens:read",
  "admin",
] as const;

export type Scope = (typeof scopes)[number];

/** How long a session lives at most, in seconds. */
export const longestSession = 3600;
