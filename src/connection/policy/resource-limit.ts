import type { Cloud } from "../../entra/cloud.ts";
import { defaultScopes, resourceOfScope } from "../../entra/resource.ts";

/** Access tokens a connection holds at most, by resource and tenant, refusals of them included. */
export const mostResources = 24;

/**
 * Whether a sign-in would require tokens for more resources than a connection holds.
 *
 * @param scopes in addition to the default ones
 */
export function namesTooManyResources(scopes: readonly string[], cloud: Cloud): boolean {
  const resources = [...defaultScopes(cloud), ...scopes].map((scope) =>
    resourceOfScope(scope, cloud),
  );
  return new Set(resources.filter((resource) => resource !== undefined)).size > mostResources;
}
