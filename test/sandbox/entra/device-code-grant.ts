import { userByName } from "../people.ts";
import { isOver } from "./device-codes.ts";
import { failure } from "./entra-error.ts";
import { requiredField } from "./grant-request.ts";
import type { Grant } from "./grant-request.ts";
import { parseScope, userInfoScopes } from "./scope.ts";
import { readTokenScope } from "./scope-refusal.ts";
import { userTokens } from "./user-tokens.ts";

const said = (code: number, error: string, message: string) => ({
  ok: false as const,
  error: { code, error, message },
});

/**
 * grant_type=urn:ietf:params:oauth:grant-type:device_code. Fails with `authorization_pending` (70016),
 * `slow_down` for a poll before its time, which is put off by five seconds (RFC 8628 §3.5),
 * `authorization_declined`, `expired_token` (70020), `bad_verification_code` (70018), 54005
 * (redeemed before), and as a code's redemption does.
 */
export const redeemDeviceCode: Grant = async (request) => {
  const { world, form, clientId } = request;
  const text = requiredField(form, "device_code");
  if (!text.ok) return text;
  const code = world.deviceCodes.byDeviceCode(text.value);
  if (!code || code.clientId !== clientId)
    return said(70018, "bad_verification_code", "Bad verification code received from the client.");
  const now = world.now();
  if (isOver(code, now))
    return said(
      70020,
      "expired_token",
      "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
    );
  const early = code.polledAt !== undefined && now < code.polledAt + code.interval * 1000;
  code.polledAt = now;
  if (early && code.decision === undefined) {
    code.interval += 5;
    return said(70016, "slow_down", "The client polls too often. Wait longer between two polls.");
  }
  if (code.decision === undefined)
    return said(
      70016,
      "authorization_pending",
      "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
    );
  if (code.decision === "declined")
    return said(65004, "authorization_declined", "User declined to consent to access the app.");
  if (code.redeemed) return failure(54005);
  const grant = code.decision;
  const user = userByName(grant.upn);
  if (!user) return failure(70000);
  if (world.revocations.ofRefreshToken(user, grant.tick)) return failure(50173);
  const wanted = readTokenScope(code.scope, grant.tenantId);
  if (!wanted.ok) return wanted;
  const signedInFor = parseScope(grant.scope);
  if (!signedInFor.ok) return signedInFor;
  code.redeemed = true;
  return userTokens(world, {
    base: request.base,
    user,
    tenantId: grant.tenantId,
    // Of several resources Entra serves the first one named.
    asked: wanted.value.resources[0] ?? userInfoScopes(),
    openid: wanted.value.openid,
    grantedOpenid: signedInFor.value.openid,
    grant,
    claimsCapable: request.claimsCapable,
    wantsClientInfo: form.get("client_info") === "1",
  });
};
