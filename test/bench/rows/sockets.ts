import { performance } from "node:perf_hooks";
import { WebSocket } from "ws";

/** Opened at a time. */
const width = 50;

/** Clients on one object, and when all of them have been told. */
export class Sockets {
  readonly #sockets: WebSocket[] = [];
  #left = 0;
  #told: (at: number) => void = () => {};

  /** @param url of the socket; every client opens it */
  static async open(url: string, count: number): Promise<Sockets> {
    const sockets = new Sockets();
    for (let opened = 0; opened < count; opened += width) {
      const batch = Math.min(width, count - opened);
      await Promise.all(Array.from({ length: batch }, () => sockets.#open(url)));
    }
    return sockets;
  }

  get size(): number {
    return this.#sockets.length;
  }

  /** When the last client has been told of a change of status, by `performance.now()`. */
  allTold(): Promise<number> {
    this.#left = this.#sockets.length;
    return new Promise((resolve) => {
      this.#told = resolve;
    });
  }

  close(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  #open(url: string): Promise<void> {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    socket.on("message", (data: Buffer) => {
      // What tells of a status is a `connection.` event; a snapshot or a token's event is not.
      if (!data.includes('"type":"connection.')) return;
      this.#left -= 1;
      if (this.#left === 0) this.#told(performance.now());
    });
    this.#sockets.push(socket);
    return new Promise((resolve, reject) => {
      socket.on("open", resolve);
      socket.on("error", reject);
    });
  }
}
