import { CompactSign, compactVerify, decodeJwt, decodeProtectedHeader } from "jose";
import * as z from "zod";
import { CLIENT_ID, CLIENT_NAME, PUBLIC_CLIENT_ID, PUBLIC_CLIENT_NAME } from "./constants.ts";
import { base64url, base64urlOfText, sha256 } from "./encoding.ts";
import { userByObjectId } from "./people.ts";
import { resourceByUri, resourceOf, uriOf } from "./resources.ts";
import type { SigningKey } from "./signing-key.ts";
import { pairwiseSubject } from "./subject.ts";
import { tickOfUti, utiOf } from "./tick.ts";
import type { Audience, Caller, SandboxUser } from "./world.ts";

export interface AccessTokenContent {
  audience: Audience;
  /** The resource as the client wrote it; the resource's own URI when absent. */
  aud?: string | undefined;
  tenantId: string;
  /** Absent for a token of the application itself. */
  user?: SandboxUser | undefined;
  scopes: readonly string[];
  roles: readonly string[];
  /** The client said xms_cc=cp1. */
  claimsCapable: boolean;
  sessionId?: string | undefined;
  /** The application that asked; the sandbox's own when absent. */
  clientId?: string | undefined;
  issuedAt: number;
  expiresAt: number;
  tick: number;
}

const claimsSchema = z.object({
  aud: z.string(),
  exp: z.number(),
  tid: z.string(),
  oid: z.string(),
  uti: z.string(),
  appid: z.string(),
  scp: z.string().optional(),
  roles: z.array(z.string()).optional(),
  xms_cc: z.array(z.string()).optional(),
});

const textOf = (bytes: Uint8Array) =>
  [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");

/** Object id of the application's service principal: another one in every tenant. */
export const servicePrincipalId = (tenantId: string) =>
  `${tenantId.slice(0, 8)}-3333${CLIENT_ID.slice(13)}`;

function identityClaims(content: AccessTokenContent): Record<string, unknown> {
  const { user, tenantId } = content;
  if (!user) {
    const oid = servicePrincipalId(tenantId);
    return {
      idp: `https://sts.windows.net/${tenantId}/`,
      idtyp: "app",
      oid,
      sub: oid,
      ...(content.roles.length > 0 ? { roles: content.roles } : {}),
    };
  }
  const guest = user.homeTenantId !== tenantId;
  return {
    acct: guest ? 1 : 0,
    acr: "1",
    amr: ["pwd"],
    family_name: user.surname,
    given_name: user.givenName,
    idtyp: "user",
    ...(guest ? { idp: `https://sts.windows.net/${user.homeTenantId}/` } : { upn: user.upn }),
    name: user.name,
    oid: user.objectIds.get(tenantId),
    scp: content.scopes.join(" "),
    ...(content.sessionId ? { sid: content.sessionId } : {}),
    sub: base64urlOfText(`${content.audience}:${user.upn}`),
    unique_name: user.upn,
  };
}

/**
 * What Graph's tokens say besides: the application's name and, after an OpenID sign-in, the user's
 * `sub` in its id_tokens, which the userinfo endpoint answers with.
 */
async function graphClaims({ audience, user, tenantId, scopes, clientId }: AccessTokenContent) {
  if (audience !== "graph") return {};
  const openid = user && scopes.includes("openid");
  return {
    app_displayname: clientId === PUBLIC_CLIENT_ID ? PUBLIC_CLIENT_NAME : CLIENT_NAME,
    ...(openid ? { xms_st: { sub: await pairwiseSubject(user, tenantId) } } : {}),
  };
}

/**
 * Signs an access token as Entra does for Microsoft's own services: v1 format whatever endpoint
 * asked. A Graph token's header carries a nonce that is hashed for the signature only, so that
 * nobody but Graph can verify it.
 */
export async function signAccessToken(
  content: AccessTokenContent,
  key: SigningKey,
): Promise<string> {
  const iat = Math.floor(content.issuedAt / 1000);
  const claimsCapable = content.claimsCapable && resourceOf(content.audience).claimsCapable;
  const claims = {
    aud: content.aud ?? uriOf(content.audience),
    iss: `https://sts.windows.net/${content.tenantId}/`,
    iat,
    nbf: iat,
    exp: Math.ceil(content.expiresAt / 1000),
    appid: content.clientId ?? CLIENT_ID,
    // A public client proves nothing.
    appidacr: content.clientId === PUBLIC_CLIENT_ID ? "0" : "1",
    ...identityClaims(content),
    ...(await graphClaims(content)),
    ...(claimsCapable ? { xms_cc: ["cp1"] } : {}),
    ipaddr: "127.0.0.1",
    tid: content.tenantId,
    uti: utiOf(content.tick),
    ver: "1.0",
  };
  const header = { typ: "JWT", alg: "RS256", x5t: key.kid, kid: key.kid };
  const payload = new TextEncoder().encode(JSON.stringify(claims));
  const sign = (fields: object) =>
    new CompactSign(payload).setProtectedHeader({ ...header, ...fields }).sign(key.privateKey);
  if (content.audience !== "graph") return sign({});
  const nonce = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const signed = await sign({ nonce: textOf(await sha256(nonce)) });
  const shown = base64urlOfText(JSON.stringify({ ...header, nonce }));
  return shown + signed.slice(signed.indexOf("."));
}

async function asSigned(token: string): Promise<string> {
  const { nonce, ...header } = decodeProtectedHeader(token);
  if (typeof nonce !== "string") return token;
  const signedHeader = JSON.stringify({ ...header, nonce: textOf(await sha256(nonce)) });
  return base64urlOfText(signedHeader) + token.slice(token.indexOf("."));
}

export interface VerifiedAccessToken {
  /** Undefined when the token is for something the sandbox does not serve. */
  audience: Audience | undefined;
  aud: string;
  /** Seconds. */
  exp: number;
  tick: number;
  caller: Caller;
}

/** @returns undefined when the token is none of ours: not a JWT, wrong key, changed. */
export async function verifyAccessToken(
  token: string,
  key: SigningKey,
): Promise<VerifiedAccessToken | undefined> {
  try {
    const { payload } = await compactVerify(await asSigned(token), key.publicKey);
    const claims = claimsSchema.safeParse(JSON.parse(new TextDecoder().decode(payload)));
    if (!claims.success) return undefined;
    const { aud, exp, tid, oid, uti, appid, scp, roles, xms_cc } = claims.data;
    const user = userByObjectId(tid, oid);
    return {
      audience: resourceByUri(aud)?.audience,
      aud,
      exp,
      tick: tickOfUti(uti),
      caller: {
        kind: user ? "user" : "app",
        tenantId: tid,
        objectId: oid,
        ...(user ? { user } : {}),
        clientId: appid,
        scopes: new Set(scp?.split(" ")),
        roles: new Set(roles),
        claimsCapable: xms_cc?.includes("cp1") ?? false,
      },
    };
  } catch {
    return undefined;
  }
}

/** Who a bearer token speaks of, unverified: good enough for the request log. */
export function nameInToken(token: string): string | undefined {
  try {
    const claims = z.object({ unique_name: z.string() }).safeParse(decodeJwt(token));
    return claims.data?.unique_name;
  } catch {
    return undefined;
  }
}
