import type { ConnectionEvent, LiveSnapshot } from "../contract/connection-events.ts";
import { liveClose, liveProtocol, ticketPrefix } from "../contract/live-socket.ts";
import { ask } from "./api.ts";
import { apiPath } from "./router.ts";

export interface Following {
  /** The connection as it is now. */
  snapshot: (snapshot: LiveSnapshot) => void;
  event: (event: ConnectionEvent) => void;
  /** Whether news arrive at the moment. */
  online: (open: boolean) => void;
}

/** Milliseconds; the wait before another try doubles up to the last. */
const firstWait = 1_000;
const lastWait = 30_000;
const pingEvery = 30_000;

/**
 * Follows a connection over its socket, and opens another when it breaks. A socket cannot be opened by the
 * cookie: each takes a ticket.
 *
 * @returns ends it
 */
export function follow(id: string, { snapshot, event, online }: Following): () => void {
  let ended = false;
  let socket: WebSocket | undefined;
  let timer = 0;
  let wait = firstWait;
  const later = () => {
    if (ended) return;
    timer = setTimeout(() => void open(), wait);
    wait = Math.min(wait * 2, lastWait);
  };
  const open = async () => {
    const path = apiPath(id);
    const bought = await ask<{ ticket: string }>(`${path}/tickets`, { method: "POST" });
    if (ended) return;
    if (!bought.ok) return later();
    const protocols = [liveProtocol, ticketPrefix + bought.data.ticket];
    const own = new WebSocket(`${location.origin.replace(/^http/, "ws")}${path}/live`, protocols);
    socket = own;
    const ping = setInterval(
      () => own.readyState === WebSocket.OPEN && own.send("ping"),
      pingEvery,
    );
    own.addEventListener("message", ({ data }) => {
      if (data === "pong") return;
      const message: LiveSnapshot | ConnectionEvent = JSON.parse(String(data));
      if (message.type === "snapshot") {
        wait = firstWait;
        online(true);
        snapshot(message);
      } else event(message);
    });
    own.addEventListener("close", ({ code }) => {
      clearInterval(ping);
      online(false);
      // One that is gone may be connected again: it is looked for, but seldom.
      if (code === liveClose.gone) wait = lastWait / 6;
      later();
    });
  };
  void open();
  return () => {
    ended = true;
    clearTimeout(timer);
    // Browsers complain of a socket that is closed before it is open.
    if (socket?.readyState === WebSocket.CONNECTING) {
      socket.addEventListener("open", () => socket?.close());
    } else socket?.close();
  };
}
