import * as z from "zod";
import type { ConnectionEvent, EventType } from "./connection-events.ts";
import { eventError } from "./event-error-schema.ts";
import { remedySchema } from "./remedy-schema.ts";
import { time } from "./time.ts";
import { gapReasons } from "./watch.ts";

const eventHead = { seq: z.int(), id: z.string(), time, connection: z.string() };
const event = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.object({ ...eventHead, type: z.literal(type), data });

const ofWatch = { watch: z.string(), resource: z.string() };

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
  event("watch.active", z.object(ofWatch)),
  event("watch.blocked", z.object({ ...ofWatch, remedy: remedySchema })),
  event("watch.refused", z.object({ ...ofWatch, error: eventError })),
  event(
    "watch.gap",
    z.object({
      ...ofWatch,
      reason: z.enum(gapReasons),
      since: time,
      caught_up: z.literal(true).optional(),
    }),
  ),
  event("watch.ended", z.object(ofWatch)),
]) satisfies z.ZodType<ConnectionEvent>;

export const eventTypes: readonly EventType[] = connectionEventSchema.options.map(
  ({ shape }) => shape.type.value,
);
