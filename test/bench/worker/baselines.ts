import { DurableObject } from "cloudflare:workers";

/** The least an object in the way can cost: it passes the call on. */
export class EmptyObject extends DurableObject {
  override fetch(request: Request): Promise<Response> {
    return fetch(request);
  }
}

/** Imported once for all objects: a promise that one object made must not be awaited by another. */
let key: CryptoKey | undefined;

async function tokenKey(): Promise<CryptoKey> {
  const raw = new Uint8Array(32).fill(7);
  key ??= await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  return key;
}

/** The least that holding a token can cost: an object that reads its one row, decrypts it and passes the call on. */
export class TokenObject extends DurableObject {
  async keep(token: string): Promise<void> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const bytes = new TextEncoder().encode(token);
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await tokenKey(), bytes);
    const { sql } = this.ctx.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS token (iv BLOB NOT NULL, sealed BLOB NOT NULL)");
    sql.exec("INSERT INTO token (iv, sealed) VALUES (?, ?)", iv, sealed);
  }

  override async fetch(request: Request): Promise<Response> {
    const { iv, sealed } = this.ctx.storage.sql
      .exec<{ iv: ArrayBuffer; sealed: ArrayBuffer }>("SELECT iv, sealed FROM token")
      .one();
    const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await tokenKey(), sealed);
    const token = new TextDecoder().decode(opened);
    return fetch(request.url, { headers: { authorization: `Bearer ${token}` } });
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
