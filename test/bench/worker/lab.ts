import * as z from "zod";
import { liveRequest } from "../../../src/connection/live/live-request.ts";
import { actorOf, connected, expectOk } from "../../integration/support/connections.ts";
import { refreshTokenOf } from "../../integration/support/imports.ts";
import type { RowObject, TokenObject } from "./baselines.ts";
import { credentialsOf } from "./agent.ts";
import { listMail, listMailByTool } from "./mail.ts";
import { postNotification, watchedInbox } from "./notifications.ts";
import { quickUrl } from "./quick.ts";
import { byEmptyObject, byGateway, largeToken, listMailByKey, tokenHeaders } from "./routes.ts";
import { callByKv, shareByKv } from "./token-in-kv.ts";

export { BroadcastObject, EmptyObject, RowObject, TokenObject } from "./baselines.ts";

interface Environment {
  TOKENS: KVNamespace;
  EMPTY: DurableObjectNamespace;
  BROADCAST: DurableObjectNamespace;
  ROWS: DurableObjectNamespace<RowObject>;
  HOLDERS: DurableObjectNamespace<TokenObject>;
  /** The deployed Worker's HTTP face. */
  AZURE: Fetcher;
  /** The same, with the binding that counts its callers. */
  AZURE_LIMITED: Fetcher;
  /** A token in KV behind the same kind of HTTP, without and with that binding. */
  PLAIN: Fetcher;
  PLAIN_LIMITED: Fetcher;
  /** This Worker, so that every call is an invocation of its own, as in production. */
  FRONT: Fetcher;
}

/** The ways to call Microsoft that are compared, by a connection's id or a user's credential: each as the Worker that meets a request takes it. */
const ways: Record<string, (env: Environment, id: string, url: string) => Promise<Response>> = {
  actor: (_, id, url) => actorOf(id).fetch(url),
  kv: ({ TOKENS }, id, url) => callByKv(TOKENS, id, url),
  // These bring a token along, since nobody on their way adds one.
  object: ({ EMPTY }, id, url) => EMPTY.getByName(id).fetch(url, { headers: tokenHeaders }),
  holder: ({ HOLDERS }, id, url) => HOLDERS.getByName(id).fetch(url),
  forward: (_, __, url) => fetch(url, { headers: tokenHeaders }),
  gateway: ({ AZURE }, id, url) => byGateway(AZURE, id, url),
  plainGateway: ({ PLAIN }, id, url) => byGateway(PLAIN, id, url),
  plainObject: ({ PLAIN }, id, url) => byEmptyObject(PLAIN, id, url),
  limitedGateway: ({ AZURE_LIMITED }, id, url) => byGateway(AZURE_LIMITED, id, url),
  plainLimitedGateway: ({ PLAIN_LIMITED }, id, url) => byGateway(PLAIN_LIMITED, id, url),
  mailByKey: ({ AZURE }, id) => listMailByKey(AZURE, id),
  plainMail: ({ PLAIN }, id) => listMailByKey(PLAIN, id),
  limitedMail: ({ AZURE_LIMITED }, id) => listMailByKey(AZURE_LIMITED, id),
  plainLimitedMail: ({ PLAIN_LIMITED }, id) => listMailByKey(PLAIN_LIMITED, id),
  mail: ({ AZURE }, credential) => listMail(AZURE, credential),
  tool: ({ AZURE }, credential) => listMailByTool(AZURE, credential),
};

