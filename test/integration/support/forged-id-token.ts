import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from "jose";
import type { CryptoKey, JWTPayload } from "jose";

/** A key that is not Microsoft's, unless a test publishes it as such. */
export class ForgingKey {
  readonly kid = `forged-${crypto.randomUUID()}`;
  readonly #pair = generateKeyPair("RS256", { extractable: true });

  async jwk(issuer?: string): Promise<Record<string, unknown>> {
    const { publicKey } = await this.#pair;
    const jwk = await exportJWK(publicKey);
    return { ...jwk, kid: this.kid, use: "sig", ...(issuer !== undefined && { issuer }) };
  }

  /** A copy of an id_token with other claims, signed by this key. */
  async forge(
    idToken: unknown,
    claims: JWTPayload,
    header: { kid?: string; alg?: string } = {},
  ): Promise<string> {
    const { privateKey } = await this.#pair;
    return new SignJWT({ ...decodeJwt(String(idToken)), ...claims })
      .setProtectedHeader({ typ: "JWT", alg: "RS256", kid: this.kid, ...header })
      .sign(privateKey as CryptoKey);
  }
}
