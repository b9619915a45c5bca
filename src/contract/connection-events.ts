import * as z from "zod";
import { time } from "./time.ts";
import type { ConnectionInfo } from "./connection-info.ts";
import { remedySchema } from "./remedy.ts";

/** What happens to a connection, as logs, webhooks, the pipeline and live sockets get it. */

const eventHead = { seq: z.int(), id: z.string(), time, connection: z.string() };
const event = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.object({ ...eventHead, type: z.literal(type), data });

/** What went wrong in an event: a code and a sentence, never Microsoft's raw text. */
const eventError = z.object({
  code: z.string(),
  message: z.string(),
  aadsts: z.int().optional(),
  request_id: z.string().optional(),
});

export const connectionEventSchema = z.discriminatedUnion("type", [
  event("connection.pending", z.object({})),
  event("connection.connected", z.object({})),
  event("connection.degraded", z.object({ error: eventError })),
  event("connection.recovered", z.object({})),
  event("connection.action_required", z.object({ remedy: remedySchema })),
  event("connection.disconnected", z.object({})),
  event(
    "token.refreshed",
    z.object({
      resource: z.string(),
      tenant_id: z.string(),
      expires_at: time,
      generation: z.int(),
    }),
  ),
  event(
    "token.refresh_failed",
    z.object({ resource: z.string(), error: eventError, attempts: z.int() }),
  ),
  event("call.throttled", z.object({ service: z.string(), applies_to: z.string(), until: time })),
]);
export type ConnectionEvent = z.infer<typeof connectionEventSchema>;
export type EventType = ConnectionEvent["type"];
export const eventTypes: readonly EventType[] = connectionEventSchema.options.map(
  ({ shape }) => shape.type.value,
);
export type EventError = z.infer<typeof eventError>;

/** The first message of a live socket; events follow as they are. */
export interface LiveSnapshot {
  type: "snapshot";
  /** Sequence number of the last event the snapshot includes. */
  seq: number;
  /** Present when `after` lies before the oldest event kept: some events are lost to the client. */
  truncated?: true;
  data: ConnectionInfo;
}
export type LiveMessage = LiveSnapshot | ConnectionEvent;

export interface EventPage {
  events: ConnectionEvent[];
  /** The oldest event kept, when `after` lies before it. */
  truncated?: true;
}
