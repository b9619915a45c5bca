import type { LiveMessage } from "../../../src/contract/connection-events.ts";
import { liveRequest } from "../../../src/connection/live/live-request.ts";
import type { ConnectionStub } from "../../../src/contract/connection-rpc.ts";

/** A client that watches the connection, comes back after each loss, and says then what it has seen. */
export class Watcher {
  /** Every event it was told, in the order of telling; before one that says so some are kept no more. */
  readonly told: { seq: number; id: string; isTruncated: boolean }[] = [];
  #socket: WebSocket | undefined;

  get isOpen(): boolean {
    return this.#socket !== undefined;
  }

  async open(stub: ConnectionStub): Promise<void> {
    if (this.#socket !== undefined) return;
    const after = this.told.at(-1)?.seq ?? 0;
    const upgraded = await stub
      .fetch(liveRequest({ expiresAt: null, after }))
      // It died meanwhile.
      .catch(() => undefined);
    const webSocket = upgraded?.webSocket;
    if (!webSocket) return;
    this.#socket = webSocket;
    let isTruncated = false;
    webSocket.addEventListener("message", ({ data }) => {
      const message: LiveMessage = JSON.parse(String(data));
      if (message.type === "snapshot") {
        isTruncated = message.truncated === true;
        return;
      }
      const { seq, id } = message;
      this.told.push({ seq, id, isTruncated });
      isTruncated = false;
    });
    webSocket.addEventListener("close", () => {
      if (this.#socket === webSocket) this.#socket = undefined;
    });
    webSocket.accept();
  }

  /** The object died, and the socket with it. */
  lost(): void {
    this.#socket = undefined;
  }

  /** The connection it watched is no more; another begins its count anew. */
  forget(): void {
    this.told.length = 0;
  }

  close(): void {
    this.#socket?.close(1000);
    this.#socket = undefined;
  }
}
