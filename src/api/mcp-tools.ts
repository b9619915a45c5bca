import * as z from "zod";
import type { McpToolSize } from "../contract/mcp-tool-size.ts";
import { scopes } from "../contract/scope.ts";
import { toolsets } from "../contract/toolset.ts";
import { operation } from "./operation.ts";

const tool: z.ZodType<McpToolSize> = z.object({
  name: z.string().meta({ description: "As agents call it." }),
  title: z.string(),
  toolset: z.enum(toolsets).meta({ description: "By which ?toolsets= chooses it." }),
  scope: z.enum(scopes),
  destructive: z.boolean().meta({ description: "It cannot be taken back." }),
  default: z.boolean().meta({ description: "Whether it is shown where no toolsets are named." }),
  characters: z.int().meta({ description: "Of its entry in tools/list: some four are a token." }),
});

export const listMcpTools = operation({
  name: "listMcpTools",
  route: "GET /mcp/tools",
  summary: "The tools that agents can be shown, and what each costs them",
  tag: "mcp",
  scope: "connections:read",
  consoleScope: "connections:read",
  on: "service",
  input: {},
  form: "item",
  data: z.array(tool.meta({ id: "McpTool" })),
  answer: "All of them, in the order of their toolsets.",
  over: ["http"],
});
