import * as z from "zod";
import { userIdSchema } from "../contract/connection-id.ts";
import { longestSession, scopes } from "../contract/scope.ts";
import { time } from "../contract/time.ts";
import { resource, wholeNumber } from "./fields.ts";
import { operation } from "./operation.ts";

export const createSession = operation({
  name: "createSession",
  route: "POST /sessions",
  summary: "A token for one user's browser",
  tag: "credentials",
  scope: "connections:write",
  on: "service",
  input: {
    userId: userIdSchema,
    scopes: z.array(z.enum(scopes)).max(scopes.length).optional(),
    ttl: z
      .int()
      .min(1)
      .max(longestSession)
      .optional()
      .meta({ description: `Seconds; default ${longestSession}.` }),
  },
  body: "rest",
  form: "item",
  data: z.object({ token: z.string(), expires_at: time }),
  answer: "The token.",
  over: ["http", "rpc", "client"],
  client: { of: "service", name: "createSession" },
});

export const createTicket = operation({
  name: "createTicket",
  route: "POST /connections/{id}/tickets",
  summary: "A one-time ticket for the live socket, good for 30 seconds",
  tag: "credentials",
  // A ticket gives what reading gives, and a page that may read has no other way to a socket.
  scope: "connections:read",
  consoleScope: "connections:read",
  on: "connection",
  input: {},
  form: "item",
  data: z.object({ ticket: z.string(), expires_at: time }),
  answer: "The ticket.",
  over: ["http", "client"],
  client: { of: "connection", name: "ticket" },
});

export const getToken = operation({
  name: "getToken",
  route: "GET /connections/{id}/token",
  summary: "The access token itself, for a server that calls Microsoft on its own",
  tag: "credentials",
  scope: "tokens:read",
  // A resource that was never asked for gets a row of its own, with a token or a refusal.
  changes: true,
  on: "connection",
  input: {
    resource,
    tenantId: z.guid("must be a tenant's GUID").optional(),
    minValidity: wholeNumber(0, 86_400).optional().meta({ description: "Seconds; default 30." }),
    staleGeneration: wholeNumber(0, Number.MAX_SAFE_INTEGER)
      .optional()
      .meta({ description: "The generation of a token that the resource refused." }),
  },
  form: "item",
  data: z.object({ token: z.string(), expires_at: time, generation: z.int() }),
  answer: "The token.",
  over: ["http", "client"],
  client: { of: "connection", name: "token" },
});
