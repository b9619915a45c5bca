import * as z from "zod";
import { base64url, sign, verify, type SessionSecret } from "../../platform/keys.ts";

/** What an admin consent has to remember while Microsoft has the browser. */
const contentSchema = z.object({
  tenant: z.string(),
  return_url: z.string().optional(),
  /** Milliseconds. */
  expires_at: z.number(),
});
export type AdminConsentContent = z.infer<typeof contentSchema>;

/** Milliseconds. */
export const adminConsentLifetime = 600_000;

/** No state of a sign-in holds a tilde, so neither can pass for the other. */
const prefix = "admin~";

export async function signAdminState(
  sessionSecret: SessionSecret,
  content: AdminConsentContent,
): Promise<string> {
  const body = prefix + base64url.encode(JSON.stringify(content));
  return `${body}.${await sign(sessionSecret, "state", body)}`;
}

/** The content of a state that was made here within the last ten minutes. `now` in milliseconds. */
export async function readAdminState(
  sessionSecret: SessionSecret,
  state: string,
  now: number,
): Promise<AdminConsentContent | undefined> {
  const [, body, payload, signature] = /^(admin~([\w-]+))\.([\w-]+)$/.exec(state) ?? [];
  if (body === undefined || payload === undefined || signature === undefined) return undefined;
  if (!(await verify(sessionSecret, "state", body, signature))) return undefined;
  const content = contentSchema.parse(
    JSON.parse(new TextDecoder().decode(base64url.decode(payload))),
  );
  return content.expires_at > now ? content : undefined;
}
