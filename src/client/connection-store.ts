import type { ConnectionEvent, LiveSnapshot } from "../contract/connection-events.ts";
import { AzureError } from "../contract/errors.ts";
import { AzureClient } from "./azure-client.ts";
import type { ConnectionClient } from "./connection-client.ts";
import { connecting, type ConnectionView, infoAfter } from "./connection-view.ts";
import { isRefusedForGood, LiveClient, type LiveOptions } from "./live-client.ts";
import type { ServiceOptions } from "./requests.ts";
import type { Who } from "./who.ts";

/** Which connection is followed. How a socket is kept up may be given too. */
export interface ConnectionStoreOptions extends Pick<
  LiveOptions,
  "WebSocket" | "pingSeconds" | "reconnectDelay"
> {
  baseUrl: string;
  who: Who;
  /** Default: the global fetch. */
  fetch?: ServiceOptions["fetch"];
}

/** The credential of a page: see `ServiceOptions`. */
export type PageToken = NonNullable<ServiceOptions["token"]>;

/**
 * One connection, as it is now, for whatever shows it. A socket is open while somebody has subscribed.
 * Its methods are bound: they can be handed on as they are.
 */
export class ConnectionStore {
  readonly #options: ConnectionStoreOptions;
  readonly #listeners = new Set<() => void>();
  #view: ConnectionView = connecting;
  #token: PageToken | undefined;
  #connection: ConnectionClient | undefined;
  #live: LiveClient | undefined;
  /** A reading that an event has made stale is done again. */
  #reading: "no" | "yes" | "stale" = "no";

  constructor(options: ConnectionStoreOptions) {
    this.#options = options;
  }

  /** The same object until something changes. */
  readonly view = (): ConnectionView => this.#view;

  /** @returns ends it; the last one closes the socket */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    // Whoever subscribes only to end it at once, as React's StrictMode does, opens no socket.
    queueMicrotask(() => this.#start());
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stop();
    };
  };

  /** The credential from now on. One that replaces an expired one starts again what that had ended. */
  readonly setToken = (token: PageToken): void => {
    const before = this.#token;
    if (token === before) return;
    this.#token = token;
    this.#connection = undefined;
    const { phase, error } = this.#view;
    const expired = error instanceof AzureError && error.code === "unauthenticated";
    if (phase === "ended" && expired && typeof token === "string") this.restart();
    else this.#start();
  };

  /** Opens a new socket, also after the connection was gone or there was none. */
  readonly restart = (): void => {
    this.#stop();
    this.#start();
  };

  #start(): void {
    if (this.#live !== undefined || this.#listeners.size === 0) return;
    if (this.#token === undefined) return;
    const { fetch: _, ...options } = this.#options;
    this.#show({ ...this.#view, phase: "connecting", error: undefined });
    try {
      // An address that is none is refused here, before a socket is tried.
      this.#client();
      const live: LiveClient = new LiveClient({
        ...options,
        ticket: async () => (await this.#client().ticket()).data.ticket,
        onSnapshot: (snapshot) => this.#unless(live, () => this.#snapshot(snapshot)),
        onEvent: (event) => this.#unless(live, () => this.#event(event)),
        onError: (error) => this.#unless(live, () => this.#failed(error)),
        onClose: ({ final }) => this.#unless(live, () => this.#closed(final)),
      });
      this.#live = live;
    } catch (error) {
      if (!(error instanceof AzureError)) throw error;
      this.#show({ ...this.#view, phase: "ended", error });
    }
  }

  #stop(): void {
    const live = this.#live;
    this.#live = undefined;
    if (this.#reading === "yes") this.#reading = "stale";
    live?.close();
  }

  /** What comes late from a socket that was given up is nobody's. */
  #unless(live: LiveClient, work: () => void): void {
    if (this.#live === live) work();
  }

  #snapshot({ data }: LiveSnapshot): void {
    if (this.#reading === "yes") this.#reading = "stale";
    this.#show({ phase: "live", info: data, error: undefined });
  }

  #event(event: ConnectionEvent): void {
    const { info } = this.#view;
    if (info !== undefined) this.#show({ ...this.#view, info: infoAfter(info, event) });
    if (this.#reading === "no") void this.#read();
    else this.#reading = "stale";
  }

  #failed(error: Error): void {
    const phase = isRefusedForGood(error) ? "ended" : "connecting";
    this.#show({ ...this.#view, phase, error });
  }

  #closed(final: boolean): void {
    this.#show({ ...this.#view, phase: final ? "ended" : "connecting" });
  }

  /** Reads the whole connection after an event. If it cannot be read, the event's own word stands. */
  async #read(): Promise<void> {
    do {
      this.#reading = "yes";
      const answer = await this.#client()
        .info()
        .catch(() => undefined);
      if (answer !== undefined && this.#isReading()) {
        this.#show({ ...this.#view, info: answer.data });
      }
    } while (!this.#isReading() && this.#live !== undefined);
    this.#reading = "no";
  }

  #isReading(): boolean {
    return this.#reading === "yes";
  }

  /** @throws AzureError `invalid_request` for options that name no service */
  #client(): ConnectionClient {
    const { baseUrl, fetch, who } = this.#options;
    return (this.#connection ??= new AzureClient({
      baseUrl,
      fetch,
      token: this.#token,
    }).connection(who));
  }

  #show(view: ConnectionView): void {
    this.#view = view;
    for (const listener of this.#listeners) listener();
  }
}
