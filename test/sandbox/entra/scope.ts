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
  /** Names that the resource does not define, as they were written. */
  unknown: string[];
  /** `.default`: all that was consented to. */
  isDefault: boolean;
}

export interface ScopeRequest {
  /** As the client wrote it. */
  text: string;
  openid: ReadonlySet<string>;
  /** In the order they were named. */
  resources: ResourceScopes[];
  /** App ID URIs that are no resource's. */
  strangers: string[];
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
 * Fails with 70011 for `.default` beside a named one. What becomes of a resource nobody knows, and
 * of a permission that its resource does not define, depends on who asks, and where.
 */
export function parseScope(text: string): Outcome<ScopeRequest> {
  const openid = new Set<string>();
  const resources: ResourceScopes[] = [];
  const strangers: string[] = [];
  for (const scope of text.split(" ").filter(Boolean)) {
    if (openidScopes.has(scope.toLowerCase())) {
      openid.add(scope.toLowerCase());
      continue;
    }
    const { uri, permission } = split(scope);
    const resource = resourceByUri(uri);
    if (!resource) {
      strangers.push(uri);
      continue;
    }
    let asked = resources.find((other) => other.resource === resource);
    if (!asked) {
      asked = { resource, uri, permissions: [], unknown: [], isDefault: false };
      resources.push(asked);
    }
    if (permission === ".default") {
      asked.isDefault = true;
      continue;
    }
    const known = delegatedPermission(resource.audience, permission);
    if (!known) asked.unknown.push(permission);
    else if (!asked.permissions.includes(known.name)) asked.permissions.push(known.name);
  }
  const mixed =
    resources.some((asked) => asked.isDefault) &&
    resources.some((asked) => asked.permissions.length + asked.unknown.length > 0);
  if (mixed) {
    return failure(70011, ".default scope can't be combined with resource-specific scopes.");
  }
  return { ok: true, value: { text, openid, resources, strangers } };
}

/** What a sign-in without a resource asks: a Graph token good for the userinfo endpoint. */
export function userInfoScopes(): ResourceScopes {
  const resource = resourceOf("graph");
  return { resource, uri: graphUri, permissions: [], unknown: [], isDefault: false };
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
