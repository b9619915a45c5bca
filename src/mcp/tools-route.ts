import * as z from "zod";
import type { McpToolSize } from "../contract/mcp-tool-size.ts";
import { scopes } from "../contract/scope.ts";
import { dataSchema } from "../front/answer-schemas.ts";
import { success } from "../front/answers.ts";
import { register } from "../front/register.ts";
import { requires } from "../front/require.ts";
import type { Router } from "../front/router.ts";
import { schemasOf } from "./schemas.ts";
import { hintsOf, type Tool } from "./tool.ts";
import { defaultToolsets, toolsets } from "./toolset.ts";
import { allTools } from "./toolsets/index.ts";

/** A tool as `tools/list` gives it: what a model reads in each conversation. */
export function listedTool(tool: Tool): object {
  const { name, title, description } = tool;
  const { input, output } = schemasOf(tool);
  const target = { target: "draft-2020-12" } as const;
  return {
    name,
    title,
    description,
    inputSchema: { type: "object", ...input["~standard"].jsonSchema.input(target) },
    annotations: hintsOf(tool),
    outputSchema: output["~standard"].jsonSchema.output(target),
  };
}

const sizeOf = (tool: Tool): McpToolSize => ({
  name: tool.name,
  title: tool.title,
  toolset: tool.toolset,
  scope: tool.scope,
  destructive: tool.destructive === true,
  default: defaultToolsets.includes(tool.toolset),
  characters: JSON.stringify(listedTool(tool)).length,
});

const toolSchema: z.ZodType<McpToolSize> = z.object({
  name: z.string().meta({ description: "As agents call it." }),
  title: z.string(),
  toolset: z.enum(toolsets).meta({ description: "By which ?toolsets= chooses it." }),
  scope: z.enum(scopes),
  destructive: z.boolean().meta({ description: "It cannot be taken back." }),
  default: z.boolean().meta({ description: "Whether it is shown where no toolsets are named." }),
  characters: z.int().meta({ description: "Of its entry in tools/list: some four are a token." }),
});

/** All tools there are, whoever may use them. */
export function toolsRoute(router: Router): void {
  const scope = "connections:read";
  register(
    router,
    {
      method: "GET",
      path: "/mcp/tools",
      summary: "The tools that agents can be shown, and what each costs them",
      tag: "mcp",
      scope,
      access: requires({ scope: () => scope, console: scope }),
      answers: {
        200: {
          description: "All of them, in the order of their toolsets.",
          data: dataSchema(z.array(toolSchema.meta({ id: "McpTool" }))),
        },
      },
    },
    () => success(allTools.map(sizeOf)),
  );
}
