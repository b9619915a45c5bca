import { hexOf } from "../contract/hex.ts";

/** What connecting needs of a browser's page. An interface, since tests play a page. */
export interface BrowserPage {
  readonly href: string;
  readonly origin: string;
  /** Opens an empty window, as only a click may. Null: the browser did not let it. */
  openPopup(size: { width: number; height: number }): Popup | null;
  /** Whether the person's keyboard is at this page. */
  hasFocus(): boolean;
  /** Whoever of this origin has the same name hears what is sent; this channel itself does not. */
  channel(name: string): PageChannel;
  /** Puts another address in the place of the present one, without going there. */
  replaceAddress(url: string): void;
  /** Closes the window that this page is in, where the browser lets it. */
  close(): void;
  /** 128 bits that nobody can guess. */
  randomToken(): string;
  /** Milliseconds, growing. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** A window that was opened, as far as a page of another origin in it may be reached. */
export interface Popup {
  readonly closed: boolean;
  readonly location: { replace(url: string): void };
  close(): void;
}

export interface PageChannel {
  send(message: unknown): void;
  listen(heard: (message: unknown) => void): void;
  close(): void;
}

/** The browser's own objects. The package is compiled without their types, as Workers have others. */
declare const window: {
  open(url: string, target: string, features: string): Popup | null;
  close(): void;
};
declare const document: { hasFocus(): boolean };
declare const location: { href: string; origin: string };
declare const history: {
  state: unknown;
  replaceState(state: unknown, title: "", url: string): void;
};
declare const BroadcastChannel: new (name: string) => {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  close(): void;
};

function openChannel(name: string): PageChannel {
  const channel = new BroadcastChannel(name);
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has one origin
    send: (message) => channel.postMessage(message),
    listen: (heard) => channel.addEventListener("message", ({ data }) => heard(data)),
    close: () => channel.close(),
  };
}

/** The page this script runs in. */
export const thisPage: BrowserPage = {
  get href() {
    return location.href;
  },
  get origin() {
    return location.origin;
  },
  openPopup: ({ width, height }) =>
    window.open("", "_blank", `popup,width=${width},height=${height}`),
  hasFocus: () => document.hasFocus(),
  channel: openChannel,
  replaceAddress: (url) => history.replaceState(history.state, "", url),
  close: () => window.close(),
  randomToken: () => hexOf(crypto.getRandomValues(new Uint8Array(16))),
  now: () => performance.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