/** One call through the front, read to its end; anything but 200 is no measurement. */
async function call(env: Environment, way: string, id: string, url: string): Promise<void> {
  const query = new URLSearchParams({ way, id, url });
  const response = await env.FRONT.fetch(`http://front/call?${query}`);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${way}: ${response.status} ${text}`);
}

/** Does something for every id, `width` of them at a time. */
async function inLanes(
  width: number,
  ids: readonly string[],
  work: (id: string) => Promise<void>,
): Promise<void> {
  const waiting = ids.values();
  const lane = async () => {
    for (const id of waiting) await work(id);
  };
  await Promise.all(Array.from({ length: width }, lane));
}

/** The front of the bare object. */
async function keepRow(request: Request, { ROWS }: Environment): Promise<Response> {
  await ROWS.getByName("row").write(await request.text());
  return new Response(null, { status: 202 });
}

const keptSchema = z.object({
  id: z.string(),
  clientState: z.string(),
  notificationUrl: z.string(),
});

type Route = (query: URLSearchParams, env: Environment) => Promise<Response>;

const named = (query: URLSearchParams, name: string): string => {
  const value = query.get(name);
  if (value === null) throw new Error(`${name} is missing`);
  return value;
};

const routes: Record<string, Route> = {
  /** The front: one call by one way. */
  "/call": (query, env) => {
    const way = ways[named(query, "way")];
    if (way === undefined) throw new Error("no such way");
    return way(env, named(query, "id"), named(query, "url"));
  },

  /** `count` calls, `width` of them in flight. */
  "/calls": async (query, env) => {
    const ids = named(query, "ids").split(",");
    const way = named(query, "way");
    const url = query.get("url") ?? quickUrl;
    const turns = Array.from(
      { length: Number(named(query, "count")) },
      (_, turn) => ids[turn % ids.length] ?? "",
    );
    await inLanes(Number(named(query, "width")), turns, (id) => call(env, way, id, url));
    return Response.json({ done: true });
  },

  /** One call for each id, with so many milliseconds before each. @returns milliseconds that the calls took */
  "/spaced": async (query, env) => {
    let took = 0;
    for (const id of named(query, "ids").split(",")) {
      await new Promise((resolve) => setTimeout(resolve, Number(named(query, "gap"))));
      const start = performance.now();
      await call(env, named(query, "way"), id, quickUrl);
      took += performance.now() - start;
    }
    return Response.json({ took });
  },

  /** Has objects that do no more hold a token. */
  "/hold": async (query, { HOLDERS }) => {
    const ids = named(query, "ids").split(",");
    await inLanes(1, ids, (id) => HOLDERS.getByName(id).keep(largeToken));
    return Response.json({ held: ids.length });
  },

  /** A connection that is signed in, and was never used. */
  "/connect": async (query) =>
    Response.json({ id: (await connected(query.get("account") ?? undefined)).id }),

  /** A user who has let an MCP client in. */
  "/agent": async (query, { AZURE }) =>
    Response.json(await credentialsOf(AZURE, named(query, "account"))),

  /** Connects by a refresh token: cheaper than a sign-in where thousands are wanted. */
  "/import": async (query) => {
    const ids = named(query, "ids").split(",");
    const refreshToken = await refreshTokenOf(named(query, "account"));
    await inLanes(Number(named(query, "width")), ids, async (id) => {
      expectOk(await actorOf(id).import({ refreshToken }));
    });
    return Response.json({ connected: ids.length });
  },

  /** Puts a grant where the design of a token in KV looks for it. */
  "/share": async (query, { TOKENS }) => {
    const id = named(query, "id");
    await shareByKv(TOKENS, id, await refreshTokenOf(named(query, "account")));
    return Response.json({ id });
  },

  /** A connection's refresh on demand; what comes of it is for the sockets to tell. */
  "/refresh": async (query) =>
    Response.json({ ok: (await actorOf(named(query, "id")).refresh()).ok }),

  /** A connection that watches an inbox. */
  "/watched": async () => Response.json(await watchedInbox()),

  /** Posts `count` notifications, `width` of them in flight, to a connection or to a bare object. */
  "/notifications": async (query, { AZURE, FRONT }) => {
    const { notificationUrl, ...subscription } = keptSchema.parse(JSON.parse(named(query, "kept")));
    const way =
      query.get("to") === "bare"
        ? { to: FRONT, url: "http://front/row" }
        : { to: AZURE, url: notificationUrl };
    const turns = Array.from({ length: Number(named(query, "count")) }, () => "");
    await inLanes(Number(named(query, "width")), turns, () =>
      postNotification({ ...way, subscription }),
    );
    return Response.json({ posted: turns.length });
  },

  /** How many changes a connection keeps. */
  "/changes": async (query) => {
    const page = expectOk(await actorOf(named(query, "id")).changes({ after: 0, limit: 1_000 }));
    return Response.json({ kept: page.changes.length });
  },

  "/broadcast": (query, { BROADCAST }) =>
    BROADCAST.getByName(named(query, "id")).fetch(named(query, "url")),

  /** A socket, as the front Worker hands one on. */
  "/live": async (query, { BROADCAST }) => {
    const id = named(query, "id");
    const upgrade = liveRequest({ expiresAt: null });
    const stub = query.get("of") === "actor" ? actorOf(id) : BROADCAST.getByName(id);
    const { status, webSocket } = await stub.fetch(upgrade);
    if (webSocket === null) throw new Error(`no upgrade: ${status}`);
    return new Response(null, { status: 101, webSocket });
  },
};

/**
 * The Worker that the bench drives. Loops run in here, next to what they call, and the bench times
 * whole loops from outside: a request of its own per call would cost more than what is compared.
 */
export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/row") return keepRow(request, env);
    const route = routes[pathname];
    if (route === undefined) return new Response("no such route", { status: 404 });
    try {
      // Thousands of ids are too long for a URL.
      const query =
        request.method === "POST" ? new URLSearchParams(await request.text()) : searchParams;
      return await route(query, env);
    } catch (error) {
      return new Response(String(error), { status: 500 });
    }
  },
} satisfies ExportedHandler<Environment>;
