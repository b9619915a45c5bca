import * as z from "zod";
import { parseTenant } from "../entra/tenant.ts";

/** Fields of a sign-in that HTTP and RPC read alike. */

/** A tenant that a person may sign in to. */
export const tenantField = z
  .string()
  .refine((text) => parseTenant(text) !== undefined, {
    error: "must be a tenant id, a domain, common, organizations or consumers",
  })
  .optional();

/** RFC 6749 §3.3: what a scope may be made of. */
export const scopePattern = /^[\u0021\u0023-\u005b\u005d-\u007e]{1,512}$/;
