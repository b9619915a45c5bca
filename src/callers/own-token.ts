import { errors as joseErrors, jwtVerify, type JWTPayload, type JWTVerifyOptions } from "jose";
import { allKeys, type KeyPurpose, type SessionSecret } from "../platform/keys.ts";

/** The issuer of every token that this Worker signs. */
export const tokenIssuer = "azure-integration-worker";

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
