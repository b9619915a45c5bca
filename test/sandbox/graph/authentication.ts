import type { MiddlewareHandler } from "hono";
import type { TokenFault, World } from "../world.ts";
import { GraphError } from "./graph-error.ts";
import type { GraphEnvironment } from "./environment.ts";

const CLIENT = 'client_id="00000003-0000-0000-c000-000000000000"';
const AUTHORITY = "https://login.microsoftonline.com/common/oauth2/authorize";
const PLAIN_CHALLENGE = `Bearer realm="", authorization_uri="${AUTHORITY}", ${CLIENT}`;

const REVOKED =
  "Continuous access evaluation resulted in claims challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp";

/** authorization_uri comes unquoted here, as Graph really sends it; parsers trip over that. */
const claimsChallenge = (claims: string) =>
  `Bearer realm="", authorization_uri=${AUTHORITY}, ${CLIENT}, error="insufficient_claims", claims="${claims}", ` +
  `errorDescription="${REVOKED}, timestamp is in the past"`;

const messages: Record<TokenFault, string> = {
  missing: "Access token is empty.",
  malformed:
    "IDX14100: JWT is not well formed, there are no dots (.).\nThe token needs to be in JWS or JWE Compact Serialization Format.",
  expired: "Lifetime validation failed, the token is expired.",
  audience: "Access token validation failure. Invalid audience.",
  revoked: REVOKED,
};

/** Lets in who holds a valid Graph token; everybody else gets Graph's 401. */
export function requireToken(world: World): MiddlewareHandler<GraphEnvironment> {
  return async (c, next) => {
    const outcome = await world.authenticate(c.req.raw, "graph");
    if (!outcome.ok) {
      const challenge =
        outcome.claims === undefined ? PLAIN_CHALLENGE : claimsChallenge(outcome.claims);
      throw new GraphError(401, "InvalidAuthenticationToken", messages[outcome.fault], {
        headers: { "www-authenticate": challenge },
      });
    }
    c.set("caller", outcome.caller);
    await next();
  };
}
