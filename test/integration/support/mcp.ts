import { mcpAnswerIn, mcpMessage } from "../../support/mcp-message.ts";
import { front, type FrontRequest } from "./front.ts";

/** A client of the Model Context Protocol, as far as these tests need one: one message, one answer. */

export interface McpAnswer {
  status: number;
  headers: Headers;
  result: Record<string, unknown>;
  error: Record<string, unknown> | undefined;
}

export interface McpOptions extends Omit<FrontRequest, "method" | "body"> {
  /** `?toolsets=…` and the like. */
  query?: string;
  /** Default the stateless protocol of 2026-07-28. */
  era?: "modern" | "legacy";
  /** What the client says it can do. */
  capabilities?: Record<string, unknown>;
  /** Of the call, beside its own parameters. */
  more?: Record<string, unknown>;
  /** Instead of the Worker under test. */
  via?: (request: Request) => Promise<Response>;
}

/** Sends one message to `/mcp`. */
export async function mcp(
  method: string,
  params: Record<string, unknown>,
  options: McpOptions = {},
): Promise<McpAnswer> {
  const { query = "", era = "modern", capabilities = {}, more, headers, via, ...request } = options;
  const message = mcpMessage({
    method,
    params: { ...params, ...more },
    capabilities,
    client: "integration-test",
  });
  const response = await front(`/mcp${query}`, {
    ...request,
    ...(via !== undefined && { via }),
    method: "POST",
    ...(era === "modern"
      ? { body: message.body, headers: { ...message.headers, ...headers } }
      : {
          body: { jsonrpc: "2.0", id: 1, method, params: { ...params, ...more } },
          headers: {
            accept: "application/json, text/event-stream",
            "mcp-protocol-version": "2025-11-25",
            ...headers,
          },
        }),
  });
  const text = await response.text();
  const { result = {}, error } = mcpAnswerIn(text) as {
    result?: Record<string, unknown>;
    error?: Record<string, unknown>;
  };
  return { status: response.status, headers: response.headers, result, error };
}

/** The result of a tool. */
export interface ToolResult {
  isError?: boolean;
  /** The first text of its content. */
  text: string;
  structured: Record<string, unknown>;
  resultType?: string;
  inputRequests?: Record<string, { method: string; params: Record<string, unknown> }>;
  requestState?: string;
}

/** Calls a tool. */
export async function callTool(
  name: string,
  args: Record<string, unknown>,
  options: McpOptions = {},
): Promise<ToolResult> {
  const answer = await mcp("tools/call", { name, arguments: args }, options);
  if (answer.error !== undefined) throw new Error(JSON.stringify(answer.error));
  const { content, structuredContent, ...rest } = answer.result as {
    content?: { text: string }[];
    structuredContent?: Record<string, unknown>;
  };
  return { ...rest, text: content?.[0]?.text ?? "", structured: structuredContent ?? {} };
}

/** The names of the tools that an address offers. */
export async function toolNames(options: McpOptions = {}): Promise<string[]> {
  const { result } = await mcp("tools/list", {}, options);
  return (result["tools"] as { name: string }[]).map(({ name }) => name);
}
