import * as z from "zod";
import { userScopesIn, type Caller } from "../callers/caller.ts";
import { looksLikeMcpToken } from "../callers/mcp-token-form.ts";
import type { Config } from "../config/config.ts";
import { labelSchema, userIdSchema } from "../contract/connection-id.ts";
import { defined } from "../contract/defined.ts";
import type { Scope } from "../contract/scope.ts";
import type { Environment } from "../platform/env.ts";
import { mcpResource, oauthOf, oauthPaths } from "./authorization-server.ts";
import { baselineScopes } from "./mcp-scopes.ts";

/** All that a grant says of its user: never anything of Microsoft's. */
export const propsSchema = z.object({ userId: userIdSchema, label: labelSchema.optional() });
export type GrantProps = z.infer<typeof propsSchema>;

/** Who calls with an MCP token. */
export interface McpTokenCaller {
  caller: Caller;
  /** The account of the user that the client was given; absent: the first. */
  label?: string;
  clientId: string;
}

/**
 * The caller of a token that our authorization server gave for `/mcp`.
 *
 * @param now milliseconds since the epoch
 * @returns undefined for a token that was never given, was revoked, is over or is for another resource;
 *   nothing is written then
 * @throws AzureError where the grants cannot be asked
 */
export async function callerOfMcpToken(
  { env, config, now }: { env: Environment; config: Config; now: () => number },
  token: string,
): Promise<McpTokenCaller | undefined> {
  if (config.mcpSignIn === undefined || !looksLikeMcpToken(token)) return undefined;
  const valid = await oauthOf(env, config, now).validate(token);
  const props = propsSchema.safeParse(valid?.props);
  if (valid === null || !props.success || props.data.userId !== valid.userId) return undefined;
  const { userId, label } = props.data;
  return {
    caller: {
      kind: "mcp",
      id: userId,
      userId,
      scopes: userScopesIn(valid.scope),
      expiresAt: valid.expiresAt * 1_000,
    },
    clientId: valid.clientId,
    ...defined({ label }),
  };
}

/** Why a request of a client was refused, as its `WWW-Authenticate` says it. */
export interface ChallengeReason {
  error?: "invalid_token" | "insufficient_scope";
  /** What the client has to ask for; default the baseline. */
  scopes?: readonly Scope[];
}

/**
 * The `WWW-Authenticate` of a refusal at `/mcp` (RFC 6750 §3, RFC 9728 §5.1).
 *
 * @returns `Bearer` alone where no authorization server is
 */
export function bearerChallenge(
  config: Pick<Config, "publicOrigin" | "mcpSignIn">,
  { error, scopes = baselineScopes }: ChallengeReason = {},
): string {
  const reason = error === undefined ? [] : [`error="${error}"`];
  const places =
    config.mcpSignIn === undefined
      ? []
      : [`scope="${scopes.join(" ")}"`, `resource_metadata="${resourceMetadataUrl(config)}"`];
  const parts = [...reason, ...places];
  return parts.length === 0 ? "Bearer" : `Bearer ${parts.join(", ")}`;
}

/** Where the metadata of `/mcp` are (RFC 9728 §3.1). */
export const resourceMetadataUrl = (config: Pick<Config, "publicOrigin">): string =>
  `${config.publicOrigin}${oauthPaths.resourceMetadata}/mcp`;

/** The metadata of `/mcp`. */
export const resourceMetadata = (config: Pick<Config, "publicOrigin">) => ({
  resource: mcpResource(config),
  authorization_servers: [config.publicOrigin],
  scopes_supported: [...baselineScopes],
  bearer_methods_supported: ["header"],
  resource_name: "Azure Integration Worker",
});
