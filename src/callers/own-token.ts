import {
  errors as joseErrors,
  jwtVerify,
  SignJWT,
  type JWTPayload,
  type JWTVerifyOptions,
} from "jose";
import { allKeys, newestKey, type KeyPurpose, type SessionSecret } from "../platform/keys.ts";

/** The issuer of every token that this Worker signs. */
export const tokenIssuer = "azure-integration-worker";

/** What a token says. Times are seconds since the epoch. */
export interface OwnToken {
  /** Its `typ`: what it is. */
  type: string;
  audience: string;
  subject: string;
  issuedAt: number;
  expiresAt: number;
  /** Further claims. */
  claims: JWTPayload;
}

/** Signs a token under the first version of the session secret, with HS256. */
export async function signOwnToken(
  secret: SessionSecret,
  purpose: KeyPurpose,
  { type, audience, subject, issuedAt, expiresAt, claims }: OwnToken,
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256", typ: type })
    .setIssuer(tokenIssuer)
    .setAudience(audience)
    .setSubject(subject)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .sign(await newestKey(secret, purpose, "mac"));
}

/** What a token must be, apart from signed by us with HS256. */
export type OwnTokenOptions = Omit<JWTVerifyOptions, "algorithms" | "issuer">;

/**
 * The claims of a token that this Worker signed under any version of its session secret, or
 * undefined when it did not, or when the token is not as `options` say.
 */
export async function verifyOwnToken(
  secret: SessionSecret,
  purpose: KeyPurpose,
  token: string,
  options: OwnTokenOptions,
): Promise<JWTPayload | undefined> {
  const pinned = { ...options, algorithms: ["HS256"], issuer: tokenIssuer };
  for (const key of await allKeys(secret, purpose, "mac")) {
    try {
      return (await jwtVerify(token, key, pinned)).payload;
    } catch (error) {
      if (error instanceof joseErrors.JWSSignatureVerificationFailed) continue;
      if (error instanceof joseErrors.JOSEError) return undefined;
      throw error;
    }
  }
  return undefined;
}
