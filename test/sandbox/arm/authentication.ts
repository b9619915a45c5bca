import type { Authentication, Caller, World } from "../world.ts";
import { type Answer, failure } from "./answer.ts";
import type { Subscription } from "./state.ts";

type Fault = Extract<Authentication, { ok: false }>;

const ALLOWED_AUDIENCES =
  "'https://management.core.windows.net/','https://management.core.windows.net','https://management.azure.com/','https://management.azure.com'";

const issuer = (tenantId: string) => `https://sts.windows.net/${tenantId}/`;

function challenge(tenantId: string, error: string, description: string): Record<string, string> {
  return {
    "www-authenticate": `Bearer authorization_uri="https://login.windows.net/${tenantId}", error="${error}", error_description="${description}"`,
  };
}

/** ARM's words for each fault of a token. */
const faults: Record<
  Fault["fault"],
  (fault: Fault, tenantId: string) => { code: string; message: string; description?: string }
> = {
  missing: () => ({
    code: "AuthenticationFailed",
    message: "Authentication failed. The 'Authorization' header is missing.",
    description: "The authentication failed because of missing 'Authorization' header.",
  }),
  malformed: () => ({
    code: "InvalidAuthenticationToken",
    message: "The access token is invalid.",
  }),
  expired: () => ({
    code: "ExpiredAuthenticationToken",
    message: "The access token expiry UTC time is earlier than current UTC time.",
  }),
  audience: ({ audience }) => ({
    code: "InvalidAuthenticationTokenAudience",
    message:
      `The access token has been obtained for wrong audience or resource '${audience ?? ""}'. ` +
      `It should exactly match with one of the allowed audiences ${ALLOWED_AUDIENCES}.`,
  }),
  revoked: () => ({
    code: "InvalidAuthenticationToken",
    message: "User session has been revoked.",
  }),
};

/**
 * The 401 for a faulty token. A request without a token on a subscription's path learns its
 * tenant from the challenge; a revoked token gets claims to send to the token endpoint.
 */
export function refuseToken(fault: Fault, subscription: Subscription | undefined): Answer {
  const tenantId = subscription?.tenantId ?? "common";
  const { code, message, description = message } = faults[fault.fault](fault, tenantId);
  const headers = fault.claims
    ? {
        "www-authenticate": `Bearer authorization_uri="https://login.windows.net/", error="invalid_token", error_description="User session has been revoked", claims="${fault.claims}"`,
      }
    : challenge(tenantId, "invalid_token", description);
  return failure(401, code, message, { headers });
}

/** The 401 for a good token of another tenant than the subscription's. */
export function refuseTenant(caller: Caller, subscription: Subscription): Answer {
  const authority = `https://login.windows.net/${subscription.tenantId}`;
  return failure(
    401,
    "InvalidAuthenticationTokenTenant",
    `The access token is from the wrong issuer '${issuer(caller.tenantId)}'. ` +
      `It must match the tenant '${issuer(subscription.tenantId)}' associated with this subscription. ` +
      `Please use the authority (URL) '${authority}' to get the token. ` +
      "Note, if the subscription is transferred to another tenant there is no impact to the services, " +
      "but information about new tenant could take time to propagate (up to an hour). " +
      "If you just transferred your subscription and see this error message, please try back later.",
    {
      headers: challenge(
        subscription.tenantId,
        "invalid_token",
        "The access token is from the wrong issuer. It must match the tenant associated with this subscription. Please use correct authority to get the token.",
      ),
    },
  );
}

/** Who calls, or the 401. */
export async function authenticate(
  world: World,
  request: Request,
  subscription: Subscription | undefined,
): Promise<{ caller: Caller } | { refusal: Answer }> {
  const authentication = await world.authenticate(request, "arm");
  return authentication.ok
    ? { caller: authentication.caller }
    : { refusal: refuseToken(authentication, subscription) };
}
