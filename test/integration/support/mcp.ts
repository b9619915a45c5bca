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

const version = "2026-07-28";

/** Sends one message to `/mcp`. */
export async function mcp(
  method: string,
  params: Record<string, unknown>,
  options: McpOptions = {},
): Promise<McpAnswer> {
  const { query = "", era = "modern", capabilities = {}, more, headers, via, ...request } = options;
  const meta = {
    "io.modelcontextprotocol/protocolVersion": version,
    "io.modelcontextprotocol/clientInfo": { name: "integration-test", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": capabilities,
  };
  const response = await front(`/mcp${query}`, {
    ...request,
    ...(via !== undefined && { via }),
    method: "POST",
    body: {
      jsonrpc: "2.0",
      id: 1,
      method,
      params: { ...params, ...more, ...(era === "modern" && { _meta: meta }) },
    },
    headers: {
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": era === "modern" ? version : "2025-11-25",
      ...(era === "modern" && { "mcp-method": method }),
      ...(era === "modern" && typeof params["name"] === "string" && { "mcp-name": params["name"] }),
      ...headers,
    },
  });
  const text = await response.text();
  const data = text.startsWith("{") ? text : (/^data: (\{.*)$/m.exec(text)?.[1] ?? "{}");
  const { result = {}, error } = JSON.parse(data) as {
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
