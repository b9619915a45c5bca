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
export interface LiveSocket {
  /** Whether it ever was open. */
  readonly opened: () => boolean;
  /** Ends it without a word to its owner. */
  readonly close: () => void;
}

/** Opens a socket, and pings it for as long as it is open. */
export function openLiveSocket({
  WebSocket,
  url,
  protocols,
  pingSeconds,
  onMessage,
  onEnd,
}: LiveSocketOptions): LiveSocket {
  const socket = new WebSocket(url, protocols);
  let opened = false;
  let ended = false;
  let answered = false;
  let error: unknown;
  let timer: ReturnType<typeof setTimeout>;

  const wait = (work: () => void, milliseconds: number): void => {
    clearTimeout(timer);
    timer = setTimeout(work, milliseconds);
  };
  const stop = (): void => {
    ended = true;
    clearTimeout(timer);
  };
  const end = (how: { code: number; reason: string }): void => {
    if (ended) return;
    stop();
    onEnd({ ...how, opened, error });
  };
  const giveUp = (): void => {
    end(silent);
    socket.close(silent.code, silent.reason);
  };
  /** A peer that vanished sends no close frame. */
  const ping = (): void => {
    if (!answered) return giveUp();
    answered = false;
    socket.send("ping");
    wait(ping, pingSeconds * 1000);
  };

  wait(giveUp, openWithin);
  socket.addEventListener("open", () => {
    if (ended) return;
    opened = true;
    answered = true;
    wait(ping, pingSeconds * 1000);
  });
  socket.addEventListener("message", ({ data }) => {
    if (ended) return;
    answered = true;
    onMessage(data);
  });
  socket.addEventListener("error", (event) => {
    ({ error } = event);
  });
  socket.addEventListener("close", ({ code = 1006, reason = "" }) => end({ code, reason }));
  return {
    opened: () => opened,
    close: () => {
      stop();
      socket.close(1000);
    },
  };
}
