import { completeMcpSignIn, listMcpGrants, revokeMcpGrant } from "../api/mcp-grants.ts";
import { anotherUser, type Caller } from "../callers/caller.ts";
import { AzureError, failure, invalidField } from "../contract/errors.ts";
import { oauthOf } from "../oauth/authorization-server.ts";
import { continueUrl, readHostState } from "../oauth/host-sign-in.ts";
import { grantsOf, revokeGrant } from "../oauth/user-grants.ts";
import type { ServiceContext } from "./context.ts";
import { serve } from "./serve.ts";

export const mcpGrants = [
  serve(listMcpGrants, (context, { userId }) =>
    grantsOf(apiOf(context), userOf(context.caller, userId)),
  ),
  serve(revokeMcpGrant, async (context, { grantId, userId }) => {
    const revoked = await revokeGrant(apiOf(context), userOf(context.caller, userId), grantId);
    if (revoked) return { revoked: true } as const;
    throw new AzureError(failure("not_found", "There is no such grant of this user."));
  }),
  serve(completeMcpSignIn, async ({ config, caller, now }, { state, userId, label }) => {
    // A user's page must not say who its user is.
    if (caller.userId !== undefined) {
      throw new AzureError(failure("forbidden", "Only a server says who is signed in."));
    }
    const known = await readHostState(config.sessionSecret, state, now());
    if (known === undefined || config.mcpSignIn?.kind !== "host") {
      throw new AzureError(
        failure("not_found", "There is no such sign-in, or not any more.", {
          details: { field: "state" },
        }),
      );
    }
    const { url, expiresAt } = await continueUrl(config, state, { userId, label }, now());
    return { continue_url: url, expires_at: new Date(expiresAt).toISOString() };
  }),
] as const;

const apiOf = ({ env, config, now }: ServiceContext) => oauthOf(env, config, now).api;

/**
 * Whose clients are meant.
 *
 * @throws AzureError `forbidden` when a user's credential names another, `invalid_request` when a server
 *   names none
 */
function userOf({ userId: own }: Caller, named: string | undefined): string {
  const userId = named ?? own;
  if (userId === undefined) {
    throw new AzureError(invalidField("userId", "is required: whose clients are meant"));
  }
  if (own !== undefined && userId !== own) throw new AzureError(anotherUser());
  return userId;
}
