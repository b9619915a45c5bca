import { CLIENT_ID } from "../constants.ts";
import { resourceByUri } from "../resources.ts";
import { unknownClient } from "./client.ts";
import { failure } from "./entra-error.ts";
import { requiredField } from "./grant-request.ts";
import type { Grant } from "./grant-request.ts";

const suffix = "/.default";

/**
 * grant_type=client_credentials: a token of the application itself, with the application
 * permissions an administrator of the tenant granted. Fails with 9001023 (no tenant in the
 * authority), 1002012 (scope without `/.default`), 70011 (several), 500011 (unknown resource),
 * 700016 (the app is not in the tenant).
 */
export const clientCredentials: Grant = async ({ world, form, authority, claimsCapable }) => {
  const scope = requiredField(form, "scope");
  if (!scope.ok) return scope;
  if (authority.kind !== "tenant") return failure(9001023);
  const [first, ...others] = scope.value.split(" ").filter(Boolean);
  if (others.length > 0) {
    return failure(
      70011,
      `The provided value for the input parameter 'scope' is not valid. The scope ${scope.value} is not valid.`,
    );
  }
  if (!first?.endsWith(suffix)) return failure(1002012);
  const uri = first.slice(0, -suffix.length);
  const resource = resourceByUri(uri);
  if (!resource) {
    return failure(500011, `The resource principal named ${uri} was not found in the tenant.`);
  }
  const { tenant } = authority;
  if (!world.consents.knows(tenant.id)) return unknownClient(CLIENT_ID, tenant.displayName);
  // Microsoft says so nowhere: they arrive in tokens some minutes after the consent.
  const by = world.now() - world.settings.roles_delay_s * 1_000;
  const { token, expiresIn, refreshIn } = await world.issueAccessToken({
    audience: resource.audience,
    aud: uri,
    tenantId: tenant.id,
    roles: [...world.consents.application(tenant.id, resource.audience, by)],
    claimsCapable,
  });
  return {
    ok: true,
    value: {
      token_type: "Bearer",
      expires_in: expiresIn,
      ext_expires_in: expiresIn,
      ...(refreshIn === undefined ? {} : { refresh_in: refreshIn }),
      access_token: token,
    },
  };
};
