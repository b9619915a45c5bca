import { DurableObject } from "cloudflare:workers";
import * as z from "zod";

const storedToken = z.object({ access_token: z.string(), expires_at: z.number() });
export type StoredToken = z.infer<typeof storedToken>;

/** The design this Worker departs from: the token lies in KV and is checked on every read. */
export async function callByKv(tokens: KVNamespace, id: string, url: string): Promise<Response> {
  const stored = storedToken.parse(await tokens.get(id, "json"));
  if (stored.expires_at <= Date.now()) throw new Error("the token in KV has expired");
  return fetch(url, { headers: { authorization: `Bearer ${stored.access_token}` } });
}

/** The least an object in the way can cost: it passes the call on. */
export class EmptyObject extends DurableObject {
  override fetch(request: Request): Promise<Response> {
    return fetch(request);
  }
}

/** The least a broadcast can cost: one message to every socket, no state, nothing written. */
export class BroadcastObject extends DurableObject {
  override async fetch(request: Request): Promise<Response> {
    if (request.headers.has("upgrade")) {
      const { 0: client, 1: server } = new WebSocketPair();
      this.ctx.acceptWebSocket(server);
      return new Response(null, { status: 101, webSocket: client });
    }
    // Its news comes from the same place as the actor's: the answer to a request.
    const news = await (await fetch(request)).text();
    for (const socket of this.ctx.getWebSockets()) socket.send(news);
    return new Response(null, { status: 204 });
  }
}
