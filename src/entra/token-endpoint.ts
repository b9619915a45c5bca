import * as oauth from "oauth4webapi";
import { err, ok } from "../contract/result.ts";
import type { Result } from "../contract/result.ts";
import { mergeClaims } from "./claims.ts";
import type { Cloud } from "./cloud.ts";
import type { Credential } from "./credential.ts";
import { parseJsonObject } from "../http/json.ts";
import type { Answer } from "./deadline.ts";
import { verifyIdToken } from "./id-token.ts";
import { TokenExchange } from "./token-exchange.ts";
import type { Sender } from "./token-exchange.ts";
import { ownFailure, redirectFailure } from "./token-failure.ts";
import type { TokenFailure } from "./token-failure.ts";
import { readTokenSet } from "./token-set.ts";
import type { TokenSet } from "./token-set.ts";

export type { TokenFailure } from "./token-failure.ts";
export type { TokenSet } from "./token-set.ts";

interface TokenRequest extends Pick<Sender, "requestId"> {
  /** The authority's path segment: a tenant id, or what a sign-in was started with. */
  tenant: string;
  /** Of ONE resource. */
  scopes: readonly string[];
  /** A claims challenge to answer, JSON; our capability is always added. */
  claims?: string | undefined;
}

export interface CodeRedemption extends TokenRequest {
  /** A tenant id, `organizations` (no personal account) or `consumers` (only those); default any. */
  expectedTenant?: string | undefined;
  /** The callback's parameters, as they came. */
  response: URLSearchParams;
  /** The state this sign-in was started with. */
  state: string;
  redirectUri: string;
  codeVerifier: string;
  nonce: string;
  /** Nothing is wanted but who signed in: no refresh token is asked for. */
  identityOnly?: true;
}

export interface TokenRefresh extends TokenRequest, Sender {
  refreshToken: string;
}

/** Entra's token endpoint. Each method is one exchange; a refusal is a value, never a throw. */
export interface TokenEndpoint {
  /**
   * Redeems an authorization code. `openid profile` are always asked for, `offline_access` unless
   * nothing but the identity is wanted; the id_token is verified in full; `homeAccount` says where the account lives.
   */
  redeemCode(redemption: CodeRedemption): Promise<Result<TokenSet, TokenFailure>>;
  /**
   * Renews with a refresh token. `offline_access` is always asked for. Only a refresh that asks for
   * `openid` has an identity in its answer, which is verified in full, and a `homeAccount`.
   */
  refresh(refresh: TokenRefresh): Promise<Result<TokenSet, TokenFailure>>;
  /** A token of the app itself; `tenant` is a tenant id, `scopes` one `{resource}/.default`. */
  clientCredentials(request: TokenRequest): Promise<Result<TokenSet, TokenFailure>>;
}

export interface TokenEndpointOptions {
  cloud: Cloud;
  clientId: string;
  /** At least one. Tried in order when Entra refuses one; the one that works is remembered. */
  credentials: readonly Credential[];
  fetch: typeof globalThis.fetch;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** For one exchange, body included; default 15 s. */
  timeoutMs?: number;
  /** Makes GUIDs; default `crypto.randomUUID`. */
  newRequestId?: () => string;
}

/** How far the clocks of Entra and ours may be apart. */
const clockToleranceSeconds = 300;

