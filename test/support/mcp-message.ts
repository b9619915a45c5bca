/** The protocol that clients of today speak. */
export const protocolVersion = "2026-07-28";

export interface McpMessage {
  method: string;
  params: Record<string, unknown>;
  /** What the client says it can do. */
  capabilities?: Record<string, unknown>;
  client?: string;
}

/** One message of a client of 2026-07-28, as it is posted to `/mcp`. */
export function mcpMessage({ method, params, capabilities = {}, client = "test" }: McpMessage): {
  headers: Record<string, string>;
  body: object;
} {
  const { name } = params;
  return {
    headers: {
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      "mcp-protocol-version": protocolVersion,
      "mcp-method": method,
      ...(typeof name === "string" && { "mcp-name": name }),
    },
    body: {
      jsonrpc: "2.0",
      id: 1,
      method,
      params: {
        ...params,
        _meta: {
          "io.modelcontextprotocol/protocolVersion": protocolVersion,
          "io.modelcontextprotocol/clientInfo": { name: client, version: "1" },
          "io.modelcontextprotocol/clientCapabilities": capabilities,
        },
      },
    },
  };
}

/** The JSON of an answer that may be a stream of one event. */
export const mcpAnswerIn = (text: string): unknown =>
  JSON.parse(text.startsWith("{") ? text : (/^data: (\{.*)$/m.exec(text)?.[1] ?? "{}"));
