/** The names a holder of the stub may call; the rest of the runtime's own handlers besides. */
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
  "import",
  "accessToken",
  "refresh",
  "disconnect",
  "events",
]);

/**
 * RPC serves every member of an object's prototype chain, inherited ones too: a base class that has a
 * `sql` method would hand out the token table. It does not serve own properties, so everything that is
 * not on the list becomes one.
 */
export function seal(self: object): void {
  for (
    let prototype: unknown = Object.getPrototypeOf(self);
    typeof prototype === "object" && prototype !== null && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) {
    for (const [name, member] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (open.has(name) || Object.hasOwn(self, name)) continue;
      const { get } = member;
      const value: unknown = member.value;
      Object.defineProperty(
        self,
        name,
        get === undefined
          ? {
              value: typeof value === "function" ? value.bind(self) : value,
              writable: true,
              configurable: true,
            }
          : { get: get.bind(self), configurable: true },
      );
    }
  }
}
