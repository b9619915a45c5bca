import { SignJWT } from "jose";
import { base64url } from "../../encoding.ts";
import type { SigningKey } from "../../signing-key.ts";

/** The application that sends Graph's notifications. */
export const PUBLISHER = "0bf30f3b-4a52-48df-9a82-234910c4a086";

const LIFETIME_S = 3_599;
const ID_BYTES = 16;

/**
 * The token by which a notification with resource data proves that it is Graph's.
 *
 * @param applicationId who subscribed: the audience
 * @param now milliseconds
 */
export function validationToken(
  { applicationId, tenantId }: { applicationId: string; tenantId: string },
  key: SigningKey,
  now: number,
): Promise<string> {
  const issuer = `https://sts.windows.net/${tenantId}/`;
  const issuedAt = Math.floor(now / 1000);
  return new SignJWT({
    aud: applicationId,
    iss: issuer,
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + LIFETIME_S,
    appid: PUBLISHER,
    appidacr: "2",
    idp: issuer,
    tid: tenantId,
    uti: base64url(crypto.getRandomValues(new Uint8Array(ID_BYTES))),
    ver: "1.0",
  })
    .setProtectedHeader({ typ: "JWT", alg: "RS256", x5t: key.kid, kid: key.kid })
    .sign(key.privateKey);
}
