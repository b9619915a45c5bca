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

/** What shadows the members of a class, gathered once: every object of an isolate begins with it. */
const shadows = new WeakMap<object, PropertyDescriptorMap>();

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
  Object.defineProperties(self, shadow);
}

function shadowOf(first: object): PropertyDescriptorMap {
  const shadow: PropertyDescriptorMap = {};
  for (
    let prototype: unknown = first;
    typeof prototype === "object" && prototype !== null && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    for (const [name, member] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (!open.has(name) && !Object.hasOwn(shadow, name)) shadow[name] = member;
    }
  }
  return shadow;
}
