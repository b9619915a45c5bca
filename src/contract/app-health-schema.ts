import * as z from "zod";
import { credentialKinds, type AppHealth } from "./app-health.ts";
import { connectionStatuses } from "./connection-info.ts";
import { remedyActions } from "./remedy.ts";
import { time } from "./time.ts";

const count = z.int().min(0);

const problemSchema = z.object({
  error: z.string(),
  variable: z.string().optional(),
  reason: z.string().optional(),
  table: z.string().optional(),
  column: z.string().optional(),
  command: z.string().optional(),
});

export const appHealthSchema = z.object({
  client_id: z.string(),
  problems: z.array(problemSchema),
  credentials: z.array(
    z.object({
      kind: z.enum(credentialKinds),
      id: z.string(),
      not_after: time.optional(),
      works: z.boolean().nullable(),
      aadsts: z.int().optional(),
    }),
  ),
  connections: z
    .object({
      total: count,
      waiting: count,
      waiting_since: time.nullable(),
      by_status: z.record(z.enum(connectionStatuses), count),
      by_remedy: z.partialRecord(z.enum(remedyActions), count),
    })
    .nullable(),
  paused_sinks: z.record(z.string(), count).nullable(),
}) satisfies z.ZodType<AppHealth>;
