import { invalidField, AzureError } from "../contract/errors.ts";

/** What this room uses of a WebSocket: the platform's, or that of a package. */
interface Socket {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "open" | "error", listener: (event: { error?: unknown }) => void): void;
  addEventListener(type: "message", listener: (event: { data?: unknown }) => void): void;
  addEventListener(
    type: "close",
    listener: (event: { code?: number; reason?: string }) => void,
  ): void;
}
type SocketConstructor = new (url: string, protocols: string[]) => Socket;

const isConstructor = (value: unknown): value is SocketConstructor => typeof value === "function";

/** @throws AzureError `invalid_request` where there is none */
export function socketConstructor(given: unknown): SocketConstructor {
  const found: unknown = given ?? Reflect.get(globalThis, "WebSocket");
  if (isConstructor(found)) return found;
  throw new AzureError(invalidField("WebSocket", "must be given: this platform has none"));
}

/** How a socket ended. */
export interface SocketEnd {
  code: number;
  reason: string;
  /** False: it was never open. */
  opened: boolean;
  /** What the platform says of a failure. */
  error?: unknown;
}

export interface LiveSocketOptions {
  WebSocket: SocketConstructor;
  url: string;
  protocols: string[];
  /** Seconds between pings; a socket silent for two of them has ended. */
  pingSeconds: number;
  onMessage: (data: unknown) => void;
  /** Called once, unless {@link LiveSocket.close} was called before. */
  onEnd: (end: SocketEnd) => void;
}

/** Milliseconds that a socket may take to open. */
const openWithin = 10_000;

/** Ours, of those that a program may choose: its peer did not open it in time, or answers no ping. */
const silent = { code: 4000, reason: "silent" };

/** One socket, from its opening to its end. */
export class LiveSocket {
  readonly #options: LiveSocketOptions;
  readonly #socket: Socket;
  #opened = false;
  #ended = false;
  #answered = false;
  #error: unknown;
  #timer: ReturnType<typeof setTimeout>;

  constructor(options: LiveSocketOptions) {
    this.#options = options;
    const socket = new options.WebSocket(options.url, options.protocols);
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#giveUp(), openWithin);
    socket.addEventListener("open", () => this.#open());
    socket.addEventListener("message", ({ data }) => {
      if (this.#ended) return;
      this.#answered = true;
      options.onMessage(data);
    });
    socket.addEventListener("error", ({ error }) => {
      this.#error = error;
    });
    socket.addEventListener("close", ({ code = 1006, reason = "" }) => this.#end({ code, reason }));
  }

  get opened(): boolean {
    return this.#opened;
  }

  /** Ends it without a word to its owner. */
  close(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#socket.close(1000);
  }

  #open(): void {
    if (this.#ended) return;
    this.#opened = true;
    this.#answered = true;
    this.#pingLater();
  }

  #pingLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ping(), this.#options.pingSeconds * 1000);
  }

  /** A peer that vanished sends no close frame. */
  #ping(): void {
    if (!this.#answered) return this.#giveUp();
    this.#answered = false;
    this.#socket.send("ping");
    this.#pingLater();
  }

  #giveUp(): void {
    this.#end(silent);
    this.#socket.close(silent.code, silent.reason);
  }

  #end(how: { code: number; reason: string }): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#options.onEnd({ ...how, opened: this.#opened, error: this.#error });
  }
}
