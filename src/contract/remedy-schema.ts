import * as z from "zod";
import { type Remedy, remedyActions, type StoredRemedy } from "./remedy.ts";
import { time } from "./time.ts";

export const remedySchema = z.object({
  action: z.enum(remedyActions),
  message: z.string(),
  aadsts: z.int().optional(),
  connect_url: z.string().optional(),
  admin_consent_url: z.string().optional(),
  scopes: z.array(z.string()).optional(),
  since: time,
}) satisfies z.ZodType<Remedy>;

export const storedRemedySchema = remedySchema.omit({
  connect_url: true,
}) satisfies z.ZodType<StoredRemedy>;
