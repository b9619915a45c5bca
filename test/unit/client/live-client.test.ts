import type { IncomingMessage } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { type WebSocket as ServerSocket, WebSocketServer } from "ws";
import { AzureError, LiveClient, type LiveOptions } from "../../../src/client/index.ts";
import { failure } from "../../../src/contract/errors.ts";
import { change, event, snapshot } from "./live-fixtures.ts";

interface Visit {
  url: string;
  protocols: string;
}

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0)) clean();
});

/** A real server whose `script` says what each visit in turn is sent. */
async function live(
  script: ((socket: ServerSocket) => void)[],
  options: LiveOptions & { ticket?: () => Promise<string> } = {},
) {
  const visits: Visit[] = [];
  const log: string[] = [];
  const waiting: { line: string; resolve: () => void }[] = [];
  const note = (line: string) => {
    log.push(line);
    for (const each of waiting) if (each.line === line) each.resolve();
  };

  const server = new WebSocketServer({
    port: 0,
    host: "127.0.0.1",
    handleProtocols: () => "azure.v1",
  });
  await new Promise((resolve) => server.once("listening", resolve));
  server.on("connection", (socket, request: IncomingMessage) => {
    visits.push({
      url: request.url ?? "",
      protocols: String(request.headers["sec-websocket-protocol"]).replaceAll(" ", ""),
    });
    socket.on("message", (data) => note(`server got ${data}`));
    script[visits.length - 1]?.(socket);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");

  let tickets = 0;
  const client = new LiveClient({
    baseUrl: `http://127.0.0.1:${address.port}`,
    who: { userId: "ada" },
    ticket: async () => `t${(tickets += 1)}`,
    reconnectDelay: { min: 5, max: 20 },
    onSnapshot: ({ seq }) => note(`snapshot ${seq}`),
    onEvent: ({ seq }) => note(`event ${seq}`),
    onClose: ({ code, final }) => note(`close ${code}${final ? " for good" : ""}`),
    onError: (error) => note(`error ${error.message}`),
    ...options,
  });
  cleanups.push(() => {
    client.close();
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  /** Resolves when the line was noted, now or later. */
  const until = (line: string): Promise<void> =>
    log.includes(line)
      ? Promise.resolve()
      : new Promise((resolve) => waiting.push({ line, resolve }));
  return { client, visits, log, until };
}

const send = (socket: ServerSocket, ...messages: object[]) => {
  for (const message of messages) socket.send(JSON.stringify(message));
};

describe("LiveClient", () => {
  it("brings changes where they are asked for, each once, and resumes after the last", async () => {
    const changes: number[] = [];
    const { visits, until, client } = await live(
      [
        (socket) => {
          send(socket, { ...snapshot(5), changes_seq: 40 });
          socket.close(1012);
        },
        (socket) => {
          send(socket, { ...snapshot(5), changes_seq: 41 }, change(41), change(41), event(6));
          socket.close(1012);
        },
        (socket) => send(socket, { ...snapshot(6), changes_seq: 42 }, change(42), event(7)),
      ],
      { changes: true, onChange: ({ seq }) => changes.push(seq) },
    );
    await until("event 7");
    expect(changes).toEqual([41, 42]);
    expect(visits.map(({ url }) => url.replace(/^.*\?/, ""))).toEqual([
      "changes=1",
      "after=5&changes=1&changes_after=40",
      "after=6&changes=1&changes_after=41",
    ]);
    expect([client.lastSeq, client.lastChangeSeq]).toEqual([7, 42]);
  });

  it("resumes changes from elsewhere, and says when some are not kept any more", async () => {
    const truncated: unknown[] = [];
    const { visits, until } = await live(
      [
        (socket) =>
          send(
            socket,
            { ...snapshot(1), changes_seq: 12, changes_truncated: true },
            change(11),
            change(12),
            event(2),
          ),
      ],
      {
        changes: true,
        changesAfter: 7,
        onSnapshot: (message) => truncated.push(message.changes_truncated),
      },
    );
    await until("event 2");
    expect(visits[0]?.url).toContain("?changes=1&changes_after=7");
    expect(truncated).toEqual([true]);
  });

  it("starts the changes anew with a connection that did", async () => {
    const changes: number[] = [];
    const { until } = await live(
      [(socket) => send(socket, { ...snapshot(1), changes_seq: 0 }, change(1), event(2))],
      { changes: true, changesAfter: 700, onChange: ({ seq }) => changes.push(seq) },
    );
    await until("event 2");
    expect(changes).toEqual([1]);
  });

  it("asks for no changes unless it is told to", async () => {
    const { visits, until } = await live([(socket) => send(socket, snapshot(1))], {
      changesAfter: 7,
    });
    await until("snapshot 1");
    expect(visits[0]?.url).not.toContain("changes");
  });

  it("passes on an event that this version does not name", async () => {
    const types: string[] = [];
    await live(
      [
        (socket) =>
          send(socket, snapshot(5), { ...event(6), type: "connection.painted" }, event(7)),
      ],
      { onEvent: ({ seq, type }) => types.push(`${seq} ${type}`) },
    );
    await expect.poll(() => types).toEqual(["6 connection.painted", "7 connection.recovered"]);
  });

  it("gets a new ticket at every connect and resumes after the last event", async () => {
    const { visits, log, until, client } = await live([
      (socket) => {
        send(socket, snapshot(5), event(6));
        socket.close(4001, "expired");
      },
      (socket) => {
        send(socket, snapshot(8), event(7));
        socket.close(1012);
      },
      (socket) => send(socket, snapshot(8), event(8), event(9)),
    ]);
    await until("event 9");
    expect(visits).toEqual([
      { url: "/connections/user%3Aada/live", protocols: "azure.v1,ticket.t1" },
      { url: "/connections/user%3Aada/live?after=6", protocols: "azure.v1,ticket.t2" },
      { url: "/connections/user%3Aada/live?after=7", protocols: "azure.v1,ticket.t3" },
    ]);
    expect(log).toEqual([
      "snapshot 5",
      "event 6",
      "close 4001",
      "snapshot 8",
      "event 7",
      "close 1012",
      "snapshot 8",
      "event 8",
      "event 9",
    ]);
    expect(client.lastSeq).toBe(9);
  });

  it("starts after the event it is given", async () => {
    const { visits, until } = await live([(socket) => send(socket, snapshot(5), event(4))], {
      after: 3,
    });
    await until("event 4");
    expect(visits[0]?.url).toBe("/connections/user%3Aada/live?after=3");
  });

  it("delivers every event once", async () => {
    const { log, until } = await live([
      (socket) => send(socket, snapshot(5), event(6), event(6), event(5), event(7)),
    ]);
    await until("event 7");
    expect(log).toEqual(["snapshot 5", "event 6", "event 7"]);
  });

  it("stops when the connection is gone", async () => {
    const { visits, log, until } = await live([
      (socket) => {
        send(socket, snapshot(5));
        socket.close(4004, "gone");
      },
    ]);
    await until("close 4004 for good");
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(visits).toHaveLength(1);
    expect(log).toEqual(["snapshot 5", "close 4004 for good"]);
  });

  it("tries again when a ticket could not be had", async () => {
    let tries = 0;
    const { visits, log, until } = await live([(socket) => send(socket, snapshot(1))], {
      ticket: async () => {
        tries += 1;
        if (tries < 3) throw new AzureError(failure("upstream_unavailable", "down"));
        return "t";
      },
    });
    await until("snapshot 1");
    expect(visits).toHaveLength(1);
    expect(log).toEqual(["error down", "error down", "snapshot 1"]);
  });

  it("stops when the ticket is refused for good", async () => {
    let tries = 0;
    const { visits, log, until } = await live([], {
      ticket: async () => {
        tries += 1;
        throw new AzureError(failure("not_found", "No such connection."));
      },
    });
    await until("error No such connection.");
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(tries).toBe(1);
    expect(visits).toHaveLength(0);
    expect(log.at(-1)).toBe("close 1008 for good");
  });

  it("asks for the next ticket at once when a session ended, and not so after other ends", async () => {
    const delay = { min: 60_000, max: 60_000 };
    const ended = (socket: ServerSocket) => {
      send(socket, snapshot(1));
      socket.close(4001, "credential expired");
    };
    const broken = (socket: ServerSocket) => {
      send(socket, snapshot(1));
      socket.close(1011);
    };
    const { visits, until } = await live([ended, ended, broken], { reconnectDelay: delay });
    await until("close 1011");
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(visits).toHaveLength(3);
  });

  it("does not insist where each socket ends before it says anything", async () => {
    const { visits, until } = await live([(socket) => socket.close(4001, "credential expired")], {
      reconnectDelay: { min: 60_000, max: 60_000 },
    });
    await until("close 4001");
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(visits).toHaveLength(1);
  });

  it("ends with its session where the token is no function", async () => {
    let left = 2;
    const { visits, log, until } = await live(
      [
        (socket) => {
          send(socket, snapshot(1));
          socket.close(4001, "credential expired");
        },
      ],
      {
        ticket: async () => {
          left -= 1;
          if (left > 0) return "t";
          throw new AzureError(failure("unauthenticated", "No longer valid."));
        },
      },
    );
    await until("close 1008 for good");
    expect(visits).toHaveLength(1);
    expect(log).toEqual([
      "snapshot 1",
      "close 4001",
      "error No longer valid.",
      "close 1008 for good",
    ]);
  });

  it("says that no socket can be opened, and tries again", async () => {
    const { log, until, visits } = await live([(socket) => send(socket, snapshot(1))], {
      WebSocket: class extends WebSocket {
        static tries = 0;
        constructor(url: string, protocols: string[]) {
          super((new.target.tries += 1) === 1 ? url.replace(/:\d+/, ":1") : url, protocols);
        }
      },
    });
    await until("snapshot 1");
    expect(visits).toHaveLength(1);
    expect(log[0]).toBe("error The live socket could not be opened.");
  });

  it("says where there is no WebSocket to open", () => {
    const options = {
      baseUrl: "http://127.0.0.1:1",
      who: { userId: "ada" },
      ticket: async () => "t",
    };
    expect(() => new LiveClient({ ...options, WebSocket: "none" })).toThrow(
      expect.objectContaining({ code: "invalid_request", details: { field: "WebSocket" } }),
    );
  });

  it("pings, and replaces a socket that stays silent", async () => {
    const { visits, log, until } = await live(
      [(socket) => send(socket, snapshot(1)), (socket) => send(socket, snapshot(2))],
      { pingSeconds: 0.1 },
    );
    await until("snapshot 2");
    expect(log).toContain("server got ping");
    expect(log.filter((line) => !line.startsWith("server")).slice(0, 3)).toEqual([
      "snapshot 1",
      "close 4000",
      "snapshot 2",
    ]);
    expect(visits[1]?.url).toBe("/connections/user%3Aada/live?after=1");
  });

  it("keeps a socket that answers its pings", async () => {
    const { visits, log, until } = await live(
      [
        (socket) => {
          send(socket, snapshot(1));
          let pings = 0;
          socket.on("message", () => {
            socket.send("pong");
            pings += 1;
            if (pings === 4) send(socket, event(2));
          });
        },
      ],
      { pingSeconds: 0.2 },
    );
    await until("event 2");
    expect(visits).toHaveLength(1);
    expect(log.filter((line) => line.startsWith("close"))).toEqual([]);
  });

  it("opens nothing more after close()", async () => {
    const { client, visits, log, until } = await live([(socket) => send(socket, snapshot(1))]);
    await until("snapshot 1");
    client.close();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(visits).toHaveLength(1);
    expect(log.at(-1)).toBe("close 1000 for good");
  });
});
