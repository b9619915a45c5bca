import * as z from "zod";
import { consoleRoles, consoleSignInWays, type ConsoleState } from "./console-state.ts";
import { time } from "./time.ts";

export const consoleStateSchema = z.object({
  version: z.string(),
  ways: z.array(z.enum(consoleSignInWays)),
  session: z.object({ name: z.string(), role: z.enum(consoleRoles), expires_at: time }).nullable(),
}) satisfies z.ZodType<ConsoleState>;
