import type { ConnectionEvent, LiveSnapshot } from "../contract/connection-events.ts";
import { AzureError, causedBy, failure } from "../contract/errors.ts";
import { liveClose, liveProtocol, ticketPrefix } from "../contract/live-socket.ts";
import type { Change } from "../contract/watch.ts";
import { isChange, readFrame, resumeAfter } from "./live-message.ts";
import {
  openLiveSocket,
  socketConstructor,
  type LiveSocket,
  type SocketEnd,
} from "./live-socket.ts";
import { routeUrl, workerAddress } from "./url-text.ts";
import { connectionPath, type Who } from "./who.ts";

/** What is called as things happen. */
export interface LiveHandlers {
  /** First after every connect: the connection as it is now. */
  onSnapshot?: (snapshot: LiveSnapshot) => void;
  /**
   * Events in order, each once, reconnects included. A newer service may report types that this
   * version does not name.
   */
  onEvent?: (event: ConnectionEvent) => void;
  /** What watches report, in order, each once, reconnects included; with `changes` alone. */
  onChange?: (change: Change) => void;
  /**
   * A socket that was open closed. `final`: no other is opened; that is also reported where none is
   * open, by code 1008 and the error's code as reason, when a ticket is refused for good.
   */
  onClose?: (close: { code: number; reason: string; final: boolean }) => void;
  /** A ticket or a socket could not be had; unless it is refused for good, it is tried again. */
  onError?: (error: Error) => void;
}

/** How a connection is followed. */
export interface LiveOptions extends LiveHandlers {
  /** Resume after this event; default: from now on. */
  after?: number | undefined;
  /** Follow the changes that watches report, too; needs `graph:read` besides. Default false. */
  changes?: boolean | undefined;
  /** Resume after this change; default: from now on. */
  changesAfter?: number | undefined;
  /** A constructor like the platform's `WebSocket`, where there is none. */
  WebSocket?: unknown;
  /** Seconds between pings; a socket silent for two of them is replaced. Default 30. */
  pingSeconds?: number | undefined;
  /** Milliseconds before the second attempt in a row, growing from there. Default 1,000 to 30,000. */
  reconnectDelay?: { min: number; max: number } | undefined;
  /** Uniform in [0, 1): spreads the attempts of many clients. Default `Math.random`. */
  random?: (() => number) | undefined;
}

/** How a connection is followed, and where it is. */
export interface LiveClientOptions extends LiveOptions {
  /** Where the Worker answers: `https://azure.example.com`. */
  baseUrl: string;
  who: Who;
  /**
   * Gives a new one-time ticket (`POST /connections/{id}/tickets`); called at every connect. Whoever
   * buys it renews what it is bought with, as `AzureClient` does with a `token` that is a function.
   */
  ticket: () => Promise<string>;
}

/** Errors of the ticket that another attempt does not mend. */
const refusal = /^(?:invalid_request|unauthenticated|forbidden|not_found)$/;

/** Whether a ticket was refused so that no other will be had: a `LiveClient` has then ended. */
export const isRefusedForGood = (error: unknown): error is AzureError =>
  error instanceof AzureError && refusal.test(error.code);

/** RFC 6455 §7.4.1: what was asked for is against the rules. */
const refusedClose = 1008;

/**
 * A connection's events as they happen, and what its watches report, over a WebSocket that reconnects and resumes where it broke
 * off: after a lost network, and after the end of the credential (4001), with a new ticket. It ends
 * when the connection is disconnected (4004), when the ticket is refused for good, and by `close()`.
 */
export class LiveClient {
  readonly #options: LiveClientOptions;
  readonly #WebSocket: ReturnType<typeof socketConstructor>;
  readonly #address: string;
  #after: number | undefined;
  #changesAfter: number | undefined;
  #socket: LiveSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  /** Attempts in a row that brought no message. */
  #failures = 0;
  /** Whether this socket brought one. */
  #heard = false;

