import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { Webhook } from "standardwebhooks";
import * as z from "zod";
import type { Environment } from "../../../src/platform/env.ts";
import { connectionEventSchema } from "../../../src/contract/connection-event-schema.ts";
import type { ConnectionEvent } from "../../../src/contract/connection-events.ts";
import { changeSchema } from "../../../src/contract/watch-schema.ts";
import type { Change } from "../../../src/contract/watch.ts";

/** A request to a webhook, its signature proven. */
export interface Received {
  /** Of the URL, without its slash. */
  path: string;
  event: ConnectionEvent | Change;
  headers: Headers;
}

export const receiverSecret = `whsec_${btoa("a secret of thirty-two bytes, ok!")}`;
export const secretOf = (secret: string): Uint8Array =>
  Uint8Array.from(atob(secret.replace("whsec_", "")), (character) => character.charCodeAt(0));
const host = "hooks.receiver.example";
export const receiverUrl = (path: string): string => `https://${host}/${path}`;

/** Sets `WEBHOOKS` for every object of this file; to be called before the first one begins. */
export function configureWebhooks(webhooks: readonly object[]): void {
  const environment: Environment = env;
  environment.WEBHOOKS = JSON.stringify(webhooks);
}

const recordSchema = z.union([connectionEventSchema, changeSchema]);
const isChange = (record: ConnectionEvent | Change): record is Change =>
  record.type.startsWith("change.");

type Answer = (received: Received) => Response | Promise<Response>;

/** Whoever listens behind the webhooks of a file. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  readonly #paths = new Map<string, Answer>();

  /** Takes the requests to the receiver's host out of the isolate's fetch. */
  listen(): void {
    const send = globalThis.fetch.bind(globalThis);
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      if (url.hostname !== host) return send(input, init);
      const request = new Request(input, init);
      const body = await request.text();
      const { headers } = request;
      const proven = new Webhook(receiverSecret).verify(body, Object.fromEntries(headers));
      const path = url.pathname.slice(1);
      const received = { path, event: recordSchema.parse(proven), headers };
      this.received.push(received);
      const answer = this.#paths.get(path);
      return answer === undefined ? new Response(null, { status: 204 }) : answer(received);
    });
  }

  answer(path: string, answer: Answer): void {
    this.#paths.set(path, answer);
  }

  /** What a path was told of a connection, in the order it came, repetitions included. */
  recordsOf(connection: string, path: string): (ConnectionEvent | Change)[] {
    return this.received
      .filter((received) => received.path === path && received.event.connection === connection)
      .map(({ event }) => event);
  }

  /** The same without changes. */
  eventsOf(connection: string, path: string): ConnectionEvent[] {
    return this.recordsOf(connection, path).filter((record) => !isChange(record));
  }
}
