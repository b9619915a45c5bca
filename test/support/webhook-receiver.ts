import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import * as z from "zod";
import { connectionEventSchema } from "../../src/contract/connection-event-schema.ts";
import type { ConnectionEvent } from "../../src/contract/connection-events.ts";
import { changeSchema } from "../../src/contract/watch-schema.ts";
import type { Change } from "../../src/contract/watch.ts";
import { closeAll, listenLocally } from "../sandbox/loopback.ts";

/** How the receiver takes a delivery. */
export interface Reception {
  status: number;
  /** Milliseconds until it answers. */
  delay: number;
}

export interface WebhookReceiverOptions {
  /** Told every event as it arrives. */
  received?: (event: ConnectionEvent) => void;
  /** Told every change as it arrives. */
  changed?: (change: Change) => void;
  /** Default: all is taken at once. */
  take?: () => Reception;
  /** What it asks for; absent: it does not say. */
  types?: readonly string[];
}

/** Somebody outside who is told of events. */
export interface WebhookReceiver {
  /** The value of WEBHOOKS that names it. */
  variable: string;
  /** Its entry there. */
  entry: object;
  /** What it was told in a way it should not be. */
  faults: readonly string[];
  /** The last event, or change, that a connection has told it without leaving one out. */
  heard(connection: string, of?: "events" | "changes"): number;
  close(): Promise<void>;
}

const recordSchema = z.union([connectionEventSchema, changeSchema]);
const isChange = (record: ConnectionEvent | Change): record is Change =>
  record.type.startsWith("change.");

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
  changed,
  take = () => ({ status: 204, delay: 0 }),
  types,
}: WebhookReceiverOptions): Promise<WebhookReceiver> {
  const secret = randomBytes(32);
  const faults: string[] = [];
  const heard = new Map<string, number>();
  const hear = (record: ConnectionEvent | Change) => {
    const { connection, seq } = record;
    const sequence = isChange(record) ? "changes" : "events";
    const last = heard.get(`${sequence} ${connection}`) ?? 0;
    if (seq > last + 1) faults.push(`${connection} told ${seq} of its ${sequence} after ${last}`);
    heard.set(`${sequence} ${connection}`, Math.max(last, seq));
    if (isChange(record)) changed?.(record);
    else received?.(record);
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request).catch(() => undefined);
    // It broke off: nothing was told.
    if (body === undefined) return;
    if (!isSigned(secret, request, body)) faults.push("a delivery is not signed");
    const record = recordSchema.parse(JSON.parse(body));
    const { status, delay } = take();
    // What it refuses it has not heard.
    if (status < 300) hear(record);
    await setTimeout(delay);
    response.writeHead(status).end();
  };
  const made: Server[] = [];
  const { port, servers } = await listenLocally(() => {
    const server = createServer((request, response) => void answer(request, response));
    made.push(server);
    return server;
  }, 0);
  const entry = {
    id: `receiver-${port}`,
    url: `http://localhost:${port}/events`,
    secret: `whsec_${secret.toString("base64")}`,
    ...(types !== undefined && { types }),
  };
  return {
    variable: JSON.stringify([entry]),
    entry,
    faults,
    heard: (connection, of = "events") => heard.get(`${of} ${connection}`) ?? 0,
    close: async () => {
      for (const server of made) server.closeAllConnections();
      await closeAll(servers);
    },
  };
}
