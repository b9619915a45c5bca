import { clouds } from "./cloud.ts";
import type { Cloud } from "./cloud.ts";
import { isPersonalTenant } from "./tenant.ts";
import { withoutEndSlashes } from "../http/link.ts";

/** What one access token is for. */
export type NamedResource = "graph" | "arm" | "vault" | "storage";
/** A named resource, or the App ID URI of any other one, without a trailing slash. */
export type Resource = NamedResource | `https://${string}`;

const namedResources: readonly NamedResource[] = ["graph", "arm", "vault", "storage"];

/** Scopes of OpenID Connect: they belong to no resource and Entra does not always echo them. */
export const oidcScopes: readonly string[] = ["openid", "profile", "email", "offline_access"];

const isNamed = (text: string): text is NamedResource =>
  (namedResources as readonly string[]).includes(text);

const isOidc = (scope: string): boolean => oidcScopes.includes(scope.toLowerCase());

/** Resource Manager's first audiences: clients of its older SDKs still ask for tokens by them. */
const olderArm: ReadonlySet<string> = new Set([
  "https://management.core.windows.net",
  "https://management.core.usgovcloudapi.net",
  "https://management.core.chinacloudapi.cn",
]);

/**
 * Reads a resource as callers write it: `graph`, `arm`, `vault`, `storage` or an https App ID URI.
 * A URI that is a named resource's own, in any cloud, becomes its name: one resource, one name.
 */
export function parseResource(text: string): Resource | undefined {
  if (isNamed(text)) return text;
  const uri = appIdUri(text);
  if (uri === undefined) return undefined;
  if (olderArm.has(uri)) return "arm";
  for (const cloud of Object.values(clouds)) {
    const name = nameOfAudience(uri, cloud);
    if (name !== undefined) return name;
  }
  return uri;
}

/** The App ID URI a token for `resource` is asked with and issued to. */
export function audienceOf(resource: Resource, cloud: Cloud): string {
  return isNamed(resource) ? cloud.audiences[resource] : resource;
}

/** Azure's own services: they know accounts of work tenants, and nothing of a personal account. */
const workOnly: ReadonlySet<Resource> = new Set<Resource>(["arm", "vault", "storage"]);

/** Whether a personal account can have permissions of `resource` at all. */
const servesPersonalAccounts = (resource: Resource): boolean => !workOnly.has(resource);

/** Everything already consented on `resource`. */
export function defaultScopeOf(resource: Resource, cloud: Cloud): string {
  return `${audienceOf(resource, cloud)}/.default`;
}

/**
 * The resource a scope belongs to; a bare name is Graph's. Undefined for OpenID Connect scopes and
 * for resources that are not https URIs (`api://…`), which a connection cannot hold a token for.
 */
export function resourceOfScope(scope: string, cloud: Cloud): Resource | undefined {
  if (isOidc(scope)) return undefined;
  if (!scope.includes("/")) return "graph";
  const uri = appIdUri(scope.slice(0, scope.lastIndexOf("/")));
  return uri === undefined ? undefined : (nameOfAudience(uri, cloud) ?? uri);
}

/** Those of `scopes` that one token for `resource` can carry; Entra refuses a mixture (AADSTS28000). */
export function scopesOf(resource: Resource, scopes: readonly string[], cloud: Cloud): string[] {
  return scopes.filter((scope) => resourceOfScope(scope, cloud) === resource);
}

/** A permission by its full name: `https://graph.microsoft.com/Mail.Read` for `Mail.Read`. */
const fullName = (scope: string, cloud: Cloud): string =>
  scope.includes("/") ? scope : `${audienceOf("graph", cloud)}/${scope}`;

/**
 * The scopes that ask for a token of one resource. A work tenant gives all that was consented to for
 * `.default`. Personal accounts do not know that word (`invalid_scope`): they are asked for each
 * permission by its full name.
 *
 * @param tenant the authority's path segment, or a tenant id
 * @param permissions granted before, or asked for at this sign-in; of any resource
 * @returns none when a personal account has nothing that could be asked for
 */
export function tokenScopes(
  resource: Resource,
  tenant: string,
  permissions: readonly string[],
  cloud: Cloud,
): string[] {
  if (!isPersonalTenant(tenant)) return [defaultScopeOf(resource, cloud)];
  if (!servesPersonalAccounts(resource)) return [];
  const named = permissionsIn(scopesOf(resource, permissions, cloud));
  return [
    ...new Map(
      named.map((scope) => [normalizeScope(scope, cloud), fullName(scope, cloud)]),
    ).values(),
  ];
}

/**
 * Those of `scopes` that an account of `tenant` can be asked for. A personal account that is asked for
 * an Azure service, or for `.default`, is refused with `invalid_scope`.
 */
export function scopesForTenant(tenant: string, scopes: readonly string[], cloud: Cloud): string[] {
  if (!isPersonalTenant(tenant)) return [...scopes];
  return permissionsIn(scopes).filter((scope) => {
    const resource = resourceOfScope(scope, cloud);
    return resource === undefined || servesPersonalAccounts(resource);
  });
}

/** Those of `scopes` that belong to Graph, and the ones of OpenID Connect. */
export const graphAlone = (scopes: readonly string[], cloud: Cloud): string[] =>
  scopes.filter((scope) => isOidc(scope) || resourceOfScope(scope, cloud) === "graph");

/** Two scopes are the same permission exactly when their normal forms are equal. */
export function normalizeScope(scope: string, cloud: Cloud): string {
  const resource = resourceOfScope(scope, cloud);
  if (resource === undefined) return scope.toLowerCase();
  const permission = scope.slice(scope.lastIndexOf("/") + 1).toLowerCase();
  return resource === "graph"
    ? permission
    : `${audienceOf(resource, cloud).toLowerCase()}/${permission}`;
}

/**
 * The required scopes that were not granted, as they were written. OpenID Connect scopes never
 * count: Entra leaves them out of its answer for every resource but Graph. `.default` is granted
 * with any scope of its resource.
 */
export function missingScopes(
  required: readonly string[],
  granted: readonly string[],
  cloud: Cloud,
): string[] {
  const names = new Set(granted.map((scope) => normalizeScope(scope, cloud)));
  const resources = new Set(granted.map((scope) => resourceOfScope(scope, cloud)));
  return required.filter((scope) => {
    if (isOidc(scope) || names.has(normalizeScope(scope, cloud))) return false;
    return !(scope.endsWith(".default") && resources.has(resourceOfScope(scope, cloud)));
  });
}

/** The permissions among granted scopes: Entra also echoes `.default`, which is a way of asking. */
export const permissionsIn = (scopes: readonly string[]): string[] =>
  scopes.filter((scope) => !scope.endsWith("/.default"));

/** What a sign-in asks for by default. */
export function defaultScopes(cloud: Cloud): string[] {
  return [
    ...oidcScopes,
    "User.Read",
    "Mail.Read",
    "Calendars.Read",
    `${cloud.audiences.arm}/user_impersonation`,
  ];
}

function nameOfAudience(uri: string, cloud: Cloud): NamedResource | undefined {
  return namedResources.find((name) => cloud.audiences[name] === uri);
}

function appIdUri(text: string): `https://${string}` | undefined {
  const url = text.length <= 255 && !/\s/.test(text) ? URL.parse(text) : null;
  if (url?.protocol !== "https:" || url.username || url.password || url.search || url.hash) {
    return undefined;
  }
  return `https://${url.host}${withoutEndSlashes(url.pathname)}`;
}
