/** The list of mail by which `/mcp` is measured: the same request to Graph, by both ways. */

/** What both ask for. */
export const mailTop = 10;
export const mailFields = "id,subject,from,receivedDateTime,isRead,hasAttachments,bodyPreview";

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const origin = "http://localhost:8787";

/** `GET /mail` of a session. */
export const listMail = (azure: Fetcher, session: string): Promise<Response> =>
  azure.fetch(`${origin}/mail?top=${mailTop}&select=${mailFields}`, { headers: bearer(session) });

const version = "2026-07-28";
const toolCall = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params: {
    name: "mail_list_messages",
    arguments: { top: mailTop },
    _meta: {
      "io.modelcontextprotocol/protocolVersion": version,
      "io.modelcontextprotocol/clientInfo": { name: "bench", version: "1" },
      "io.modelcontextprotocol/clientCapabilities": {},
    },
  },
});

/** The tool, by a session or an MCP token. What it answers with an error is no measurement. */
export async function listMailByTool(azure: Fetcher, token: string): Promise<Response> {
  const response = await azure.fetch(`${origin}/mcp`, {
    method: "POST",
    headers: {
      ...bearer(token),
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      "mcp-protocol-version": version,
      "mcp-method": "tools/call",
      "mcp-name": "mail_list_messages",
    },
    body: toolCall,
  });
  const text = await response.text();
  if (!text.includes('"structuredContent":{"items":')) throw new Error(text);
  return new Response(text, response);
}
