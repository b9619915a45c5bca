import * as z from "zod";
import { remedyActions } from "./remedy-action.ts";
import { time } from "./time.ts";

/** What has to happen, and by whom, before a broken connection works again. */
export const remedySchema = z.object({
  action: z.enum(remedyActions),
  message: z.string(),
  aadsts: z.int().optional(),
  connect_url: z.string().optional(),
  admin_consent_url: z.string().optional(),
  scopes: z.array(z.string()).optional(),
  since: time,
});
export type Remedy = z.infer<typeof remedySchema>;
