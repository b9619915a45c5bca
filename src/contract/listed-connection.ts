import * as z from "zod";
import { time } from "./time.ts";
import { connectionStatuses } from "./connection-info.ts";
import { remedyActions } from "./remedy.ts";

/** A connection in a list: no token, not even encrypted. */
export const listedConnectionSchema = z.object({
  id: z.string(),
  kind: z.enum(["user", "tenant"]),
  user_id: z.string().nullable(),
  label: z.string().nullable(),
  status: z.enum(connectionStatuses),
  remedy_action: z.enum(remedyActions).nullable(),
  tenant_id: z.string().nullable(),
  upn: z.string().nullable(),
  scopes: z.array(z.string()),
  created_at: time,
  updated_at: time,
  next_contact_at: time.nullable(),
  /** `webhook:{id}` and `pipeline` that get its events no more. */
  paused_sinks: z.array(z.string()),
});
export type ListedConnection = z.infer<typeof listedConnectionSchema>;
