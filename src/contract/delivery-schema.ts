import * as z from "zod";
import type { Delivery } from "./delivery.ts";
import { time } from "./time.ts";

export const deliverySchema = z.object({
  sink: z.string(),
  state: z.enum(["waiting", "paused"]),
  reason: z.enum(["failing", "gone"]).optional(),
  tried_at: time.optional(),
  attempts: z.int().min(0),
  due_at: time.nullable(),
}) satisfies z.ZodType<Delivery>;
