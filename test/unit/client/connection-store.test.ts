import { afterEach, describe, expect, test } from "vitest";
import { type WebSocket as ServerSocket, WebSocketServer } from "ws";
import { ConnectionStore } from "../../../src/client/connection-store.ts";
import type { ConnectionView } from "../../../src/client/connection-view.ts";
import type { ConnectionEvent, ConnectionInfo } from "../../../src/client/index.ts";
import { errorResponse, failure } from "../../../src/contract/errors.ts";
import { event, snapshot } from "./live-fixtures.ts";
import { settled } from "./page-double.ts";

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0)) clean();
});

const time = "2026-11-24T10:00:00Z";
const remedy = { action: "sign_in" as const, message: "Sign in.", since: time };
const { data: active } = snapshot(1);
const identity = { tenant_id: "t", object_id: "o", upn: "ada@contoso.example", name: "Ada" };

/** A store over a real socket, of a Worker that does what the test says. */
async function scene() {
  const server = new WebSocketServer({
    port: 0,
    host: "127.0.0.1",
    handleProtocols: () => "azure.v1",
  });
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const sockets: ServerSocket[] = [];
  const tickets: string[] = [];
  const readings: ((info: ConnectionInfo) => void)[] = [];
  let refusal: Response | undefined;
  server.on("connection", (socket) => {
    sockets.push(socket);
    socket.send(JSON.stringify(snapshot(1)));
  });

  const store = new ConnectionStore({
    baseUrl: `http://127.0.0.1:${address.port}`,
    who: { userId: "ada" },
    reconnectDelay: { min: 5, max: 20 },
    fetch: async (url, init) => {
      if (url.endsWith("/tickets")) {
        tickets.push(new Headers(init.headers).get("authorization") ?? "");
        return refusal?.clone() ?? Response.json({ success: true, data: { ticket: "t" } });
      }
      const info = await new Promise<ConnectionInfo>((resolve) => readings.push(resolve));
      return Response.json({ success: true, data: info });
    },
  });
  const views: ConnectionView[] = [];
  const waiting = new Set<() => void>();
  const changed = () => {
    views.push(store.view());
    for (const look of waiting) look();
  };
  const unsubscribe = store.subscribe(changed);
  cleanups.push(() => {
    unsubscribe();
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  /** Resolves with the view that the store shows, once it is like this. */
  const until = (like: (view: ConnectionView) => boolean) =>
    new Promise<ConnectionView>((resolve) => {
      const look = () => {
        if (!like(store.view())) return;
        waiting.delete(look);
        resolve(store.view());
      };
      waiting.add(look);
      look();
    });
  /** Answers the reading of this number, once it is asked for. */
  const read = async (number: number, info: ConnectionInfo) => {
    while (readings.length <= number) await settled();
    readings[number]?.(info);
  };
  const happens = (happened: Partial<ConnectionEvent> & { seq: number }) =>
    sockets.at(-1)?.send(JSON.stringify({ ...event(happened.seq), ...happened }));
  return {
    store,
    server,
    sockets,
    tickets,
    read,
    readings,
    views,
    until,
    happens,
    unsubscribe,
    refuse: (response: Response | undefined) => (refusal = response),
  };
}

const isLive = ({ phase }: ConnectionView) => phase === "live";
const hasEnded = ({ phase }: ConnectionView) => phase === "ended";
const required = {
  type: "connection.action_required",
  data: { remedy },
} as const satisfies Partial<ConnectionEvent>;

describe("a connection that is followed", () => {
  test("is connecting, then live with what the snapshot says", async () => {
    const { store, until, tickets } = await scene();
    expect(store.view()).toEqual({ phase: "connecting", info: undefined, error: undefined });
    store.setToken("one");
    expect(await until(isLive)).toEqual({ phase: "live", info: active, error: undefined });
    expect(store.view()).toBe(store.view());
    expect(tickets).toEqual(["Bearer one"]);
  });

  test("shows an event's status at once, and the rest as soon as it was read", async () => {
    const { store, until, happens, read } = await scene();
    store.setToken("one");
    await until(isLive);
    happens({ seq: 2, ...required });
    const { info } = await until((view) => view.info?.status === "action_required");
    expect(info).toEqual({ ...active, status: "action_required", remedy });
    await read(0, { ...active, status: "action_required", remedy, identity });
    expect((await until((view) => view.info?.identity !== undefined)).info?.remedy).toEqual(remedy);
  });

  test("never shows a reading that an event has overtaken, and reads again", async () => {
    const { store, until, happens, read, readings, views } = await scene();
    store.setToken("one");
    await until(isLive);
    happens({ seq: 2, ...required });
    await until((view) => view.info?.status === "action_required");
    happens({ seq: 3, type: "connection.recovered", data: {} });
    await until((view) => view.info?.status === "active");
    const before = views.length;
    await read(0, { ...active, status: "action_required", remedy });
    await read(1, { ...active, identity });
    await until((view) => view.info?.identity !== undefined);
    expect(views.slice(before).map(({ info }) => info?.status)).toEqual(["active"]);
    expect(readings).toHaveLength(2);
  });

  test("keeps what it knows while its socket is replaced", async () => {
    const { store, until, sockets } = await scene();
    store.setToken("one");
    await until(isLive);
    sockets[0]?.close(1012);
    expect(await until(({ phase }) => phase === "connecting")).toMatchObject({ info: active });
    await until(isLive);
    expect(sockets).toHaveLength(2);
  });

  test("ends when the connection is gone, and can be followed again", async () => {
    const { store, until, happens, sockets } = await scene();
    store.setToken("one");
    await until(isLive);
    happens({ seq: 2, type: "connection.disconnected", data: {} });
    sockets[0]?.close(4004, "gone");
    expect(await until(hasEnded)).toMatchObject({ info: { status: "disconnected" } });
    store.restart();
    expect(await until(isLive)).toMatchObject({ info: { status: "active" } });
  });

  test("ends with the reason when it is refused, and goes on with another credential", async () => {
    const { store, until, refuse, tickets } = await scene();
    refuse(errorResponse(failure("unauthenticated", "It has expired.")));
    store.setToken("old");
    expect((await until(hasEnded)).error).toMatchObject({ code: "unauthenticated" });
    refuse(undefined);
    store.setToken("old");
    expect(store.view().phase).toBe("ended");
    store.setToken("new");
    expect((await until(isLive)).error).toBeUndefined();
    expect(tickets.at(-1)).toBe("Bearer new");
  });

  test("that is not there does not begin again by another credential, but when asked to", async () => {
    const { store, until, refuse } = await scene();
    refuse(errorResponse(failure("not_found", "No such connection.")));
    store.setToken("one");
    await until(hasEnded);
    refuse(undefined);
    store.setToken("two");
    expect(store.view().phase).toBe("ended");
    store.restart();
    await until(isLive);
  });

  test("uses a new credential at the next socket, and keeps the one it has", async () => {
    const { store, until, sockets, tickets } = await scene();
    store.setToken("one");
    await until(isLive);
    store.setToken("two");
    await settled();
    expect(sockets).toHaveLength(1);
    sockets[0]?.close(4001, "expired");
    await until(({ phase }) => phase === "connecting");
    await until(isLive);
    expect(tickets).toEqual(["Bearer one", "Bearer two"]);
  });

  test("has one socket for all who look, none for who leaves at once, and closes it at the last", async () => {
    const { store, server, until, sockets, tickets, unsubscribe } = await scene();
    store.setToken("one");
    const leave = store.subscribe(() => {});
    store.subscribe(() => {})();
    await until(isLive);
    expect(sockets).toHaveLength(1);
    const closed = new Promise<void>((resolve) => sockets[0]?.once("close", () => resolve()));
    unsubscribe();
    await settled();
    expect(server.clients.size).toBe(1);
    leave();
    await closed;
    store.subscribe(() => {})();
    await settled();
    expect(tickets).toHaveLength(1);
  });

  test("ends at once when its address is none", async () => {
    const store = new ConnectionStore({ baseUrl: "azure.example", who: { userId: "ada" } });
    cleanups.push(store.subscribe(() => {}));
    store.setToken("one");
    expect(store.view()).toMatchObject({ phase: "ended", error: { code: "invalid_request" } });
  });
});
