import * as z from "zod";
import type { ConnectionOwner } from "./connection-owner.ts";
import { isGuid } from "./guid.ts";

/** A person as the host application knows them: opaque, case-sensitive. */
export const userIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9._@|+=~-]{1,128}$/, "must be 1 to 128 of A-Z a-z 0-9 . _ @ | + = ~ -");

/** A second account of one user. */
export const labelSchema = z.string().regex(/^[a-z0-9-]{1,32}$/, "must be 1 to 32 of a-z 0-9 -");

/** The owner a connection id names, or undefined when it is not one. */
export function parseConnectionId(id: string): ConnectionOwner | undefined {
  const [kind, name, label, ...rest] = id.split(":");
  if (name === undefined || rest.length > 0) return undefined;
  if (kind === "tenant") {
    // One tenant is one object, however its id is written.
    return label === undefined && isGuid(name) ? { kind, tenantId: name.toLowerCase() } : undefined;
  }
  if (kind !== "user" || !userIdSchema.safeParse(name).success) return undefined;
  if (label === undefined) return { kind, userId: name };
  return labelSchema.safeParse(label).success ? { kind, userId: name, label } : undefined;
}
