import { decodeJwt } from "jose";
import type { TokenSetSeen } from "./microsoft.ts";

export interface AccessTokenSeen {
  /** Place among all answers of Entra's. */
  ordinal: number;
  audience: string;
  tenantId: string;
  /** Sign-in name. */
  user: string;
  /** Milliseconds. */
  expiresAt: number;
  /** A refresh token came with it. */
  renewsGrant: boolean;
}

export interface RefreshTokenSeen {
  ordinal: number;
  /** The sign-in it goes back to. */
  root: number;
}

/** Every token that Entra gave out in a schedule, in the order of its answers. */
export class TokenLedger {
  readonly #access = new Map<string, AccessTokenSeen>();
  readonly #refresh = new Map<string, RefreshTokenSeen>();
  readonly #generations = new Map<string, number>();
  #ordinal = 0;
  #roots = 0;

  issued({ redeemed, accessToken, refreshToken, isOdd = false }: TokenSetSeen): void {
    this.#ordinal += 1;
    const claims = decodeJwt(accessToken);
    this.#access.set(accessToken, {
      ordinal: this.#ordinal,
      audience: String(claims.aud),
      tenantId: String(claims["tid"]),
      user: String(claims["unique_name"]),
      // Nobody can know better than the answer says.
      expiresAt: isOdd ? Infinity : Number(claims.exp) * 1_000,
      renewsGrant: refreshToken !== undefined && !isOdd,
    });
    if (refreshToken === undefined) return;
    const parent = this.#refresh.get(redeemed);
    if (parent === undefined) this.#roots += 1;
    this.#refresh.set(refreshToken, {
      ordinal: this.#ordinal,
      root: parent?.root ?? this.#roots,
    });
  }

  /** The generation under which the connection keeps an access token. */
  stored(token: string, generation: number): void {
    this.#generations.set(token, generation);
  }

  access = (token: string): AccessTokenSeen | undefined => this.#access.get(token);
  refresh = (token: string): RefreshTokenSeen | undefined => this.#refresh.get(token);
  generation = (token: string): number | undefined => this.#generations.get(token);
}
