// #region webhook
import type { ConnectionEvent } from "azure-integration-worker";
import { Webhook, WebhookVerificationError } from "standardwebhooks";

interface Env {
  NOTES: KVNamespace;
  /** `whsec_…`, as in the entry of WEBHOOKS that leads here. */
  WEBHOOK_SECRET: string;
}

/** Keeps what a user has to be told. An event may come twice: what is done here can be repeated. */
export async function received(request: Request, env: Env): Promise<Response> {
  let event: ConnectionEvent;
  try {
    const headers = Object.fromEntries(request.headers);
    event = new Webhook(env.WEBHOOK_SECRET).verify(await request.text(), headers) as ConnectionEvent;
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    return new Response("The signature is wrong.", { status: 401 });
  }
  if (event.type === "connection.action_required") {
    const { message, connect_url } = event.data.remedy; // mail it: any browser opens the link
    await env.NOTES.put(event.connection, [message, connect_url].join(" "));
  } else if (event.type === "connection.connected" || event.type === "connection.recovered") {
    await env.NOTES.delete(event.connection);
  }
  return new Response(null, { status: 204 });
}
// #endregion
