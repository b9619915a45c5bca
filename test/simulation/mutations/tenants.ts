import type { Mutation } from "./mutation.ts";

/** Of tenants' connections, which have schedules of their own. */
export const tenantMutations: readonly Mutation[] = [
  {
    of: "tenants",
    name: "a tenant's connection serves another tenant",
    file: "connection/tokens/app-only.ts",
    find: "if (home === null || tenantId.toLowerCase() !== home) {",
    replace: "if (home === null) {",
  },
  {
    of: "tenants",
    name: "a refresh of what is not connected waits for who connects it, and asks in no tenant",
    file: "connection/tokens/refresher.ts",
    find: "if (!isHeld(grant)) return err(notConnected(grant.kind, now()));",
    replace: "",
  },
  {
    of: "tenants",
    name: "an idle tenant's connection is kept awake",
    file: "connection/policy/grant-kind.ts",
    find: 'tenant: "lapses"',
    replace: 'tenant: "is_refreshed"',
  },
  {
    of: "tenants",
    name: "roles that arrive late are not asked for again",
    file: "connection/tokens/refresh-failure.ts",
    find: "if (wait !== undefined) state.tokens.fail(key, attempts, now + wait);",
    replace: "",
  },
  {
    of: "tenants",
    name: "an administrator's sign-in is confirmed for whoever asks",
    file: "connection/grant/tenant-grant.ts",
    find: "if (!read.success || read.data.user_id !== userId)",
    replace: "if (!read.success)",
  },
  {
    of: "tenants",
    name: "a tenant stays connected after it was disconnected",
    file: "connection/tables/grant-store.ts",
    find: "  proof: null,\n",
    replace: "",
  },
  {
    of: "tenants",
    name: "the roles of a disconnected tenant are kept",
    file: "connection/tables/grant-store.ts",
    find: "  roles: [],\n",
    replace: "",
  },
];
