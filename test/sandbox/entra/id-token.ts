import { SignJWT } from "jose";
import type { SandboxWorld } from "../create-world.ts";
import { base64url, base64urlOfText } from "../encoding.ts";
import { pairwiseSubject } from "../subject.ts";
import { utiOf } from "../tick.ts";
import type { SandboxUser } from "../world.ts";
import { loginHintOf } from "./login-hint.ts";

export interface IdTokenContent {
  base: string;
  user: SandboxUser;
  /** The tenant signed in to: `tid` and the issuer. */
  tenantId: string;
  openid: ReadonlySet<string>;
  nonce?: string | undefined;
  sessionId: string;
  /** Whom it is for. */
  clientId: string;
}

const lifetime = 3600;

/** Template ids of directory roles, the same in every tenant. */
const GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10";
const MEMBER = "b79fbf4d-3ef9-4689-8143-76b194e85509";
const GUEST = "10dae51f-b6af-4016-8d66-8c2a99b929b3";

function rolesOf({ admin, homeTenantId }: SandboxUser, tenantId: string): string[] {
  if (homeTenantId !== tenantId) return [GUEST];
  return admin ? [GLOBAL_ADMINISTRATOR, MEMBER] : [MEMBER];
}

/** Signs a v2.0 id_token; from the token endpoint it carries neither c_hash nor at_hash. */
export async function signIdToken(world: SandboxWorld, content: IdTokenContent): Promise<string> {
  const { base, user, tenantId, openid, nonce } = content;
  const key = await world.signingKey(world.settings.app_signing_key ? "application" : "entra");
  const iat = Math.floor(world.now() / 1000);
  const guest = user.homeTenantId !== tenantId;
  return new SignJWT({
    ...(openid.has("email") && user.mail ? { email: user.mail } : {}),
    ...(guest ? { idp: `https://sts.windows.net/${user.homeTenantId}/` } : {}),
    ...(openid.has("profile")
      ? {
          name: user.name,
          oid: user.objectIds.get(tenantId),
          preferred_username: user.upn,
          login_hint: loginHintOf(user),
        }
      : {}),
    ...(nonce === undefined ? {} : { nonce }),
    rh: `1.${base64url(crypto.getRandomValues(new Uint8Array(24)))}.`,
    sid: content.sessionId,
    sub: await pairwiseSubject(user, tenantId),
    tid: tenantId,
    uti: utiOf(world.tick()),
    ver: "2.0",
    // Assigned in the home tenant's enterprise application; a token without any has no such claim.
    ...(guest || user.appRoles.length === 0 ? {} : { roles: user.appRoles }),
    ...(world.settings.group_membership_claims === null ? {} : { wids: rolesOf(user, tenantId) }),
  })
    .setProtectedHeader({ typ: "JWT", alg: "RS256", kid: key.kid })
    .setIssuer(`${base}/${tenantId}/v2.0`)
    .setAudience(content.clientId)
    .setIssuedAt(iat)
    .setNotBefore(iat)
    .setExpirationTime(iat + lifetime)
    .sign(key.privateKey);
}

/** Who signed in, by the ids of the user's home tenant, whichever tenant the token is for. */
export function clientInfo(user: SandboxUser): string {
  const uid = user.objectIds.get(user.homeTenantId);
  return base64urlOfText(JSON.stringify({ uid, utid: user.homeTenantId }));
}
