import * as z from "zod";
import { time } from "./time.ts";
import { connectionStatuses } from "./connection-info.ts";
import { remedyActions } from "./remedy.ts";

const count = z.int().min(0);

/** What does not work as it is deployed, in a sentence, and what mends it. */
const problemSchema = z.object({
  error: z.string(),
  /** The binding that is missing, or whose database is not as it should be. */
  variable: z.string().optional(),
  reason: z.string().optional(),
  table: z.string().optional(),
  column: z.string().optional(),
  command: z.string().optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** What an operator asks of the deployment as a whole. */
export const appHealthSchema = z.object({
  client_id: z.string(),
  problems: z.array(problemSchema),
  /** In the order of AZURE_CLIENT_SECRET. */
  credentials: z.array(
    z.object({
      position: z.int().min(1),
      /** Null: Entra could not be asked, or has no tenant yet that knows the application. */
      works: z.boolean().nullable(),
      aadsts: z.int().optional(),
    }),
  ),
  /** Null: the directory cannot be read. */
  connections: z
    .object({
      total: count,
      /** Those whose last refresh failed because of the application's own credential. */
      waiting: count,
      waiting_since: time.nullable(),
      by_status: z.record(z.enum(connectionStatuses), count),
      by_remedy: z.partialRecord(z.enum(remedyActions), count),
    })
    .nullable(),
  /** Sinks that get no events any more, and of how many connections. */
  paused_sinks: z.record(z.string(), count).nullable(),
});
export type AppHealth = z.infer<typeof appHealthSchema>;