  /** @throws AzureError `invalid_request` for what no connection can be called, and for a wrong option */
  constructor(options: LiveClientOptions) {
    const address = workerAddress(options.baseUrl).replace("http", "ws");
    this.#address = `${address}${connectionPath(options.who)}/live`;
    this.#options = options;
    this.#WebSocket = socketConstructor(options.WebSocket);
    this.#after = options.after;
    this.#changesAfter = options.changesAfter;
    void this.#connect();
  }

  /** Sequence number of the last event seen, to resume from elsewhere; undefined before the first snapshot. */
  get lastSeq(): number | undefined {
    return this.#after;
  }

  /** The same of the changes, for `changesAfter`. */
  get lastChangeSeq(): number | undefined {
    return this.#changesAfter;
  }

  /** Ends it for good. */
  close(): void {
    if (this.#closed) return;
    const wasOpen = this.#socket?.opened();
    this.#stop();
    if (wasOpen) this.#options.onClose?.({ code: 1000, reason: "", final: true });
  }

  #stop(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
    this.#socket = undefined;
  }

  async #connect(): Promise<void> {
    try {
      const ticket = await this.#options.ticket();
      if (this.#closed) return;
      const query = {
        after: this.#after,
        ...(this.#options.changes && { changes: 1, changes_after: this.#changesAfter }),
      };
      this.#socket = openLiveSocket({
        WebSocket: this.#WebSocket,
        url: routeUrl(this.#address, query).href,
        protocols: [liveProtocol, ticketPrefix + ticket],
        pingSeconds: this.#options.pingSeconds ?? 30,
        onMessage: (data) => this.#received(data),
        onEnd: (end) => this.#ended(end),
      });
    } catch (error) {
      if (!this.#closed) this.#failed(error);
    }
  }

  #failed(thrown: unknown): void {
    const error = thrown instanceof Error ? thrown : new Error("no ticket");
    this.#options.onError?.(error);
    if (isRefusedForGood(error)) {
      this.#stop();
      this.#options.onClose?.({ code: refusedClose, reason: error.code, final: true });
    } else this.#connectLater();
  }

  #received(data: unknown): void {
    this.#failures = 0;
    this.#heard = true;
    const message = readFrame(data);
    if (message === undefined) return;
    const { onSnapshot, onChange, onEvent } = this.#options;
    if (message.type === "snapshot") {
      this.#after = resumeAfter(this.#after, message.seq);
      this.#changesAfter = resumeAfter(this.#changesAfter, message.changes_seq);
      onSnapshot?.(message);
    } else if (isChange(message)) {
      if (message.seq <= (this.#changesAfter ?? 0)) return;
      this.#changesAfter = message.seq;
      onChange?.(message);
    } else if (message.seq > (this.#after ?? 0)) {
      this.#after = message.seq;
      onEvent?.(message);
    }
  }

  #ended({ code, reason, opened, error }: SocketEnd): void {
    this.#socket = undefined;
    const final = code === liveClose.gone;
    this.#closed = final;
    if (opened) this.#options.onClose?.({ code, reason, final });
    else this.#options.onError?.(new AzureError(causedBy(error, notOpened())));
    if (this.#closed) return;
    // A session's end is no trouble: its next ticket waits for nothing.
    const atOnce = code === liveClose.credentialExpired && this.#heard;
    this.#heard = false;
    if (atOnce) void this.#connect();
    else this.#connectLater();
  }

  #connectLater(): void {
    if (this.#closed) return;
    const { random = Math.random, reconnectDelay } = this.#options;
    const { min, max } = reconnectDelay ?? { min: 1_000, max: 30_000 };
    const step = Math.min(max, min * 2 ** this.#failures);
    this.#failures += 1;
    this.#timer = setTimeout(() => void this.#connect(), step * (0.5 + random() / 2));
  }
}

const notOpened = () => failure("upstream_unavailable", "The live socket could not be opened.");
