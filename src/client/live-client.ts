import { defined } from "../contract/defined.ts";
import ReconnectingWebSocket from "partysocket/ws";
import {
  type ConnectionEvent,
  liveClose,
  type LiveSnapshot,
} from "../contract/connection-events.ts";
import { AzureError, type ErrorCode } from "../contract/errors.ts";
import { withoutEndSlashes } from "../http/link.ts";
import { readFrame, resumeAfter } from "./live-message.ts";
import { connectionPath, type Who } from "./who.ts";

/** What is called as things happen. */
export interface LiveHandlers {
  /** First after every connect: the connection as it is now. */
  onSnapshot?: (snapshot: LiveSnapshot) => void;
  /** Events in order, each once, reconnects included. */
  onEvent?: (event: ConnectionEvent) => void;
  /** A socket that was open closed. `final`: no other is opened. */
  onClose?: (close: { code: number; reason: string; final: boolean }) => void;
  /** A ticket or a socket could not be had; unless it is refused for good, it is tried again. */
  onError?: (error: Error) => void;
}

/** How a connection is followed. */
export interface LiveOptions extends LiveHandlers {
  /** Resume after this event; default: from now on. */
  after?: number | undefined;
  /** A constructor like the platform's `WebSocket`, where there is none. */
  WebSocket?: unknown;
  /** Seconds between pings; a socket silent for two of them is replaced. Default 30. */
  pingSeconds?: number | undefined;
  /** Milliseconds before the second attempt in a row, growing from there. Default 1,000 to 30,000. */
  reconnectDelay?: { min: number; max: number } | undefined;
}

/** How a connection is followed, and where it is. */
export interface LiveClientOptions extends LiveOptions {
  /** Where the Worker answers: `https://azure.example.com`. */
  baseUrl: string;
  who: Who;
  /** Gives a new one-time ticket (`POST /connections/{id}/tickets`); called at every connect. */
  ticket: () => Promise<string>;
}

/** Errors of the ticket that another attempt does not mend. */
const refusals: ReadonlySet<ErrorCode> = new Set([
  "invalid_request",
  "unauthenticated",
  "forbidden",
  "not_found",
]);

/** Whether a ticket was refused so that no other will be had: a `LiveClient` has then ended. */
export const isRefusedForGood = (error: unknown): boolean =>
  error instanceof AzureError && refusals.has(error.code);

const silentClose = 4000;

/**
 * A connection's events as they happen, over a WebSocket that reconnects and resumes where it
 * broke off. It ends when the connection is disconnected (4004), when the ticket is refused for
 * good, and by `close()`.
 */
export class LiveClient {
  readonly #options: LiveClientOptions;
  readonly #address: string;
  readonly #socket: ReconnectingWebSocket;
  #after: number | undefined;
  #open = false;
  #answered = false;
  #ping: ReturnType<typeof setInterval> | null = null;

  /** @throws AzureError `invalid_request` for what no connection can be called */
  constructor(options: LiveClientOptions) {
    this.#options = options;
    this.#address = `${withoutEndSlashes(options.baseUrl)}${connectionPath(options.who)}/live`;
    this.#after = options.after;
    const { min, max } = options.reconnectDelay ?? { min: 1_000, max: 30_000 };
    const socket = new ReconnectingWebSocket(
      () => this.#url(),
      () => this.#protocols(),
      {
        minReconnectionDelay: min,
        maxReconnectionDelay: max,
        reconnectionDelayGrowFactor: 2,
        connectionTimeout: 10_000,
        shouldReconnectOnClose: ({ code }) => code !== liveClose.gone,
        ...defined({ WebSocket: options.WebSocket }),
      },
    );
    this.#socket = socket;
    // Its listeners get copies of events, and the copy of a close it made itself has no code.
    /* oxlint-disable unicorn/prefer-add-event-listener */
    socket.onopen = () => this.#opened();
    socket.onmessage = ({ data }) => this.#received(data);
    socket.onclose = ({ code, reason }) => this.#closed(code, reason);
    socket.onerror = ({ message }) => options.onError?.(new Error(message || "socket error"));
    /* oxlint-enable unicorn/prefer-add-event-listener */
  }

  /** Sequence number of the last event seen, to resume from elsewhere; undefined before the first snapshot. */
  get lastSeq(): number | undefined {
    return this.#after;
  }

  /** Ends it for good. */
  close(): void {
    this.#socket.close();
    this.#stopPings();
  }

  #url(): string {
    const url = new URL(this.#address);
    url.protocol = url.protocol.replace("http", "ws");
    if (this.#after !== undefined) url.searchParams.set("after", String(this.#after));
    return url.href;
  }

  async #protocols(): Promise<string[]> {
    try {
      return ["azure.v1", `ticket.${await this.#options.ticket()}`];
    } catch (error) {
      if (!(error instanceof AzureError) || !isRefusedForGood(error)) throw error;
      this.close();
      this.#options.onError?.(error);
      return [];
    }
  }

  #opened(): void {
    this.#open = true;
    this.#answered = true;
    this.#stopPings();
    this.#ping = setInterval(() => this.#beat(), (this.#options.pingSeconds ?? 30) * 1000);
  }

  /** A peer that vanished sends no close frame: the socket is replaced when nothing came since the last ping. */
  #beat(): void {
    if (!this.#answered) return this.#socket.reconnect(silentClose, "silent");
    this.#answered = false;
    this.#socket.send("ping");
  }

  #received(data: unknown): void {
    this.#answered = true;
    const frame = readFrame(data);
    const before = this.#after;
    this.#after = resumeAfter(before, frame);
    if (frame.kind !== "message") return;
    const { message } = frame;
    if (message.type === "snapshot") this.#options.onSnapshot?.(message);
    else if (before === undefined || message.seq > before) this.#options.onEvent?.(message);
  }

  #closed(code: number, reason: string): void {
    this.#stopPings();
    // The library also reports sockets that never opened; `onError` reports those.
    if (!this.#open) return;
    this.#open = false;
    this.#options.onClose?.({ code, reason, final: !this.#socket.shouldReconnect });
  }

  #stopPings(): void {
    if (this.#ping !== null) clearInterval(this.#ping);
    this.#ping = null;
  }
}
