import { DurableObject } from "cloudflare:workers";

/** The least an object in the way can cost: it passes the call on. */
export class EmptyObject extends DurableObject {
  override fetch(request: Request): Promise<Response> {
    return fetch(request);
  }
}

/** The least that keeping what was posted can cost: one row, and its answer waits until that is durable. */
export class RowObject extends DurableObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, body TEXT)");
  }

  write(body: string): void {
    this.ctx.storage.sql.exec("INSERT INTO row (body) VALUES (?)", body);
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
