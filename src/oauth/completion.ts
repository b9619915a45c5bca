import { defined } from "../contract/defined.ts";
import type { AuthRequest, OAuthHelpers } from "./authorization-server.ts";
import { clientDescription } from "./client-description.ts";
import type { GrantMetadata } from "./user-grants.ts";
import type { HostUser } from "./host-sign-in.ts";
import type { GrantProps } from "./mcp-token.ts";

/**
 * Gives the client a grant, and a code for it.
 *
 * @param request with the scopes that were consented to
 * @returns where the browser goes: the client's redirect URI with the code
 */
export async function completeSignIn(
  api: OAuthHelpers,
  request: AuthRequest,
  { userId, label }: HostUser,
): Promise<string> {
  const { name, domain, redirectHost } = clientDescription(await api.describeConsent(request));
  const metadata: GrantMetadata = {
    client_name: name,
    redirect_host: redirectHost,
    ...defined({ client_domain: domain, label }),
  };
  const props: GrantProps = { userId, ...defined({ label }) };
  const { redirectTo } = await api.completeAuthorization({
    request,
    userId,
    metadata,
    scope: request.scope,
    props,
  });
  return redirectTo;
}
