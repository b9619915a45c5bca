import { listMcpTools } from "../api/mcp-tools.ts";
import type { McpToolSize } from "../contract/mcp-tool-size.ts";
import { defaultToolsets } from "../contract/toolset.ts";
import type { ServedOperation } from "../operations/serve.ts";
import { schemasOf } from "./schemas.ts";
import { hintsOf, type Tool } from "./tool.ts";
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

/**
 * All tools there are, whoever may use them. Tools are made of operations, which is why this one is served
 * here and not beside them.
 */
export const mcpTools: ServedOperation = {
  operation: listMcpTools,
  work: async (): Promise<McpToolSize[]> => allTools.map(sizeOf),
};
