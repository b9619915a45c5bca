/** The names a holder of the stub may call; and the handlers that the runtime itself calls. */
const open: ReadonlySet<string> = new Set([
  "constructor",
  "fetch",
  "alarm",
  "webSocketMessage",
  "webSocketClose",
  "webSocketError",
  "info",
  "beginAuthorization",
  "completeAuthorization",
  "confirmAuthorization",
  "reconnectRequest",
  "beginReconnect",
  "beginAccountLink",
  "import",
  "connectTenant",
  "restoreTenant",
  "proposeTenant",
  "accessToken",
  "refresh",
  "disconnect",
  "events",
  "watch",
  "unwatch",
  "watches",
  "changes",
  "notify",
  "deliveries",
  "redeliver",
]);

/** What shadows the members of a class. */
interface Shadow {
  /** Those that an assignment shadows: ten times faster than a definition, and every waking object begins with it. */
  values: Record<string, unknown>;
  /** Accessors, and what cannot be assigned to. */
  others: PropertyDescriptorMap;
}

/** Gathered once for all objects of an isolate. */
const shadows = new WeakMap<object, Shadow>();

/**
 * RPC serves every member of an object's prototype chain, inherited ones too: a base class that has a
 * `sql` method would hand out the token table. It does not serve own properties, so everything that is
 * not on the list becomes one.
 */
export function hideMembers(self: object): void {
  const prototype: unknown = Object.getPrototypeOf(self);
  if (typeof prototype !== "object" || prototype === null) return;
  let shadow = shadows.get(prototype);
  if (shadow === undefined) {
    shadow = shadowOf(prototype);
    shadows.set(prototype, shadow);
  }
  Object.assign(self, shadow.values);
  Object.defineProperties(self, shadow.others);
}

function shadowOf(first: object): Shadow {
  const shadow: Shadow = { values: {}, others: {} };
  const known = new Set(open);
  for (
    let prototype: unknown = first;
    typeof prototype === "object" && prototype !== null && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    for (const [name, member] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (known.has(name)) continue;
      known.add(name);
      if (member.writable === true) shadow.values[name] = member.value;
      else shadow.others[name] = member;
    }
  }
  return shadow;
}
