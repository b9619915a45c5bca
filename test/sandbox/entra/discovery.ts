import { CLIENT_ID, PERSONAL_TENANT } from "../constants.ts";
import type { SandboxWorld } from "../create-world.ts";
import { cloudOf, isLocal } from "../hosts.ts";
import type { Authority } from "../tenants.ts";

/** The tenant in an issuer: a literal placeholder where the authority names no tenant. */
export function issuerTenant(authority: Authority): string {
  switch (authority.kind) {
    case "common":
    case "organizations":
      return "{tenantid}";
    case "consumers":
      return PERSONAL_TENANT;
    case "tenant":
      return authority.tenant.id;
  }
}

/** Whose metadata is asked for. */
export interface MetadataRequest {
  base: string;
  authority: Authority;
  /** `appid`: the application whose own signing key is wanted. */
  appId: string | undefined;
}

/**
 * GET /{tenant}/v2.0/.well-known/openid-configuration. As Entra's, it names no
 * code_challenge_methods_supported, no revocation and no introspection endpoint.
 */
export function openidConfiguration({
  base,
  authority,
  appId,
}: MetadataRequest): Record<string, unknown> {
  const root = `${base}/${authority.segment}`;
  const cloud = cloudOf(base);
  return {
    token_endpoint: `${root}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: [
      "client_secret_post",
      "private_key_jwt",
      "client_secret_basic",
    ],
    jwks_uri: `${root}/discovery/v2.0/keys${appId ? `?appid=${encodeURIComponent(appId)}` : ""}`,
    response_modes_supported: ["query", "fragment", "form_post"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
    issuer: `${base}/${issuerTenant(authority)}/v2.0`,
    request_uri_parameter_supported: false,
    userinfo_endpoint: `${isLocal(base) ? `${base}/graph` : `https://${cloud.graph}`}/oidc/userinfo`,
    authorization_endpoint: `${root}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${root}/oauth2/v2.0/devicecode`,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    end_session_endpoint: `${root}/oauth2/v2.0/logout`,
    claims_supported: [
      "sub",
      "iss",
      "cloud_instance_name",
      "cloud_instance_host_name",
      "cloud_graph_host_name",
      "msgraph_host",
      "aud",
      "exp",
      "iat",
      "auth_time",
      "acr",
      "nonce",
      "preferred_username",
      "name",
      "tid",
      "ver",
      "at_hash",
      "c_hash",
      "email",
    ],
    kerberos_endpoint: `${root}/kerberos`,
    tenant_region_scope: null,
    cloud_instance_name: cloud.instance,
    cloud_graph_host_name: "graph.windows.net",
    msgraph_host: cloud.graph,
    rbac_url: "https://pas.windows.net",
  };
}

/**
 * GET /{tenant}/discovery/v2.0/keys: each key says which issuer it signs for. The key of an
 * application that has its own is published to whoever names the application by `appid`, alone.
 */
export async function keySet(
  world: SandboxWorld,
  { base, authority, appId }: MetadataRequest,
): Promise<{ keys: object[] }> {
  const own = world.settings.app_signing_key && appId?.toLowerCase() === CLIENT_ID;
  const { jwk } = await world.signingKey(own ? "application" : "entra");
  return { keys: [{ ...jwk, issuer: `${base}/${issuerTenant(authority)}/v2.0` }] };
}

/**
 * GET /common/discovery/instance: which hosts are one cloud, asked by MSAL about an authority it
 * does not know.
 * @returns undefined when the host in question is nobody's (`invalid_instance`)
 */
export function instanceDiscovery(
  base: string,
  authorizationEndpoint: string,
): Record<string, unknown> | undefined {
  if (!URL.canParse(authorizationEndpoint)) return undefined;
  const url = new URL(authorizationEndpoint);
  const cloud = cloudOf(url.origin);
  const known = cloud.loginHosts.includes(url.hostname) || url.origin === new URL(base).origin;
  if (!known) return undefined;
  const tenant = url.pathname.split("/").find(Boolean) ?? "common";
  const sandbox = !cloud.loginHosts.includes(url.hostname);
  return {
    tenant_discovery_endpoint: `${base}/${tenant}/v2.0/.well-known/openid-configuration`,
    "api-version": "1.1",
    metadata: sandbox
      ? [{ preferred_network: url.host, preferred_cache: url.host, aliases: [url.host] }]
      : [
          {
            preferred_network: cloud.loginHosts[0],
            preferred_cache: cloud.preferredCache,
            aliases: cloud.loginHosts,
          },
        ],
  };
}
