import { expect, test } from "vitest";
import { mcpTools } from "../../../src/mcp/tool-sizes.ts";
import { operations } from "../../../src/operations/index.ts";

test("the console's cookie opens these operations and no other, each to holders of its scope", () => {
  const opened = [...operations, mcpTools].flatMap(({ operation: { name, consoleScope } }) =>
    consoleScope === undefined ? [] : [[name, consoleScope]],
  );
  expect(Object.fromEntries(opened)).toEqual({
    listConnections: "connections:read",
    getConnection: "connections:read",
    listEvents: "connections:read",
    listDeliveries: "connections:read",
    createTicket: "connections:read",
    watches: "connections:read",
    getAppHealth: "connections:read",
    getPermission: "connections:read",
    listMcpTools: "connections:read",
    refreshConnection: "connections:write",
    disconnect: "connections:write",
    unwatch: "connections:write",
    redeliver: "connections:write",
    listMcpGrants: "connections:write",
    revokeMcpGrant: "connections:write",
    restoreConnection: "admin",
  });
});
