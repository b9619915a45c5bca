import { delegatedPermission } from "../permissions.ts";
import { resourceByUri, resourceOf } from "../resources.ts";
import type { Resource } from "../resources.ts";
import { failure } from "./entra-error.ts";
import type { Outcome } from "./entra-error.ts";

/** What is asked of one resource. */
export interface ResourceScopes {
  resource: Resource;
  /** The App ID URI as the client wrote it; a trailing slash becomes part of `aud`. */
  uri: string;
  /** Delegated permissions by name; for application tokens `.default` stands alone. */
  permissions: string[];
  /** `.default`: all that was consented to. */
  isDefault: boolean;
}

export interface ScopeRequest {
  openid: ReadonlySet<string>;
  /** In the order they were named. */
  resources: ResourceScopes[];
}

const openidScopes = new Set(["openid", "profile", "email", "offline_access"]);
const graphUri = "https://graph.microsoft.com";

interface Named {
  uri: string;
  permission: string;
}

/** `https://management.azure.com//.default` is `.default` of a URI that ends with a slash. */
function split(scope: string): Named {
  const slash = scope.lastIndexOf("/");
  return slash < 0
    ? { uri: graphUri, permission: scope }
    : { uri: scope.slice(0, slash), permission: scope.slice(slash + 1) };
}

/**
 * Reads a v2 `scope` parameter: bare names are Graph's, others are `{App ID URI}/{permission}`.
 * Fails with 500011 for a resource nobody knows, 70011 for an unknown permission or for
 * `.default` beside a named one.
 */
export function parseScope(text: string): Outcome<ScopeRequest> {
  const openid = new Set<string>();
  const resources: ResourceScopes[] = [];
  for (const scope of text.split(" ").filter(Boolean)) {
    if (openidScopes.has(scope.toLowerCase())) {
      openid.add(scope.toLowerCase());
      continue;
    }
    const { uri, permission } = split(scope);
    const resource = resourceByUri(uri);
    if (!resource) {
      return failure(500011, `The resource principal named ${uri} was not found in the tenant.`);
    }
    let asked = resources.find((other) => other.resource === resource);
    if (!asked) {
      asked = { resource, uri, permissions: [], isDefault: false };
      resources.push(asked);
    }
    if (permission === ".default") {
      asked.isDefault = true;
      continue;
    }
    const known = delegatedPermission(resource.audience, permission);
    if (!known) {
      return failure(70011, `The scope '${scope}' does not exist on ${resource.displayName}.`);
    }
    if (!asked.permissions.includes(known.name)) asked.permissions.push(known.name);
  }
  const mixed =
    resources.some((asked) => asked.isDefault) &&
    resources.some((asked) => asked.permissions.length > 0);
  if (mixed) {
    return failure(70011, ".default scope can't be combined with resource-specific scopes.");
  }
  return { ok: true, value: { openid, resources } };
}

/** What a sign-in without a resource asks: a Graph token good for the userinfo endpoint. */
export function userInfoScopes(): ResourceScopes {
  return { resource: resourceOf("graph"), uri: graphUri, permissions: [], isDefault: false };
}

/**
 * The `scope` of a token answer: Graph's permissions by their short names with the OpenID ones,
 * any other resource's in full and alone.
 */
export function echoedScope(
  asked: ResourceScopes,
  granted: readonly string[],
  openid: ReadonlySet<string>,
): string {
  const uri = asked.uri.replace(/\/$/, "");
  const byDefault = asked.isDefault ? [`${uri}/.default`] : [];
  if (asked.resource.audience !== "graph") {
    return [...granted.map((permission) => `${uri}/${permission}`), ...byDefault].join(" ");
  }
  const identity = ["profile", "openid", "email"].filter((name) => openid.has(name));
  return [...granted, ...identity, ...byDefault].join(" ");
}
