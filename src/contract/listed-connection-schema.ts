import * as z from "zod";
import { connectionStatuses } from "./connection-info.ts";
import type { ListedConnection } from "./listed-connection.ts";
import { remedyActions } from "./remedy.ts";
import { time } from "./time.ts";

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
  paused_sinks: z.array(z.string()),
}) satisfies z.ZodType<ListedConnection>;
