import { pairwiseSubject } from "../subject.ts";
import { json } from "./answer.ts";
import type { GraphContext } from "./environment.ts";
import { GraphError } from "./graph-error.ts";

/**
 * GET and POST /oidc/userinfo, which Entra's discovery document names: what an id token says of the
 * user, as far as the token's OpenID scopes go. Throws 403 for a token without `openid`.
 */
export async function answerUserInfo(c: GraphContext): Promise<Response> {
  const { user, tenantId, scopes } = c.get("caller");
  if (user === undefined || !scopes.has("openid"))
    throw new GraphError(
      403,
      "Authorization_RequestDenied",
      "Insufficient privileges to complete the operation.",
    );
  return json(c, {
    sub: await pairwiseSubject(user, tenantId),
    ...(scopes.has("profile")
      ? {
          name: user.name,
          family_name: user.surname,
          given_name: user.givenName,
          picture: `${c.env.base}/v1.0/me/photo/$value`,
        }
      : {}),
    ...(scopes.has("email") && user.mail !== null ? { email: user.mail } : {}),
  });
}
