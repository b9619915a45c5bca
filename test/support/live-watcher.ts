import { WebSocket } from "ws";
import * as z from "zod";

const messageSchema = z.object({ seq: z.int(), type: z.string() });

/** A client of a live socket that remembers what it was told, and says so when it comes back. */
export class LiveWatcher {
  /** Events as they came, by their text. */
  readonly told: string[] = [];
  /** Sequence number of the event before the first it could hear of. */
  first: number | undefined;
  /** Of the last event it was told. */
  last = 0;
  /** What no client should be told: a number twice, or one left out. */
  readonly faults: string[] = [];
  readonly #url: URL;
  readonly #credential: string;
  #socket: WebSocket | undefined;

  constructor(url: URL, credential: string) {
    this.#url = url;
    this.#credential = credential;
  }

  /** Opens the socket; resolves with its first message. */
  async open(): Promise<void> {
    const url = new URL(this.#url);
    if (this.first !== undefined) url.searchParams.set("after", String(this.last));
    const socket = new WebSocket(url, {
      perMessageDeflate: false,
      headers: { authorization: `Bearer ${this.#credential}` },
    });
    this.#socket = socket;
    await new Promise<void>((resolve, reject) => {
      socket.on("error", reject);
      socket.on("message", (data: Buffer) => {
        this.#hear(data.toString());
        resolve();
      });
    });
  }

  /** Goes away without a word, as a phone in a tunnel does. */
  drop(): void {
    this.#socket?.removeAllListeners("message");
    this.#socket?.terminate();
    this.#socket = undefined;
  }

  #hear(text: string): void {
    const { seq, type } = messageSchema.parse(JSON.parse(text));
    if (type === "snapshot") {
      if (this.first === undefined) this.first = this.last = seq;
      return;
    }
    if (seq !== this.last + 1) this.faults.push(`${seq} came after ${this.last}`);
    this.last = seq;
    this.told.push(text);
  }
}
