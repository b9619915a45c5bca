import * as z from "zod";
import { eventError } from "./event-error-schema.ts";
import { remedySchema } from "./remedy-schema.ts";
import { time } from "./time.ts";
import { changeKinds, changeTypes, watchStates, type Change, type Watch } from "./watch.ts";

export const watchSchema = z.object({
  id: z.string(),
  resource: z.string(),
  change_types: z.array(z.enum(changeKinds)),
  include_data: z.literal(true).optional(),
  select: z.string().optional(),
  catch_up: z.literal(true).optional(),
  state: z.enum(watchStates),
  expires_at: time.nullable(),
  gap_since: time.optional(),
  remedy: remedySchema.optional(),
  error: eventError.optional(),
}) satisfies z.ZodType<Watch>;

export const changeSchema = z.object({
  seq: z.int(),
  id: z.string(),
  type: z.enum(changeTypes),
  time,
  connection: z.string(),
  watch: z.string(),
  resource: z.string(),
  item: z.string(),
  etag: z.string().optional(),
  data: z.unknown().optional(),
}) satisfies z.ZodType<Change>;
