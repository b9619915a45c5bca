import { mcpMessage } from "../../support/mcp-message.ts";

/** The list of mail by which `/mcp` is measured: the same request to Graph, by both ways. */

/** What both ask for. */
export const mailTop = 10;
export const mailFields = "id,subject,from,receivedDateTime,isRead,hasAttachments,bodyPreview";

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const origin = "http://localhost:8787";

/** `GET /mail` of a session. */
export const listMail = (azure: Fetcher, session: string): Promise<Response> =>
  azure.fetch(`${origin}/mail?top=${mailTop}&select=${mailFields}`, { headers: bearer(session) });

const toolCall = mcpMessage({
  method: "tools/call",
  params: { name: "mail_list_messages", arguments: { top: mailTop } },
  client: "bench",
});
const toolCallBody = JSON.stringify(toolCall.body);

/** The tool, by a session or an MCP token. What it answers with an error is no measurement. */
export async function listMailByTool(azure: Fetcher, token: string): Promise<Response> {
  const response = await azure.fetch(`${origin}/mcp`, {
    method: "POST",
    headers: { ...bearer(token), ...toolCall.headers },
    body: toolCallBody,
  });
  const text = await response.text();
  if (!text.includes('"structuredContent":{"items":')) throw new Error(text);
  return new Response(text, response);
}
