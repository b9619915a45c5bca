import * as z from "zod";
import { failure } from "./entra-error.ts";
import type { Outcome } from "./entra-error.ts";

const claimsSchema = z
  .string()
  .transform((json, context): unknown => {
    try {
      return JSON.parse(json);
    } catch {
      context.addIssue("not JSON");
      return z.NEVER;
    }
  })
  .pipe(
    z.looseObject({
      access_token: z
        .looseObject({
          xms_cc: z.looseObject({ values: z.array(z.string()).optional() }).optional(),
        })
        .nullish(),
    }),
  );

/**
 * Reads the `claims` parameter (OpenID Connect Core §5.5): does the client say that it answers
 * claims challenges? Fails with 9002313 when it is not JSON of that shape.
 */
export function readClaims(text: string | null): Outcome<{ claimsCapable: boolean }> {
  if (!text) return { ok: true, value: { claimsCapable: false } };
  const parsed = claimsSchema.safeParse(text);
  if (!parsed.success) return failure(9002313, "The 'claims' parameter is not valid JSON.");
  const values = parsed.data.access_token?.xms_cc?.values ?? [];
  const claimsCapable = values.some((value) => value.toLowerCase() === "cp1");
  return { ok: true, value: { claimsCapable } };
}
