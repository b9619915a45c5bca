import * as z from "zod";
import type { EventError } from "./event-error.ts";

export const eventError = z.object({
  code: z.string(),
  message: z.string(),
  aadsts: z.int().optional(),
  request_id: z.string().optional(),
}) satisfies z.ZodType<EventError>;
