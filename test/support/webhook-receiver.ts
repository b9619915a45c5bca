import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { connectionEventSchema } from "../../src/contract/connection-event-schema.ts";
import type { ConnectionEvent } from "../../src/contract/connection-events.ts";
import { listenLocally } from "../sandbox/loopback.ts";

/** How the receiver takes a delivery. */
export interface Reception {
  status: number;
  /** Milliseconds until it answers. */
  delay: number;
}

export interface WebhookReceiverOptions {
  /** Told every event as it arrives. */
  received: (event: ConnectionEvent) => void;
  take: () => Reception;
}

/** Somebody outside who is told of events. */
export interface WebhookReceiver {
  /** The value of WEBHOOKS that names it. */
  variable: string;
  /** What it was told in a way it should not be. */
  faults: readonly string[];
  /** The last event that a connection has told it without leaving one out. */
  heard(connection: string): number;
  close(): Promise<void>;
}

const header = ({ headers }: IncomingMessage, name: string): string => String(headers[name] ?? "");

/** Whether one of the signatures is Standard Webhooks' own of this delivery. */
function isSigned(secret: Buffer, request: IncomingMessage, body: string): boolean {
  const signed = `${header(request, "webhook-id")}.${header(request, "webhook-timestamp")}.${body}`;
  const expected = createHmac("sha256", secret).update(signed).digest();
  return header(request, "webhook-signature")
    .split(" ")
    .map((one) => Buffer.from(one.replace(/^v1,/, ""), "base64"))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
}

/** Listens at localhost and holds each connection to the order of its events: it may repeat, not skip. */
export async function startWebhookReceiver({
  received,
  take,
}: WebhookReceiverOptions): Promise<WebhookReceiver> {
  const secret = randomBytes(32);
  const faults: string[] = [];
  const heard = new Map<string, number>();
  const hear = (event: ConnectionEvent) => {
    const last = heard.get(event.connection) ?? 0;
    if (event.seq > last + 1) {
      faults.push(`${event.connection} told of event ${event.seq} after ${last}`);
    }
    heard.set(event.connection, Math.max(last, event.seq));
    received(event);
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request).catch(() => undefined);
    // It broke off: nothing was told.
    if (body === undefined) return;
    if (!isSigned(secret, request, body)) faults.push("a delivery is not signed");
    const event = connectionEventSchema.parse(JSON.parse(body));
    const { status, delay } = take();
    // What it refuses it has not heard.
    if (status < 300) hear(event);
    await setTimeout(delay);
    response.writeHead(status).end();
  };
  const made: Server[] = [];
  const { port, servers } = await listenLocally(() => {
    const server = createServer((request, response) => void answer(request, response));
    made.push(server);
    return server;
  }, 0);
  return {
    variable: JSON.stringify([
      {
        id: "receiver",
        url: `http://localhost:${port}/events`,
        secret: `whsec_${secret.toString("base64")}`,
      },
    ]),
    faults,
    heard: (connection) => heard.get(connection) ?? 0,
    close: async () => {
      for (const server of made) server.closeAllConnections();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}
