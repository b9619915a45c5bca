import { exports } from "cloudflare:workers";
import { afterEach, beforeEach } from "vitest";
import { sandbox } from "./sandbox.ts";

const control = "https://login.microsoftonline.com/_sandbox/notifications";

interface Held {
  id: string;
  url: string;
  content_type: string | null;
  body: string;
}

/** One thing that was carried to the Worker, and how it answered. */
export interface Carried extends Held {
  status: number;
  answer: string;
}

/** Carries what the sandbox's Graph posts to the Worker, which no network of the pool reaches. */
export class Carrier {
  readonly carried: Carried[] = [];
  #running = false;
  #done: Promise<void> = Promise.resolve();

  start(): void {
    this.#running = true;
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#done;
  }

  async #run(): Promise<void> {
    while (this.#running) {
      await this.carry();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Carries what waits now. */
  async carry(): Promise<void> {
    const { notifications } = await (await fetch(control)).json<{ notifications: Held[] }>();
    await Promise.all(notifications.map((held) => this.#carryOne(held)));
  }

  async #carryOne(held: Held): Promise<void> {
    const { id, url, content_type: type, body } = held;
    const response = await exports.default.fetch(url, {
      method: "POST",
      body,
      ...(type !== null && { headers: { "content-type": type } }),
    });
    const answer = await response.text();
    const { status } = response;
    this.carried.push({ ...held, status, answer });
    const content_type = response.headers.get("content-type");
    await fetch(`${control}/${id}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        status,
        body: answer,
        ...(content_type !== null && { content_type }),
      }),
    });
  }
}

/** A carrier that runs during each test of the file. */
export function carrierOfEachTest(): { readonly current: Carrier } {
  const holder = { current: new Carrier() };
  beforeEach(async () => {
    await sandbox.settings({ hold_notifications: true });
    holder.current = new Carrier();
    holder.current.start();
  });
  afterEach(async () => {
    await holder.current.stop();
    await sandbox.settings({ hold_notifications: false });
  });
  return holder;
}
