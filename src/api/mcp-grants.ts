import * as z from "zod";
import { labelSchema, userIdSchema } from "../contract/connection-id.ts";
import type { McpGrant } from "../contract/mcp-grant.ts";
import { scopes } from "../contract/scope.ts";
import { time } from "../contract/time.ts";
import { textOf } from "./fields.ts";
import { operation } from "./operation.ts";

/** What the operations on MCP clients share. */
const shared = { tag: "mcp", scope: "connections:write", on: "service" } as const;

const userId = userIdSchema
  .optional()
  .meta({ description: "Whose clients; a user's own credential need not say it." });

const grant: z.ZodType<McpGrant> = z.object({
  id: z.string(),
  client_id: z.string(),
  client_name: z.string().meta({ description: "As the client names itself." }),
  client_domain: z.string().optional().meta({ description: "The host that published that name." }),
  redirect_host: z.string(),
  label: labelSchema.optional(),
  scopes: z.array(z.enum(scopes)),
  created_at: time,
  expires_at: time.optional(),
});

export const listMcpGrants = operation({
  ...shared,
  name: "listMcpGrants",
  route: "GET /mcp/grants",
  summary: "The MCP clients that act for a user; a user's own credential sees its own",
  consoleScope: "connections:write",
  input: { userId },
  form: "item",
  data: z.array(grant.meta({ id: "McpGrant" })),
  answer: "The clients, the newest first.",
  over: ["http", "rpc", "client"],
  client: { of: "service", name: "mcpGrants" },
});

export const revokeMcpGrant = operation({
  ...shared,
  name: "revokeMcpGrant",
  route: "DELETE /mcp/grants/{id}",
  params: { id: "grantId" },
  summary: "End what an MCP client was given: its tokens are refused from the next call on",
  consoleScope: "connections:write",
  input: { userId, grantId: textOf(64) },
  form: "item",
  data: z.object({ revoked: z.literal(true) }),
  answer: "It is ended.",
  over: ["http", "rpc", "client"],
  client: { of: "service", name: "revokeMcpGrant", args: ["grantId"] },
});

export const completeMcpSignIn = operation({
  ...shared,
  name: "completeMcpSignIn",
  route: "POST /mcp/sign-ins",
  summary: "Say who is signed in at the page of MCP_SIGN_IN_URL; never by a user's own credential",
  input: {
    userId: userIdSchema,
    label: labelSchema.optional(),
    state: textOf(512).meta({ description: "As the page got it." }),
  },
  body: "rest",
  form: "item",
  data: z.object({ continue_url: z.string(), expires_at: time }),
  answer: "Where to send that browser, within a minute.",
  over: ["http", "rpc", "client"],
  client: { of: "service", name: "completeMcpSignIn" },
});
