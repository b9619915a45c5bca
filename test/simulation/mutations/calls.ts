import type { Mutation } from "./mutation.ts";

/** Faults of calls, cool-downs and sockets. */
export const callMutations: readonly Mutation[] = [
  {
    name: "a tenant is remembered before a call proved it",
    file: "connection/calls/gateway.ts",
    find: "const proven = { tenantId: otherTenant ?? tenantId, asked };",
    replace: `const proven = { tenantId: otherTenant ?? tenantId, asked };
    this.#tenants.remember(tenantScopeOf(target), otherTenant);`,
  },
  {
    name: "cool-downs are lost in a restart",
    file: "connection/connection-state.ts",
    find: "      this.cooldowns.load();\n",
    replace: "",
  },
  {
    name: "cool-downs are not kept",
    file: "connection/calls/throttling.ts",
    find: "if (remaining === 0) return undefined;",
    replace: "if (remaining >= 0) return undefined;",
  },
  {
    name: "a call of an account that is gone begins a cool-down",
    file: "connection/calls/throttling.ts",
    find: "    if (ends !== this.#options.state.ends) return;\n",
    replace: "",
  },
  {
    name: "sockets are not told of events",
    file: "connection/connection-state.ts",
    find: "    this.#published(events);\n",
    replace: "",
  },
  {
    name: "sockets are told of events before they are written",
    file: "connection/connection-state.ts",
    find: `        enqueueEvents(this.outbox, this.#sinks, events, now);
        this.events.trim(this.outbox.neededAfter());
      }
    });
    this.#published(events);`,
    replace: `        this.#published(events);
        enqueueEvents(this.outbox, this.#sinks, events, now);
        this.events.trim(this.outbox.neededAfter());
      }
    });`,
  },
  {
    name: "a change and its events are not one transaction",
    file: "connection/connection-state.ts",
    find: `this.#storage.transactionSync(() => {
      const grantBefore`,
    replace: `[0].forEach(() => {
      const grantBefore`,
  },
  {
    name: "a status that stays is told again",
    file: "connection/policy/status.ts",
    find: "return changed && after.error !== undefined",
    replace: "return after.error !== undefined",
  },
  {
    name: "a recovery is not told",
    file: "connection/policy/status.ts",
    find: 'return changed ? { type: "connection.recovered", data: {} } : undefined;',
    replace: "return undefined;",
  },
];
