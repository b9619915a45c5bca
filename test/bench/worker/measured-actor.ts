import { ConnectionActor } from "../../../src/connection/actor.ts";
import type { Environment } from "../../../src/platform/env.ts";
import { actorOf } from "../../integration/support/connections.ts";
import { alarmOf, consumeAlarm, instrument } from "./ledger.ts";

const url = "https://measure/";

/** The actor, its storage under observation. It answers a few requests that no connection does. */
export class MeasuredActor extends ConnectionActor {
  constructor(ctx: DurableObjectState, env: Environment) {
    instrument(ctx);
    super(ctx, env);
  }

  override async fetch(request: Request): Promise<Response> {
    if (!request.url.startsWith(url)) return super.fetch(request);
    switch (request.url.slice(url.length)) {
      case "size":
        return Response.json(this.ctx.storage.sql.databaseSize);
      case "alarm":
        return Response.json(alarmOf(this.ctx.id.toString()) ?? null);
      case "ring":
        consumeAlarm(this.ctx.id.toString());
        await this.alarm();
        return new Response(null, { status: 204 });
      default:
        this.ctx.abort("evicted");
        throw new Error("unreachable");
    }
  }
}

/** A stub is of no more use once its object was evicted: every request has its own. */
const ask = (id: string, what: string): Promise<Response> => actorOf(id).fetch(url + what);

export const sizeOf = async (id: string): Promise<number> => (await ask(id, "size")).json<number>();

/** When the alarm of a connection rings next, in milliseconds since the epoch. */
export const nextAlarm = async (id: string): Promise<number | null> =>
  (await ask(id, "alarm")).json<number | null>();

export async function ring(id: string): Promise<void> {
  await (await ask(id, "ring")).arrayBuffer();
}

/** Ends an object as an idle one ends, so that its next request begins it anew. */
export async function evict(id: string): Promise<void> {
  await ask(id, "evict").catch(() => undefined);
}