export function createTokenEndpoint(options: TokenEndpointOptions): TokenEndpoint {
  const { cloud, clientId, now, timeoutMs = 15_000 } = options;
  const { newRequestId = () => crypto.randomUUID() } = options;
  // A method of the global scope loses its receiver when called as a member of `options`.
  const fetch = (request: Request): Promise<Response> => (0, options.fetch)(request);
  const exchange = new TokenExchange({
    cloud,
    credentials: options.credentials,
    fetch,
    now,
    timeoutMs,
    newRequestId,
  });

  const clientOf = (): oauth.Client => ({
    client_id: clientId,
    [oauth.clockSkew]: Math.round((now() - Date.now()) / 1000),
    [oauth.clockTolerance]: clockToleranceSeconds,
  });

  /** The tokens with the identity that their answer proves. */
  async function identified(
    tokens: TokenSet,
    check: { answer: Answer; nonce?: string; expectedTenant?: string | undefined },
  ): Promise<Result<TokenSet, TokenFailure>> {
    const { answer, ...expectations } = check;
    const verified = await verifyIdToken({
      ...expectations,
      // Only what the check is about: a property beside it may be of any shape.
      body: {
        access_token: tokens.accessToken,
        token_type: "bearer",
        id_token: parseJsonObject(answer.text)?.["id_token"],
      },
      client: clientOf(),
      cloud,
      fetch,
      now,
      timeoutMs,
    });
    return verified.ok
      ? ok({ ...tokens, idToken: verified.value })
      : err(ownFailure(verified.error, answer));
  }

  return {
    async redeemCode(redemption) {
      const { tenant, claims, nonce, expectedTenant } = redemption;
      const scopes = withScopes(redemption.scopes, [
        "openid",
        "profile",
        ...(redemption.identityOnly ? [] : ["offline_access"]),
      ]);
      const server = serverOf(cloud, tenant);
      const client = clientOf();
      const callback = validCallback(server, client, redemption);
      if (!callback.ok) return callback;
      const answer = await exchange.send({ ...redemption, server }, (authentication, post) =>
        oauth.authorizationCodeGrantRequest(
          server,
          client,
          authentication,
          callback.value,
          redemption.redirectUri,
          redemption.codeVerifier,
          { ...post, additionalParameters: { ...parametersOf(scopes, claims), ...clientInfo } },
        ),
      );
      if (!answer.ok) return answer;
      const tokens = await readTokenSet(server, client, answer.value, {
        asked: redemption.scopes,
        needsRefreshToken: redemption.identityOnly !== true,
      });
      if (!tokens.ok) return err(ownFailure(tokens.error, answer.value));
      return identified(tokens.value, { answer: answer.value, nonce, expectedTenant });
    },

    async refresh({ tenant, refreshToken, scopes, claims, ...sender }) {
      const server = serverOf(cloud, tenant);
      const client = clientOf();
      const asked = withScopes(scopes, ["offline_access"]);
      const identifies = scopes.includes("openid");
      const answer = await exchange.send({ ...sender, tenant, server }, (authentication, post) =>
        oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken, {
          ...post,
          additionalParameters: {
            ...parametersOf(asked, claims),
            ...(identifies && clientInfo),
          },
        }),
      );
      if (!answer.ok) return answer;
      const tokens = await readTokenSet(server, client, answer.value, { asked: scopes });
      if (!tokens.ok) return err(ownFailure(tokens.error, answer.value));
      return identifies ? identified(tokens.value, { answer: answer.value }) : tokens;
    },

    async clientCredentials({ tenant, scopes, claims, ...sender }) {
      const server = serverOf(cloud, tenant);
      const client = clientOf();
      const answer = await exchange.send({ ...sender, tenant, server }, (authentication, post) =>
        oauth.clientCredentialsGrantRequest(
          server,
          client,
          authentication,
          parametersOf(scopes, claims),
          post,
        ),
      );
      if (!answer.ok) return answer;
      const tokens = await readTokenSet(server, client, answer.value, { asked: scopes });
      return tokens.ok ? tokens : err(ownFailure(tokens.error, answer.value));
    },
  };
}

/** Not discovered: the issuer in the document of `common` holds a literal `{tenantid}`. */
function serverOf(cloud: Cloud, tenant: string): oauth.AuthorizationServer {
  const authority = `${cloud.authorityHost}/${encodeURIComponent(tenant)}`;
  return { issuer: `${authority}/v2.0`, token_endpoint: `${authority}/oauth2/v2.0/token` };
}

/** Asks for the home of the account besides its tokens. */
const clientInfo = { client_info: "1" };

const parametersOf = (scopes: readonly string[], claims: string | undefined) => ({
  scope: scopes.join(" "),
  claims: mergeClaims(claims),
});

const withScopes = (scopes: readonly string[], required: readonly string[]): string[] => [
  ...new Set([...scopes, ...required]),
];

const callbackParameters = new Set([
  "code",
  "state",
  "error",
  "error_description",
  "error_subcode",
]);

/** Only what this flow knows: an `iss` or `session_state` beside it proves nothing more here. */
function validCallback(
  server: oauth.AuthorizationServer,
  client: oauth.Client,
  { response, state }: CodeRedemption,
): Result<URLSearchParams, TokenFailure> {
  const parameters = new URLSearchParams(
    [...response].filter(([name]) => callbackParameters.has(name)),
  );
  try {
    const valid = oauth.validateAuthResponse(server, client, parameters, state);
    const [code, ...others] = valid.getAll("code");
    return code && others.length === 0 ? ok(valid) : err(ownFailure("invalid_callback"));
  } catch (cause) {
    return err(
      cause instanceof oauth.AuthorizationResponseError
        ? redirectFailure(parameters)
        : ownFailure("invalid_callback"),
    );
  }
}
