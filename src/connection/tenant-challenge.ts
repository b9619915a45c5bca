import * as z from "zod";

const armErrorSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
const issuers = /https:\/\/sts\.windows\.net\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\//gi;

/**
 * ARM says with InvalidAuthenticationTokenTenant which tenant a subscription lives in. Only a GUID
 * other than our own is taken from its sentence; the authority's host is ours.
 */
export async function tenantInBody(
  answer: Response,
  ownTenant: string,
): Promise<string | undefined> {
  const body = armErrorSchema.safeParse(
    await answer
      .clone()
      .json()
      .catch(() => undefined),
  );
  if (!body.success || body.data.error.code !== "InvalidAuthenticationTokenTenant")
    return undefined;
  return [...body.data.error.message.matchAll(issuers)]
    .map(([, tenant = ""]) => tenant.toLowerCase())
    .find((tenant) => tenant !== ownTenant.toLowerCase());
}
