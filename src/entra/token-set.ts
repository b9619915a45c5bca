import * as oauth from "oauth4webapi";
import { err, ok } from "../result.ts";
import type { Result } from "../result.ts";
import { parseJsonObject } from "./deadline.ts";
import type { Answer } from "./deadline.ts";
import { requestIdOf } from "./errors.ts";
import type { IdTokenIdentity } from "./id-token.ts";

/** What the token endpoint gave. */
export interface TokenSet {
  accessToken: string;
  expiresInSeconds: number;
  /** When Entra wants the token renewed, though it lives longer. */
  refreshInSeconds?: number;
  /** Granted, as Entra wrote them; those asked for when it did not say. */
  scopes: readonly string[];
  /** Absent: the one used stays the newest. */
  refreshToken?: string;
  idToken?: IdTokenIdentity;
  requestId?: string;
}

/** A lifetime nobody stated: short enough to be wrong about cheaply. */
const unstatedLifetimeSeconds = 300;

/** Reads a successful answer. The id_token is not looked at here. */
export async function readTokenSet(
  server: oauth.AuthorizationServer,
  client: oauth.Client,
  answer: Answer,
  asked: readonly string[],
): Promise<Result<TokenSet, "invalid_response">> {
  const body = parseJsonObject(answer.text);
  if (body === undefined) return err("invalid_response");
  const { id_token: _verifiedApart, ...message } = body;
  try {
    const tokens = await oauth.processGenericTokenEndpointResponse(
      server,
      client,
      Response.json(message),
    );
    if (tokens.token_type !== "bearer") return err("invalid_response");
    const scopes = tokens.scope?.split(" ").filter((scope) => scope !== "") ?? [];
    const refreshIn = positiveSeconds(tokens["refresh_in"]);
    const requestId = requestIdOf(answer.headers.get("x-ms-request-id"));
    return ok({
      accessToken: tokens.access_token,
      expiresInSeconds: tokens.expires_in ?? unstatedLifetimeSeconds,
      scopes: scopes.length > 0 ? scopes : [...asked],
      ...(refreshIn !== undefined && { refreshInSeconds: refreshIn }),
      ...(tokens.refresh_token !== undefined && { refreshToken: tokens.refresh_token }),
      ...(requestId !== undefined && { requestId }),
    });
  } catch {
    // The library's errors hold the tokens in their cause: nothing of them may go further.
    return err("invalid_response");
  }
}

/** Entra's numbers may be strings. */
function positiveSeconds(value: unknown): number | undefined {
  const seconds = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof seconds === "number" && seconds > 0 && Number.isFinite(seconds)
    ? seconds
    : undefined;
}
