import * as z from "zod";
import { time } from "./time.ts";
import { remedySchema } from "./remedy.ts";

/** A connection as callers see it: the same JSON over HTTP, RPC and sockets. */

export const connectionStatuses = [
  "pending",
  "active",
  "degraded",
  "action_required",
  "disconnected",
] as const;
export type ConnectionStatus = (typeof connectionStatuses)[number];

/** Why calls of a throttle scope wait, or, for `quota`, how many are left until they do. */
export const cooldownReasons = ["throttled", "quota"] as const;
export type CooldownReason = (typeof cooldownReasons)[number];

export const connectionInfoSchema = z.object({
  id: z.string(),
  kind: z.enum(["user", "tenant"]),
  status: z.enum(connectionStatuses),
  remedy: remedySchema.optional(),
  identity: z
    .object({
      tenant_id: z.string(),
      object_id: z.string(),
      upn: z.string().nullable(),
      name: z.string().nullable(),
    })
    .optional(),
  scopes: z.array(z.string()),
  resources: z.array(
    z.object({
      resource: z.string(),
      tenant_id: z.string(),
      expires_at: time.nullable(),
      refresh_at: time.nullable(),
      generation: z.int(),
      remedy: remedySchema.optional(),
    }),
  ),
  cooldowns: z.array(
    z.object({
      service: z.string(),
      /** The throttle scope: what shares one limit at Microsoft. A service alone: all of it. */
      applies_to: z.string(),
      until: time.nullable(),
      reason: z.enum(cooldownReasons),
      /** ARM's remaining-quota headers, by header name. */
      remaining: z.record(z.string(), z.int()).optional(),
    }),
  ),
  created_at: time,
  updated_at: time,
  last_refresh_at: time.nullable(),
  last_used_at: time.nullable(),
});
export type ConnectionInfo = z.infer<typeof connectionInfoSchema>;
