import { signedClaims } from "./signed-claims.ts";
import { findSigner, type SigningKeysOptions } from "./signing-keys.ts";

/** The application at Microsoft that posts Graph's notifications. */
const notifier = "0bf30f3b-4a52-48df-9a82-234910c4a086";
/** Where tokens of version 1.0 come from, each with the tenant behind it. */
const issuersOfVersion1 = ["https://sts.windows.net/", "https://sts.chinacloudapi.cn/"];
/** Seconds by which clocks may differ. */
const clockTolerance = 300;
/** Graph sends one for each application and tenant, so that one is all there is of ours. */
const mostTokens = 4;
/** Entra's take about two thousand characters. */
const longestToken = 16_384;

export interface NotificationTokenCheck extends SigningKeysOptions {
  /** The application that subscribed. */
  clientId: string;
  /** The tenant of who subscribed. */
  tenantId: string;
}

/**
 * Whether notifications are proven to be Graph's.
 *
 * - `proven`: one token is genuine, for this application, and of this tenant.
 * - `refused`: none is.
 * - `unavailable`: the keys to check them with could not be fetched.
 */
export type NotificationProof = "proven" | "refused" | "unavailable";

/**
 * Verifies the `validationTokens` of notifications that bring items: the signature by a key of Entra's,
 * times, audience, issuer, tenant, and who they were issued to. A wrong one does not void another.
 *
 * @param tokens as the notification's body has them
 */
export async function proveNotifier(
  tokens: unknown,
  check: NotificationTokenCheck,
): Promise<NotificationProof> {
  const given = Array.isArray(tokens) ? tokens.slice(0, mostTokens) : [];
  for (const token of given) {
    if (typeof token !== "string" || token.length > longestToken) continue;
    const one = await proofBy(token, check);
    // Graph waits for the answer: where one set of keys cannot be had, no other is asked for.
    if (one !== "refused") return one;
  }
  return "refused";
}

async function proofBy(token: string, check: NotificationTokenCheck): Promise<NotificationProof> {
  const { clientId, tenantId, now } = check;
  const signer = await findSigner(token, check);
  if (signer === "unavailable") return signer;
  if (signer === undefined || !isSame(signer.tenantId, tenantId)) return "refused";
  const claims = await signedClaims(token, signer.key, {
    audience: clientId,
    issuer: [signer.issuer, ...issuersOfVersion1.map((host) => `${host}${signer.tenantId}/`)],
    clockTolerance,
    now,
  });
  const appid = claims?.["appid"] ?? claims?.["azp"];
  return typeof appid === "string" && isSame(appid, notifier) ? "proven" : "refused";
}

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
