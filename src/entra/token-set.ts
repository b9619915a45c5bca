import * as oauth from "oauth4webapi";
import { wholeNumber } from "../http/whole-number.ts";
import { err, ok } from "../contract/result.ts";
import type { Result } from "../contract/result.ts";
import { parseJsonObject } from "../http/json.ts";
import type { Answer } from "./deadline.ts";
import { requestIdOf } from "./errors.ts";
import { homeAccountIn } from "./home-account.ts";
import type { IdTokenIdentity } from "./id-token.ts";
import { oidcScopes } from "./resource.ts";
import { defined } from "../contract/defined.ts";

/** What the token endpoint gave. */
export interface TokenSet {
  accessToken: string;
  /** Whole, from 1 to 28 h. */
  expiresInSeconds: number;
  /** When Entra wants the token renewed, though it lives longer. Whole, less than the lifetime. */
  refreshInSeconds?: number;
  /** Granted, as Entra wrote them; those asked for when it did not say. */
  scopes: readonly string[];
  /** Absent: the one used stays the newest. */
  refreshToken?: string;
  /** Where the account lives, if that was asked. */
  homeAccount?: string;
  idToken?: IdTokenIdentity;
  requestId?: string;
}

/** A lifetime nobody stated: short enough to be wrong about cheaply. */
const unstatedLifetimeSeconds = 300;
/** Tokens of continuous access evaluation live the longest, up to 28 h. */
const longestLifetimeSeconds = 28 * 3_600;

/** A token goes into a header or a form as it is. Entra's have up to 8 KB, and no spaces. */
const tokenPattern = /^[\x21-\x7e]{1,16384}$/;
/** RFC 6749 §3.3. */
const scopePattern = /^[\x21\x23-\x5b\x5d-\x7e]{1,512}$/;
/** A token names what was consented; hundreds are a mistake. */
const mostScopes = 500;

export interface TokenSetTerms {
  /** What was asked for, if the answer does not say what was granted. */
  asked: readonly string[];
  /** No older refresh token is there to go on with. */
  needsRefreshToken?: boolean;
}

/**
 * Reads a successful answer property by property. The id_token is not looked at here.
 *
 * An answer without a usable bearer token, with a lifetime that is none, or with an `error` beside
 * its tokens is refused. What only helps (`scope`, `refresh_in`, a refresh token beside an older one)
 * counts as absent when its type is wrong.
 */
export async function readTokenSet(
  server: oauth.AuthorizationServer,
  client: oauth.Client,
  answer: Answer,
  terms: TokenSetTerms,
): Promise<Result<TokenSet, "invalid_response">> {
  const body = parseJsonObject(answer.text);
  if (body === undefined || (body["error"] ?? null) !== null) return err("invalid_response");
  const lifetime = lifetimeIn(body);
  const refreshToken = refreshTokenIn(body, terms);
  const accessToken = await bearerTokenIn(server, client, body);
  if (lifetime === undefined || refreshToken === "unusable" || accessToken === undefined) {
    return err("invalid_response");
  }
  const scopes = scopesIn(body["scope"], terms.asked);
  const refreshIn = wholeNumber(body["refresh_in"], {
    least: 1,
    most: Number.MAX_SAFE_INTEGER,
    round: "down",
  });
  const requestId = requestIdOf(answer.headers.get("x-ms-request-id"));
  const homeAccount = homeAccountIn(body["client_info"]);
  return ok({
    accessToken,
    expiresInSeconds: lifetime,
    scopes: scopes.length > 0 ? scopes : [...terms.asked],
    ...(refreshIn !== undefined && refreshIn < lifetime && { refreshInSeconds: refreshIn }),
    ...defined({ refreshToken, homeAccount, requestId }),
  });
}

type Body = Readonly<Record<string, unknown>>;

/** Entra's numbers may be strings. */
function lifetimeIn({ expires_in: expiresIn }: Body): number | undefined {
  if (expiresIn === undefined) return unstatedLifetimeSeconds;
  return wholeNumber(expiresIn, { least: 1, most: longestLifetimeSeconds, round: "down" });
}

function refreshTokenIn(
  { refresh_token: token }: Body,
  { needsRefreshToken = false }: TokenSetTerms,
): string | undefined | "unusable" {
  if (typeof token === "string") return tokenPattern.test(token) ? token : "unusable";
  return (token ?? null) !== null && needsRefreshToken ? "unusable" : undefined;
}

/**
 * The scopes that an answer names. `.default` is answered by all that was consented to. Where permissions
 * were asked for by name, as of a personal account, no other was granted: one that was kept would be
 * asked for at the next refresh, and refused with it.
 */
function scopesIn(scope: unknown, asked: readonly string[]): string[] {
  const names = typeof scope === "string" ? scope.split(/\s+/, mostScopes) : [];
  const readable = names.filter((name) => scopePattern.test(name));
  const permissions = new Set([...asked, ...oidcScopes].map(permissionOf));
  return permissions.has(".default")
    ? readable
    : readable.filter((name) => permissions.has(permissionOf(name)));
}

/** The scopes of one request are of one resource, which Entra names or leaves out. */
const permissionOf = (scope: string): string =>
  scope.slice(scope.lastIndexOf("/") + 1).toLowerCase();

/** The access token of an answer that is one of RFC 6749 §5.1 and says that it is a bearer token. */
async function bearerTokenIn(
  server: oauth.AuthorizationServer,
  client: oauth.Client,
  { access_token: token, token_type: type }: Body,
): Promise<string | undefined> {
  if (typeof token !== "string" || !tokenPattern.test(token)) return undefined;
  const message = {
    access_token: token,
    token_type: typeof type === "string" ? type.trim() : type,
  };
  try {
    const tokens = await oauth.processGenericTokenEndpointResponse(
      server,
      client,
      Response.json(message),
    );
    return tokens.token_type === "bearer" ? tokens.access_token : undefined;
  } catch {
    // The library's errors hold the token in their cause: nothing of them may go further.
    return undefined;
  }
}
