import type { AccessToken, AccessTokenRequest, Outcome } from "../contract/connection-rpc.ts";
import { AzureError, causedBy, failure } from "../contract/errors.ts";
import { orThrow } from "../contract/or-throw.ts";
import { thrownFailure } from "../http/own-error.ts";
import { requestOf } from "./catalogue.ts";
import { resourceOfScopes } from "./sdk-scope.ts";
import { type ServiceOptions, WorkerRequests } from "./requests.ts";
import { connectionPath, type Who } from "./who.ts";
import { defined } from "../contract/defined.ts";

/** What `getToken` of the Azure SDKs takes; other fields of theirs are ignored. */
export interface GetTokenOptions {
  /** GUID: a guest's other tenant. Default: the connection's own. */
  tenantId?: string | undefined;
  /** The resource refused the last token and says what the next one must hold (CAE). */
  claims?: string | undefined;
  abortSignal?: { readonly aborted: boolean } | undefined;
}

/** What the Azure SDKs expect in return. */
export interface SdkAccessToken {
  token: string;
  /** Milliseconds since the epoch. */
  expiresOnTimestamp: number;
  /** Milliseconds since the epoch; absent when that time is past already. */
  refreshAfterTimestamp?: number;
  tokenType: "Bearer";
}

/** A connection's stub, or `azure(env.AZURE, who)`. */
export interface AccessTokenSource {
  accessToken(request: AccessTokenRequest): PromiseLike<Outcome<AccessToken>>;
}

/** The HTTP API: an API key with `tokens:read`. */
export type HttpTokenSource = Omit<ServiceOptions, "token"> & { apiKey: string } & Who;

/** What can be replaced in tests. */
export interface CredentialOptions {
  /** Milliseconds since the epoch. */
  now?: () => number;
}

// The SDKs ask again 120 s before a token expires: one that has less left would be asked for at
// every request.
const minValiditySeconds = 150;
const refreshAheadMs = 300_000;

type ReadToken = (request: AccessTokenRequest, signal?: AbortSignal) => Promise<AccessToken>;

/**
 * The Azure SDK's `TokenCredential` over a connection, so that every `@azure/*` client works as the
 * user:
 *
 * ```ts
 * const ada = new AzureConnectionCredential(azure(env.AZURE, { userId: "ada" }));
 * const secrets = new SecretClient("https://contoso.vault.azure.net", ada);
 * ```
 */
export class AzureConnectionCredential {
  readonly #read: ReadToken;
  readonly #now: () => number;
  /** Generation of the last token handed out, by resource and tenant. */
  readonly #generations = new Map<string, number>();

  constructor(source: AccessTokenSource | HttpTokenSource, options: CredentialOptions = {}) {
    this.#read = isHttp(source) ? readByHttp(source) : readByStub(source);
    this.#now = options.now ?? Date.now;
  }

  /**
   * @param scopes of one resource: `https://vault.azure.net/.default`.
   * @throws AzureError: `invalid_request` for scopes of none or several resources, otherwise what
   * the connection says (`action_required` with its remedy…).
   */
  async getToken(
    scopes: string | readonly string[],
    { tenantId, claims, abortSignal }: GetTokenOptions = {},
  ): Promise<SdkAccessToken> {
    const resource = orThrow(resourceOfScopes(scopes));
    const key = `${resource} ${tenantId ?? ""}`;
    // With claims the resource refused a token: the one of this generation must not come again.
    const refused = claims === undefined ? undefined : this.#generations.get(key);
    const { token, expires_at, generation } = await this.#read(
      {
        resource,
        minValiditySeconds,
        ...defined({ tenantId, staleGeneration: refused }),
      },
      abortSignal instanceof AbortSignal ? abortSignal : undefined,
    );
    this.#generations.set(key, generation);
    const expiresOnTimestamp = Date.parse(expires_at);
    const refreshAfterTimestamp = expiresOnTimestamp - refreshAheadMs;
    return {
      token,
      expiresOnTimestamp,
      ...(refreshAfterTimestamp > this.#now() && { refreshAfterTimestamp }),
      tokenType: "Bearer",
    };
  }
}

// A stub has a member for every name, so the type of the member decides.
const isHttp = (source: AccessTokenSource | HttpTokenSource): source is HttpTokenSource =>
  "baseUrl" in source && typeof source.baseUrl === "string";

const lost = () => failure("upstream_unavailable", "The connection could not be reached.");

const readByStub =
  (source: AccessTokenSource): ReadToken =>
  async (request) => {
    try {
      return orThrow(await source.accessToken(request));
    } catch (error) {
      if (error instanceof AzureError) throw error;
      throw new AzureError(causedBy(error, thrownFailure(error) ?? lost()));
    }
  };

function readByHttp(source: HttpTokenSource): ReadToken {
  const requests = new WorkerRequests(source);
  const path = connectionPath(source);
  return async ({ minValiditySeconds: minValidity, ...request }, signal) => {
    const call = requestOf("GET {connection}/token", { ...request, minValidity }, [], path);
    return (await requests.send<AccessToken>({ ...call, signal })).data;
  };
}
