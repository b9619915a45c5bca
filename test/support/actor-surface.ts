/** What a stub of the actor answers to, besides `fetch`. */
export const rpcSurface = [
  "accessToken",
  "beginAccountLink",
  "beginAuthorization",
  "beginReconnect",
  "changes",
  "completeAuthorization",
  "confirmAuthorization",
  "connectTenant",
  "deliveries",
  "disconnect",
  "events",
  "import",
  "info",
  "notify",
  "proposeTenant",
  "reconnectRequest",
  "redeliver",
  "refresh",
  "restoreTenant",
  "unwatch",
  "watch",
  "watches",
];

/** The runtime's own handlers: names it reserves, which are no RPC methods. */
export const handlers = ["alarm", "fetch", "webSocketClose", "webSocketError", "webSocketMessage"];

/** Every other name on the actor's prototype chain; a sibling that calls one must be refused. */
export const sealedNames = [
  "__unsafe_ensureInitialized",
  "_initAndFetch",
  "broadcast",
  "getConnection",
  "getConnectionTags",
  "getConnections",
  "name",
  "onAlarm",
  "onClose",
  "onConnect",
  "onError",
  "onException",
  "onMessage",
  "onRequest",
  "onStart",
  "setName",
  "sql",
];
