import * as z from "zod";
import {
  type ConnectionInfo,
  connectionStatuses,
  cooldownReasons,
  tenantProofs,
} from "./connection-info.ts";
import { remedySchema } from "./remedy-schema.ts";
import { time } from "./time.ts";

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
  required_scopes: z.array(z.string()).optional(),
  used_permissions: z.array(z.object({ permission: z.string(), first_used_at: time })).optional(),
  roles: z.array(z.string()).optional(),
  proof: z.enum(tenantProofs).optional(),
  administrator: z
    .object({ object_id: z.string(), upn: z.string().nullable(), name: z.string().nullable() })
    .optional(),
  resources: z.array(
    z.object({
      resource: z.string(),
      tenant_id: z.string(),
      expires_at: time.nullable(),
      refresh_at: time.nullable(),
      issued_at: time.optional(),
      first_used_at: time.optional(),
      generation: z.int(),
      remedy: remedySchema.optional(),
    }),
  ),
  cooldowns: z.array(
    z.object({
      service: z.string(),
      applies_to: z.string(),
      until: time.nullable(),
      reason: z.enum(cooldownReasons),
      remaining: z.record(z.string(), z.int()).optional(),
    }),
  ),
  created_at: time,
  updated_at: time,
  last_refresh_at: time.nullable(),
  last_used_at: time.nullable(),
}) satisfies z.ZodType<ConnectionInfo>;
