import { errors as joseErrors, jwtVerify, type JWTPayload } from "jose";
import type { SigningKey } from "./signing-keys.ts";

/** What a token must be, apart from signed, and not over. */
export interface SignedClaimsOptions {
  /** Of several, any. */
  issuer: string | string[];
  audience: string;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Seconds by which clocks may differ; default 0. */
  clockTolerance?: number;
}

/** The claims of a token that a published key signed with RS256; undefined when it is not as asked. */
export async function signedClaims(
  token: string,
  key: SigningKey,
  { now, ...options }: SignedClaimsOptions,
): Promise<JWTPayload | undefined> {
  const pinned = { algorithms: ["RS256"], requiredClaims: ["exp"], currentDate: new Date(now()) };
  try {
    return (await jwtVerify(token, { ...key, alg: "RS256" }, { ...options, ...pinned })).payload;
  } catch (error) {
    if (error instanceof joseErrors.JOSEError) return undefined;
    throw error;
  }
}
