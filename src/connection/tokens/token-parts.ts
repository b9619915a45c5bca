import type { Config } from "../../config/config.ts";
import { credentialText } from "../../entra/credential.ts";
import { createTokenEndpoint, type TokenEndpoint } from "../../entra/token-endpoint.ts";
import { sha256Hex } from "../../platform/keys.ts";
import type { ConnectionState } from "../connection-state.ts";
import type { TokenCipher } from "../tables/token-cipher.ts";
import { ClientCredentialsExchange } from "./app-only.ts";
import { DelegatedExchange } from "./delegated.ts";
import { Refresher } from "./refresher.ts";
import { TokenCache } from "./token-cache.ts";
import { TokenMint, type TokenMintOptions } from "./token-mint.ts";
import { TokenQueue } from "./token-queue.ts";

export interface TokenPartsOptions extends Pick<
  TokenMintOptions,
  "now" | "random" | "rearm" | "refreshed" | "log"
> {
  connectionId: string;
  config: Config;
  state: ConnectionState;
  cipher: TokenCipher;
  /** Asks Entra. */
  fetch: typeof fetch;
}

export interface TokenParts {
  cache: TokenCache;
  queue: TokenQueue;
  endpoint: TokenEndpoint;
  refresher: Refresher;
}

/** Puts together what holds, renews and gives out the tokens of a connection. */
export function createTokens({
  connectionId,
  config: { cloud, clientId, credentials, publicOrigin },
  state,
  cipher,
  fetch,
  now,
  random,
  rearm,
  refreshed,
  log,
}: TokenPartsOptions): TokenParts {
  const queue = new TokenQueue();
  const endpoint = createTokenEndpoint({ cloud, clientId, credentials, fetch, now });
  let credential: Promise<string> | undefined;
  const fingerprint = () =>
    (credential ??= sha256Hex([clientId, ...credentials.map(credentialText)].join("\n")));
  const cache = new TokenCache({ state, cipher, now, log });
  const mint = new TokenMint({
    connectionId,
    state,
    cache,
    cipher,
    exchanges: {
      user: new DelegatedExchange({ cipher, endpoint, cloud, now }),
      tenant: new ClientCredentialsExchange({ endpoint, cloud }),
    },
    publicOrigin,
    fingerprint,
    now,
    random,
    newRequestId: () => crypto.randomUUID(),
    rearm,
    refreshed,
    log,
  });
  const refresher = new Refresher({ state, cache, mint, queue, fingerprint, now, rearm });
  return { cache, queue, endpoint, refresher };
}
