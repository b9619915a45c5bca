/**
 * The rooms of `src`. A file imports its own room and those on lower floors, and of packages those
 * named here. Rooms on one floor do not import each other. A new room needs a row here and a wall in
 * `.oxlintrc.json`.
 */
export const rooms: Readonly<Record<string, { floor: number; packages: readonly string[] }>> = {
  contract: { floor: 1, packages: ["zod"] },
  api: { floor: 2, packages: ["zod", "@microsoft/microsoft-graph-types"] },
  http: { floor: 3, packages: [] },
  entra: { floor: 4, packages: ["jose", "oauth4webapi", "zod"] },
  graph: { floor: 4, packages: ["@microsoft/microsoft-graph-types"] },
  arm: { floor: 4, packages: [] },
  platform: { floor: 5, packages: ["cloudflare:workers", "jose", "node:crypto"] },
  config: { floor: 6, packages: ["zod"] },
  directory: { floor: 7, packages: ["zod"] },
  connection: {
    floor: 8,
    packages: ["jose", "partyserver", "standardwebhooks", "zod"],
  },
  callers: { floor: 9, packages: ["jose", "zod"] },
  oauth: {
    floor: 10,
    packages: ["@cloudflare/workers-oauth-provider", "cloudflare:workers", "zod"],
  },
  operations: { floor: 11, packages: ["zod"] },
  front: { floor: 12, packages: ["hono", "zod"] },
  routes: { floor: 13, packages: ["hono", "zod"] },
  rpc: { floor: 13, packages: ["zod"] },
  mcp: {
    floor: 13,
    packages: ["@microsoft/microsoft-graph-types", "@modelcontextprotocol/server", "agents", "zod"],
  },
  watchdog: { floor: 13, packages: [] },
  client: { floor: 13, packages: ["@microsoft/microsoft-graph-types", "react"] },
  console: { floor: 13, packages: ["preact"] },
};
/** The files a Worker starts from, and the generated types. */
export const looseFiles = ["app.ts", "index.ts", "service.ts", "worker-configuration.d.ts"];
/** These are no part of the Worker: of the lower floors, what runs elsewhere may import these alone. */
const elsewhere: Readonly<Record<string, readonly string[]>> = {
  client: ["contract", "http"],
  console: ["contract"],
};
/** What rooms above `connection` may import of it. */
export const doorsOfConnection: ReadonlySet<string> = new Set([
  "connection/stub.ts",
  "connection/live/live-request.ts",
  "connection/grant/authorization-state.ts",
  "connection/grant/account-link.ts",
  "connection/grant/reconnect-link.ts",
  "connection/grant/sign-in-purpose.ts",
  "connection/policy/remedies.ts",
  "connection/policy/watch-resource.ts",
  "connection/watches/watch-address.ts",
  "connection/grant/detached-sign-in.ts",
]);

/** Whether the floors let a file of one room import another room. */
export const mayImport = (from: string, to: string): boolean => {
  const [own, other] = [rooms[from], rooms[to]];
  if (own === undefined || other === undefined) return false;
  return other.floor < own.floor && (elsewhere[from]?.includes(to) ?? true);
};
