import type { ConnectionEvent } from "azure-integration-worker";
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import type { Env } from "./index.ts";

/** Keeps what a user has to be told. An event may come twice: what is done here can be repeated. */
export async function received(request: Request, env: Env): Promise<Response> {
  const webhook = new Webhook(env.WEBHOOK_SECRET);
  let event: ConnectionEvent;
  try {
    const headers = Object.fromEntries(request.headers);
    event = webhook.verify(await request.text(), headers) as ConnectionEvent;
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    return new Response("The signature is wrong.", { status: 401 });
  }
  if (event.type === "connection.action_required") {
    const { message, connect_url: link = "" } = event.data.remedy; // a link that any browser opens
    await env.NOTES.put(event.connection, `${message} ${link}`); // or mail it
  }
  if (/(connected|recovered)$/.test(event.type)) await env.NOTES.delete(event.connection);
  return new Response(null, { status: 204 });
}
