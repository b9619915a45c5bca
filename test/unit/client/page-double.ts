import { vi } from "vitest";
import type { BrowserPage, PageChannel, Popup } from "../../../src/client/page.ts";

/** What several pages of one browser have in common: channels, and one clock. */
export class BrowserDouble {
  readonly #channels = new Set<{ name: string; heard?: (message: unknown) => void }>();
  #now = 0;
  readonly #sleepers = new Set<{ at: number; wake: () => void }>();

  get openChannels(): number {
    return this.#channels.size;
  }

  channel(name: string): PageChannel {
    const own: { name: string; heard?: (message: unknown) => void } = { name };
    this.#channels.add(own);
    return {
      send: (message) => {
        for (const other of this.#channels) {
          if (other !== own && other.name === name) {
            queueMicrotask(() => this.#channels.has(other) && other.heard?.(message));
          }
        }
      },
      listen: (heard) => {
        own.heard = heard;
      },
      close: () => this.#channels.delete(own),
    };
  }

  now(): number {
    return this.#now;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((wake) => this.#sleepers.add({ at: this.#now + milliseconds, wake }));
  }

  /** Lets time go by, in steps that nobody sleeps through. */
  async pass(seconds: number): Promise<void> {
    const until = this.#now + seconds * 1_000;
    for (; this.#now < until; this.#now += 250) {
      await settled();
      for (const sleeper of this.#sleepers) {
        if (sleeper.at > this.#now) continue;
        this.#sleepers.delete(sleeper);
        sleeper.wake();
      }
    }
    await settled();
  }
}

/** All that follows without time or network. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export interface PageDouble extends BrowserPage {
  href: string;
  focused: boolean;
  /** Those that it opened. */
  readonly popups: PopupDouble[];
  readonly close: ReturnType<typeof vi.fn<() => void>>;
  readonly replaceAddress: ReturnType<typeof vi.fn<(url: string) => void>>;
}

export interface PopupDouble extends Popup {
  closed: boolean;
  /** Where it was sent. */
  readonly visited: string[];
}

/** @param blocked whether the browser opens no windows */
export function pageDouble(
  browser: BrowserDouble,
  { href, blocked = false }: { href: string; blocked?: boolean },
): PageDouble {
  const popups: PopupDouble[] = [];
  return {
    href,
    origin: new URL(href).origin,
    focused: false,
    popups,
    openPopup: () => {
      if (blocked) return null;
      const visited: string[] = [];
      const popup: PopupDouble = {
        closed: false,
        visited,
        location: { replace: (url) => void visited.push(url) },
        close: () => {
          popup.closed = true;
        },
      };
      popups.push(popup);
      return popup;
    },
    hasFocus() {
      return this.focused;
    },
    channel: (name) => browser.channel(name),
    replaceAddress: vi.fn<(url: string) => void>(),
    close: vi.fn<() => void>(),
    randomToken: () => crypto.randomUUID(),
    now: () => browser.now(),
    sleep: (milliseconds) => browser.sleep(milliseconds),
  };
}
