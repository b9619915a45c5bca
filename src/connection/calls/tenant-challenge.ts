import * as z from "zod";
import type { Timer } from "../../platform/deadline.ts";
import { guidPattern } from "../../contract/guid.ts";
import { parseJson } from "../../http/json.ts";
import { textUntil } from "../../http/bounded-text.ts";

const armErrorSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
const issuers = new RegExp(`https://sts\\.windows\\.net/(${guidPattern.source})/`, "gi");

/** Milliseconds the body of a 401 may take; what has come by then is read. */
const bodyWait = 5_000;

/**
 * ARM says with InvalidAuthenticationTokenTenant which tenant a subscription lives in. Only a GUID
 * other than our own is taken from its sentence; the authority's host is ours. The body is used up.
 */
export async function tenantInBody(
  answer: Response,
  ownTenant: string,
  timer: Timer,
): Promise<string | undefined> {
  const late = new AbortController();
  const callOff = timer(bodyWait, () => late.abort());
  const text = await textUntil(late.signal, answer);
  callOff();
  const error = armErrorSchema.safeParse(parseJson(text)).data?.error;
  if (error?.code !== "InvalidAuthenticationTokenTenant") return undefined;
  return [...error.message.matchAll(issuers)]
    .map(([, tenant = ""]) => tenant.toLowerCase())
    .find((tenant) => tenant !== ownTenant.toLowerCase());
}
