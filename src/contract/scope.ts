/** What a caller may be allowed to do. `read` covers GET and HEAD, `write` every other method. */
export const scopes = [
  "connections:read",
  "connections:write",
  "graph:read",
  "graph:write",
  "arm:read",
  "arm:write",
  "tokens:read",
  "admin",
] as const;

export type Scope = (typeof scopes)[number];

/** How long a session lives at most, in seconds. */
export const longestSession = 3600;
