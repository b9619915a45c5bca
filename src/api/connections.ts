import * as z from "zod";
import { labelSchema, userIdSchema } from "../contract/connection-id.ts";
import { connectionInfoSchema } from "../contract/connection-info-schema.ts";
import { connectionStatuses } from "../contract/connection-info.ts";
import { connectionEventSchema } from "../contract/connection-event-schema.ts";
import { listedConnectionSchema } from "../contract/listed-connection-schema.ts";
import { deliverySchema } from "../contract/delivery-schema.ts";
import { remedyActions } from "../contract/remedy.ts";
import { cursor, resource, top, wholeNumber, textOf } from "./fields.ts";
import { operation } from "./operation.ts";

const info = connectionInfoSchema.meta({ id: "ConnectionInfo" });

/** What the operations on one connection share. */
const reads = { tag: "connections", scope: "connections:read", on: "connection" } as const;
const writes = { ...reads, scope: "connections:write" } as const;
const gives = { form: "item", data: info, answer: "The connection." } as const;

export const listConnections = operation({
  name: "listConnections",
  route: "GET /connections",
  summary: "Connections by id; a user's own credential sees its own",
  tag: "connections",
  scope: "connections:read",
  consoleScope: "connections:read",
  on: "service",
  input: {
    status: z.enum(connectionStatuses).optional(),
    userId: userIdSchema.optional(),
    remedy: z.enum(remedyActions).optional(),
    paused: z
      .enum(["true"])
      .optional()
      .meta({ description: "Those of whose events a receiver gets none for now." }),
    search: textOf(256).optional().meta({ description: "A part of the id or the account's name." }),
    top,
    cursor,
  },
  form: "list",
  data: listedConnectionSchema.meta({ id: "ListedConnection" }),
  answer: "As reported some seconds ago at most.",
  over: ["http", "rpc", "client"],
  client: { of: "service", name: "connections" },
  mcp: {
    tool: "connection_list",
    title: "List connected accounts",
    about: "The person's accounts; this address works with one of them.",
  },
});

export const importConnection = operation({
  name: "importConnection",
  route: "POST /connections",
  summary:
    "Take over a user's refresh token, or with tenant_id alone connect that tenant, app-only",
  tag: "connections",
  scope: "admin",
  on: "service",
  input: {
    userId: userIdSchema.optional(),
    label: labelSchema.optional(),
    tenantId: textOf(253),
    refreshToken: textOf(16_384).optional().meta({ description: "That another system holds." }),
  },
  body: "rest",
  ...gives,
  over: ["http", "client"],
  client: [
    { of: "service", name: "importConnection" },
    {
      of: "service",
      name: "connectTenant",
      args: ["tenantId"],
      without: ["userId", "label", "refreshToken"],
    },
  ],
});

export const getConnection = operation({
  ...reads,
  name: "getConnection",
  route: "GET /connections/{id}",
  summary: "One connection: status, identity, tokens' times",
  consoleScope: "connections:read",
  input: {},
  ...gives,
  over: ["http", "rpc", "client"],
  client: { of: "connection", name: "info" },
  mcp: {
    tool: "connection_status",
    title: "Microsoft connection",
    about: "Whether, as whom and for what an account is connected. Ask when another tool fails.",
  },
});

export const disconnect = operation({
  ...writes,
  name: "disconnect",
  route: "DELETE /connections/{id}",
  summary: "Disconnect: forget the grant and every token",
  consoleScope: "connections:write",
  input: {},
  ...gives,
  over: ["http", "rpc", "client"],
  client: { of: "connection", name: "disconnect" },
});

export const refreshConnection = operation({
  ...writes,
  name: "refreshConnection",
  route: "POST /connections/{id}/refresh",
  summary: "Renew a token now; joins a renewal that is under way",
  consoleScope: "connections:write",
  input: { resource: resource.optional() },
  body: "rest",
  ...gives,
  over: ["http", "client"],
  client: { of: "connection", name: "refresh" },
});

export const confirmConnect = operation({
  ...writes,
  name: "confirmConnect",
  route: "POST /connections/{id}/confirm",
  summary: "Confirm that this user is who signed in",
  input: {
    flow: textOf(256),
    userId: userIdSchema.optional().meta({
      description: "Who is signed in at the host; required on a tenant's connection.",
    }),
  },
  body: "rest",
  ...gives,
  over: ["http", "rpc", "client"],
  client: { of: "connection", name: "confirm", args: ["flow"] },
});

export const restoreConnection = operation({
  ...writes,
  name: "restoreConnection",
  scope: "admin",
  route: "POST /connections/{id}/restore",
  summary: "Give a connection whose object was lost its grant back",
  consoleScope: "admin",
  input: {},
  ...gives,
  over: ["http", "client"],
  client: { of: "connection", name: "restore" },
});

export const listEvents = operation({
  ...reads,
  name: "listEvents",
  route: "GET /connections/{id}/events",
  summary: "What happened, oldest first; the last 200 are kept",
  consoleScope: "connections:read",
  input: {
    after: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(0),
    limit: wholeNumber(1, 200).default(100),
  },
  form: "events",
  data: connectionEventSchema.meta({ id: "ConnectionEvent" }),
  answer: "Events after the one given; truncated when some before them are lost.",
  over: ["http", "client"],
  client: { of: "connection", name: "events" },
});

const deliveries = {
  form: "item",
  data: z.array(deliverySchema.meta({ id: "Delivery" })),
  answer: "The receivers that are behind.",
  over: ["http"],
} as const;

export const listDeliveries = operation({
  ...reads,
  ...deliveries,
  name: "listDeliveries",
  route: "GET /connections/{id}/deliveries",
  summary: "Webhooks and pipeline that have not got every event of it yet, and why",
  consoleScope: "connections:read",
  input: {},
});

export const redeliver = operation({
  ...writes,
  ...deliveries,
  name: "redeliver",
  route: "POST /connections/{id}/redeliver",
  summary: "Try a receiver that is behind now, one that is paused too",
  consoleScope: "connections:write",
  input: { sink: textOf(256).meta({ description: "webhook:{id}, pipeline or changes:…" }) },
  body: "rest",
});
