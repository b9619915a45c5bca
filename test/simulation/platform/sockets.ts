import type { Scheduler } from "./scheduler.ts";

type Handler = (event: { data?: string; code?: number; reason?: string }) => void;

/** One end of a WebSocket. What an object sends leaves with its turn; what it was sent comes in a turn. */
export class SimulatedSocket {
  static readonly READY_STATE_CONNECTING = 0;
  static readonly READY_STATE_OPEN = 1;
  static readonly READY_STATE_CLOSING = 2;
  static readonly READY_STATE_CLOSED = 3;
  static readonly OPEN = 1;
  readyState = SimulatedSocket.READY_STATE_OPEN;
  peer: SimulatedSocket | undefined;
  /** How what this end sends leaves; set for the end that an object holds. */
  leave: (send: () => void) => void = (send) => send();
  readonly #handlers = new Map<string, Handler[]>();
  readonly #early: [string, Parameters<Handler>[0]][] = [];
  #accepted = false;
  #attachment: unknown = null;

  addEventListener(type: string, handler: Handler): void {
    this.#handlers.set(type, [...(this.#handlers.get(type) ?? []), handler]);
  }

  removeEventListener(type: string, handler: Handler): void {
    this.#handlers.set(
      type,
      (this.#handlers.get(type) ?? []).filter((one) => one !== handler),
    );
  }

  /** What came before is handed out now. */
  accept(): void {
    const early = this.#early.splice(0);
    this.#accepted = true;
    for (const [type, event] of early) this.emit(type, event);
  }

  send(data: string): void {
    if (this.readyState !== SimulatedSocket.READY_STATE_OPEN) throw new TypeError("not open");
    const { peer } = this;
    this.leave(() => peer?.emit("message", { data }));
  }

  close(code = 1005, reason = ""): void {
    if (this.readyState >= SimulatedSocket.READY_STATE_CLOSING) return;
    this.readyState = SimulatedSocket.READY_STATE_CLOSED;
    const { peer } = this;
    this.leave(() => {
      if (peer === undefined || peer.readyState === SimulatedSocket.READY_STATE_CLOSED) return;
      peer.readyState = SimulatedSocket.READY_STATE_CLOSED;
      peer.emit("close", { code, reason });
    });
  }

  /** The connection breaks at both ends. */
  break(): void {
    this.readyState = SimulatedSocket.READY_STATE_CLOSED;
    const { peer } = this;
    if (peer === undefined || peer.readyState === SimulatedSocket.READY_STATE_CLOSED) return;
    peer.readyState = SimulatedSocket.READY_STATE_CLOSED;
    peer.emit("close", { code: 1006, reason: "" });
  }

  serializeAttachment(attachment: unknown): void {
    this.#attachment = structuredClone(attachment);
  }

  deserializeAttachment(): unknown {
    return structuredClone(this.#attachment);
  }

  /** Another end in the place of this one. */
  renewed(): SimulatedSocket {
    const other = new SimulatedSocket();
    other.readyState = this.readyState;
    other.leave = this.leave;
    other.peer = this.peer;
    other.#attachment = this.#attachment;
    if (this.peer !== undefined) this.peer.peer = other;
    return other;
  }

  emit(type: string, event: Parameters<Handler>[0]): void {
    if (!this.#accepted) {
      this.#early.push([type, event]);
      return;
    }
    for (const handler of this.#handlers.get(type) ?? []) handler(event);
  }
}

/** Two ends; the second is the one that an object accepts. */
export class SimulatedSocketPair {
  readonly 0 = new SimulatedSocket();
  readonly 1 = new SimulatedSocket();

  constructor() {
    this[0].peer = this[1];
    this[1].peer = this[0];
  }
}

/** The sockets that hibernate with an object: they outlive each of its lives that sleeps. */
export class AcceptedSockets {
  readonly #scheduler: Scheduler;
  #sockets: { socket: SimulatedSocket; tags: readonly string[] }[] = [];

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** @param leave how what the object sends leaves */
  accept(socket: SimulatedSocket, tags: readonly string[], leave: SimulatedSocket["leave"]): void {
    // Set before the platform wraps it.
    socket.leave = leave;
    this.#sockets.push({ socket, tags });
  }

  list(tag?: string): SimulatedSocket[] {
    this.#sockets = this.#sockets.filter(
      ({ socket }) => socket.readyState !== SimulatedSocket.READY_STATE_CLOSED,
    );
    return this.#sockets
      .filter(({ tags }) => tag === undefined || tags.includes(tag))
      .map(({ socket }) => socket);
  }

  /** Their object sleeps: what wakes is a new end with the same attachment. */
  hibernate(): void {
    this.#sockets = this.#sockets.map(({ socket, tags }) => ({ socket: socket.renewed(), tags }));
  }

  /** Their object died. Their peers hear of it in turns of their own. */
  breakAll(): void {
    const sockets = this.#sockets;
    this.#sockets = [];
    for (const { socket } of sockets) this.#scheduler.add(() => socket.break());
  }

  clear(): void {
    this.#sockets = [];
  }
}
