import { CONTOSO_TENANT, FABRIKAM_TENANT } from "../constants.ts";
import type { Caller, TokenFault, World } from "../world.ts";
import { type Answer, failure } from "./answer.ts";

/** Bearer tokens came with this version; a request without a version is older still. */
const FIRST_BEARER_VERSION = "2017-11-09";

const tenantOfAccount = (account: string): string =>
  account.startsWith("fabrikam") ? FABRIKAM_TENANT : CONTOSO_TENANT;

/** Its parameters are not quoted, and are apart by a space. */
const challenge = (account: string) => ({
  "www-authenticate": `Bearer authorization_uri=https://login.microsoftonline.com/${tenantOfAccount(account)}/oauth2/authorize resource_id=https://storage.azure.com`,
});

const details: Readonly<Record<Exclude<TokenFault, "missing">, string>> = {
  malformed: "Signature validation failed.",
  expired: "Lifetime validation failed. The token is expired.",
  audience: "Audience validation failed. Audience did not match.",
  revoked: "The token was revoked.",
};

const invalid = (account: string, detail: string) =>
  failure(
    401,
    "InvalidAuthenticationInfo",
    "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.",
    { detail, headers: challenge(account) },
  );

/** Data roles, by sign-in name and account owner; the application may read what is in its tenants. */
const readers: Readonly<Record<string, string>> = {
  "ada@contoso.example": CONTOSO_TENANT,
  "alan@fabrikam.example": FABRIKAM_TENANT,
};

const mayRead = ({ kind, scopes, user }: Caller, tenantId: string) =>
  kind === "app" || (scopes.has("user_impersonation") && readers[user?.upn ?? ""] === tenantId);

/** The refusal of a caller who may not read the account's blobs; undefined for one who may. */
export async function refuseCaller(
  world: World,
  request: Request,
  account: string,
): Promise<Answer | undefined> {
  const authentication = await world.authenticate(request, "storage");
  if (!authentication.ok && authentication.fault === "missing") {
    return failure(
      401,
      "NoAuthenticationInformation",
      "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.",
      { headers: challenge(account) },
    );
  }
  if ((request.headers.get("x-ms-version") ?? "") < FIRST_BEARER_VERSION) {
    return failure(
      403,
      "AuthenticationFailed",
      "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.",
      { detail: "Authentication scheme Bearer is not supported in this version." },
    );
  }
  if (!authentication.ok) {
    const { fault } = authentication;
    return fault === "missing" ? undefined : invalid(account, details[fault]);
  }
  const tenantId = tenantOfAccount(account);
  if (authentication.caller.tenantId !== tenantId) {
    return invalid(account, "Issuer validation failed. Issuer did not match.");
  }
  return mayRead(authentication.caller, tenantId)
    ? undefined
    : failure(
        403,
        "AuthorizationPermissionMismatch",
        "This request is not authorized to perform this operation using this permission.",
      );
}
