import * as z from "zod";
import { signState, verifyState } from "../../connection/grant/authorization-state.ts";
import { signInPurposes } from "../../connection/grant/sign-in-purpose.ts";
import type { SessionSecret } from "../../platform/keys.ts";

/** What an admin consent has to remember while Microsoft has the browser. */
const contentSchema = z.object({
  tenant: z.string(),
  return_url: z.string().optional(),
  /** Of a tenant that is to be connected: who started, at the host. */
  user_id: z.string().optional(),
  /** Milliseconds since the epoch. */
  expires_at: z.number(),
});
export type AdminConsentContent = z.infer<typeof contentSchema>;

/** @param now milliseconds since the epoch */
export async function signAdminState(
  sessionSecret: SessionSecret,
  asked: Omit<AdminConsentContent, "expires_at">,
  now: number,
): Promise<{ state: string; expiresAt: number }> {
  const expiresAt = now + signInPurposes.admin_consent.ttlMs;
  const content: AdminConsentContent = { ...asked, expires_at: expiresAt };
  const state = await signState(sessionSecret, "admin_consent", JSON.stringify(content));
  return { state, expiresAt };
}

/**
 * The content of a state that was made here and has not expired.
 *
 * @param now milliseconds since the epoch
 */
export async function readAdminState(
  sessionSecret: SessionSecret,
  state: string,
  now: number,
): Promise<AdminConsentContent | undefined> {
  const text = await verifyState(sessionSecret, "admin_consent", state);
  if (text === undefined) return undefined;
  const content = contentSchema.parse(JSON.parse(text));
  return content.expires_at > now ? content : undefined;
}
