import * as z from "zod";
import { time } from "./time.ts";

/** What has to happen, and by whom, before a broken connection works again. */
export const remedyActions = [
  "retry",
  "sign_in",
  "step_up",
  "consent",
  "admin_consent",
  "contact_admin",
  "fix_app",
] as const;
export type RemedyAction = (typeof remedyActions)[number];

export const remedySchema = z.object({
  action: z.enum(remedyActions),
  message: z.string(),
  aadsts: z.int().optional(),
  /** Where the user repairs the connection: good for 30 days from when it was read. */
  connect_url: z.string().optional(),
  admin_consent_url: z.string().optional(),
  scopes: z.array(z.string()).optional(),
  since: time,
});
export type Remedy = z.infer<typeof remedySchema>;

/** A remedy as it is kept: `connect_url` is made whenever it is read. */
export const storedRemedySchema = remedySchema.omit({ connect_url: true });
export type StoredRemedy = z.infer<typeof storedRemedySchema>;
