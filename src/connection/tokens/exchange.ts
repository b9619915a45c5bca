import type { Failure } from "../../contract/errors.ts";
import type { Result } from "../../contract/result.ts";
import type { AppTokenFacts } from "../../entra/app-token.ts";
import type { TokenFailure, TokenSet } from "../../entra/token-endpoint.ts";
import type { Grant, GrantKind } from "../tables/grant-store.ts";
import type { CipherFault } from "../tables/token-cipher.ts";
import type { ResourceKey } from "./token-cache.ts";

/** What a token request says beyond the grant and the resource. */
export interface ExchangeRequest {
  /** A claims challenge, JSON. */
  claims: string | undefined;
  /** A GUID: of the request it is made for, or its own. */
  requestId: string;
}

/** The tokens of an answer. */
export interface ExchangedTokens extends TokenSet {
  /** Of a token of the application: what it says, where it can be read. */
  app?: AppTokenFacts | undefined;
}

/** A token request that can be sent. */
export interface PreparedExchange {
  /** @returns the tokens; `refreshToken` is there where one is to be stored */
  send(request: ExchangeRequest): Promise<Result<ExchangedTokens, TokenFailure>>;
}

/** Why a grant gives no token request. */
export type ExchangeFault =
  | { kind: "refused"; failure: Failure }
  /** What the grant holds does not decrypt. */
  | { kind: "unreadable"; fault: CipherFault };

/** How an access token is got by a grant. */
export interface TokenExchange {
  /** @param grant as it is now: what is sent is not affected by later changes */
  prepare(key: ResourceKey, grant: Grant): Promise<Result<PreparedExchange, ExchangeFault>>;
}

/** One way for each kind of grant. */
export type TokenExchanges = Readonly<Record<GrantKind, TokenExchange>>;
