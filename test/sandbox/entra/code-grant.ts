import { base64url, sha256 } from "../encoding.ts";
import { userByName } from "../people.ts";
import type { SandboxWorld } from "../create-world.ts";
import { failure } from "./entra-error.ts";
import type { Outcome } from "./entra-error.ts";
import { requiredField } from "./grant-request.ts";
import type { Grant } from "./grant-request.ts";
import { parseScope, userInfoScopes } from "./scope.ts";
import type { ResourceScopes, ScopeRequest } from "./scope.ts";
import { readTokenScope } from "./scope-refusal.ts";
import { openCode } from "./sealed-grant.ts";
import type { AuthorizationCode } from "./sealed-grant.ts";
import { userTokens } from "./user-tokens.ts";

export const codeLifetime = 10 * 60 * 1000;

/** RFC 7636 §4.6: a challenge demands its verifier, and a verifier a challenge. */
async function checkVerifier(
  code: AuthorizationCode,
  verifier: string | null,
): Promise<Outcome<undefined>> {
  if (code.challenge === undefined) {
    return verifier ? failure(501481) : { ok: true, value: undefined };
  }
  if (!verifier) return failure(50147);
  const answer = code.challengeMethod === "S256" ? base64url(await sha256(verifier)) : verifier;
  return answer === code.challenge ? { ok: true, value: undefined } : failure(501481);
}

/** Marks the code used; false when it was before. No await in between: two may come at once. */
function consume(world: SandboxWorld, code: AuthorizationCode): boolean {
  const { state } = world;
  const now = world.now();
  if (state.redeemedCodes.some((redeemed) => redeemed.id === code.id)) return false;
  state.redeemedCodes = state.redeemedCodes.filter((redeemed) => redeemed.expiresAt > now);
  state.redeemedCodes.push({ id: code.id, expiresAt: code.issuedAt + codeLifetime });
  world.save();
  return true;
}

/** The one resource this redemption is for; its sign-in may have named several. */
function resourceAsked(wanted: ScopeRequest, text: string): Outcome<ResourceScopes | undefined> {
  if (wanted.resources.length > 1) {
    return failure(
      28000,
      `Provided value for the input parameter scope is not valid because it contains more than one resource. Scope ${text} is not valid.`,
    );
  }
  return { ok: true, value: wanted.resources[0] };
}

/**
 * grant_type=authorization_code. Fails with 70008 (expired), 54005 (redeemed before), 700005
 * (another tenant), 50011 (redirect_uri), 50147 and 501481 (PKCE), 28000, 28003 and 70011 (scope).
 */
export const redeemCode: Grant = async (request) => {
  const { world, form, authority } = request;
  const text = requiredField(form, "code");
  if (!text.ok) return text;
  const redirectUri = requiredField(form, "redirect_uri");
  if (!redirectUri.ok) return redirectUri;
  const code = await openCode(world, text.value);
  const user = code && userByName(code.upn);
  if (!code || !user) return { ok: false, error: { code: 9002313, error: "invalid_grant" } };

  if (code.clientId !== request.clientId) return failure(70000);
  if (world.now() > code.issuedAt + codeLifetime) {
    return failure(
      70008,
      "The provided authorization code has expired. Send a new interactive authorization request.",
    );
  }
  if (redirectUri.value !== code.redirectUri) {
    return {
      ok: false,
      error: {
        code: 50011,
        error: "invalid_grant",
        message: "The redirect_uri does not match the one the authorization code was issued to.",
      },
    };
  }
  if (authority.kind === "tenant" && authority.tenant.id !== code.tenantId) return failure(700005);
  const verified = await checkVerifier(code, form.get("code_verifier"));
  if (!verified.ok) return verified;

  const signedInFor = parseScope(code.scope);
  if (!signedInFor.ok) return signedInFor;
  const scopeText = form.get("scope") ?? code.scope;
  const wanted = readTokenScope(scopeText, code.tenantId);
  if (!wanted.ok) return wanted;
  const asked = resourceAsked(wanted.value, scopeText);
  if (!asked.ok) return asked;
  if (!asked.value && signedInFor.value.resources.length > 0) return failure(28003);
  if (world.revocations.ofRefreshToken(user, code.tick)) return failure(50173);
  if (!consume(world, code)) return failure(54005);

  return userTokens(world, {
    base: request.base,
    user,
    tenantId: code.tenantId,
    asked: asked.value ?? userInfoScopes(),
    openid: wanted.value.openid,
    grantedOpenid: signedInFor.value.openid,
    grant: code,
    nonce: code.nonce,
    claimsCapable: request.claimsCapable,
    wantsClientInfo: form.get("client_info") === "1",
  });
};
