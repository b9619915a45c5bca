import type { Fetch, Settings } from "./public-types.ts";

/** A request that waits for a test to answer it in its endpoint's place. */
export interface HeldRequest {
  id: string;
  url: string;
  content_type: string | null;
  body: string;
}

interface Held extends HeldRequest {
  answer: (response: Response) => void;
}

/**
 * Where Graph's notifications leave the sandbox: by the network or, for endpoints that it does not
 * reach, as in a test pool, by the hand of a test.
 */
export class Outbox {
  readonly #network: Fetch;
  readonly #settings: Settings;
  readonly #held = new Map<string, Held>();
  #count = 0;

  constructor(network: Fetch, settings: Settings) {
    this.#network = network;
    this.#settings = settings;
  }

  readonly fetch: Fetch = (input, init) =>
    this.#settings.hold_notifications
      ? this.#hold(new Request(input, init))
      : this.#network(input, init);

  held(): HeldRequest[] {
    return [...this.#held.values()].map(({ answer: _answer, ...request }) => request);
  }

  /** @returns whether there was such a request */
  answer(id: string, response: Response): boolean {
    const held = this.#held.get(id);
    this.#held.delete(id);
    held?.answer(response);
    return held !== undefined;
  }

  clear(): void {
    this.#held.clear();
  }

  async #hold(request: Request): Promise<Response> {
    this.#count += 1;
    const id = String(this.#count);
    const { url, signal } = request;
    const body = await request.text();
    return new Promise((resolve, reject) => {
      const content_type = request.headers.get("content-type");
      this.#held.set(id, { id, url, content_type, body, answer: resolve });
      signal.addEventListener("abort", () => {
        this.#held.delete(id);
        reject(new Error("nobody answered in time"));
      });
    });
  }
}
