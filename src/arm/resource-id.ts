import { type Failure, invalidField } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { isGuid } from "../contract/guid.ts";

/** What one ARM resource id names. Ids are case-insensitive; `id` keeps the spelling it came with. */
export interface ResourceId {
  readonly id: string;
  /** GUID; absent at tenant and management-group level. */
  readonly subscriptionId?: string;
  readonly resourceGroup?: string;
  /** `Microsoft.Network`; for a subscription or a resource group `Microsoft.Resources`. */
  readonly namespace: string;
  /** `Microsoft.Network/virtualNetworks/subnets`. */
  readonly type: string;
  readonly name: string;
}

const namespacePattern = /^[a-z][a-z0-9]*(\.[a-z0-9]+)*$/i;
const typePattern = /^[a-z][a-z0-9_-]*$/i;
const groupPattern = /^[\p{L}\p{N}_().-]{1,90}$/u;
// Encoded separators and dots: some proxies decode twice, and the id would then name something else.
const encodedSeparator = /%(2e|2f|5c|00)/i;
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const outsidePath = /[\u0000-\u001f\u007f\\?#]/;
const longestId = 2048;

/** @returns the GUID as given, or `invalid_request` naming `field`. */
export function checkSubscriptionId(
  subscriptionId: string,
  field = "subscriptionId",
): Result<string, Failure> {
  if (isGuid(subscriptionId)) return ok(subscriptionId);
  return err(invalidField(field, `must be a subscription's GUID`));
}

/** @returns the name as given, or `invalid_request` naming `field`: ARM allows 1–90 of letters, digits and `_().-`, not ending in a period. */
export function checkResourceGroupName(name: string, field = "name"): Result<string, Failure> {
  if (groupPattern.test(name) && !name.endsWith(".")) return ok(name);
  return err(
    invalidField(
      field,
      `must be 1 to 90 letters, digits, or any of _().-, and must not end with a period`,
    ),
  );
}

/** @returns the namespace as given (`Microsoft.Compute`), or `invalid_request` naming `field`. */
export function checkNamespace(namespace: string, field = "namespace"): Result<string, Failure> {
  if (namespacePattern.test(namespace)) return ok(namespace);
  return err(invalidField(field, `must be a provider's namespace, such as Microsoft.Compute`));
}

function splitPath(id: string, field: string): Result<readonly string[], Failure> {
  if (id.length > longestId)
    return err(invalidField(field, `is longer than ${longestId} characters`));
  if (!id.isWellFormed()) return err(invalidField(field, `is not well-formed Unicode`));
  if (!id.startsWith("/")) return err(invalidField(field, `must start with a slash`));
  if (encodedSeparator.test(id) || outsidePath.test(id)) {
    return err(
      invalidField(field, `must hold no encoded slash or dot, backslash, query or fragment`),
    );
  }
  const segments = id.slice(1).split("/");
  if (segments.some((segment) => segment === "" || segment === "." || segment === "..")) {
    return err(invalidField(field, `must hold no empty, "." or ".." segment`));
  }
  return ok(segments);
}

interface Scope {
  subscriptionId?: string;
  resourceGroup?: string;
}

function readScope(segments: readonly string[], field: string): Result<Scope, Failure> {
  const [root, subscriptionId, groups, group] = segments;
  if (root?.toLowerCase() !== "subscriptions" || subscriptionId === undefined) return ok({});
  const subscription = checkSubscriptionId(subscriptionId, field);
  if (!subscription.ok) {
    return err(invalidField(field, `must hold a subscription's GUID after /subscriptions/`));
  }
  if (groups?.toLowerCase() !== "resourcegroups" || group === undefined) {
    return ok({ subscriptionId });
  }
  const name = checkResourceGroupName(group, field);
  return name.ok ? ok({ subscriptionId, resourceGroup: group }) : name;
}

/**
 * Reads a resource id: `/subscriptions/{guid}[/resourceGroups/{name}][/providers/{namespace}/{type}/{name}…]`,
 * an id at tenant or management-group level, or an extension resource under another one.
 *
 * @param id as ARM spells it, not percent-encoded.
 * @param field how the caller calls the parameter; errors name it.
 * @returns the parts, or `invalid_request`.
 */
export function parseResourceId(id: string, field = "id"): Result<ResourceId, Failure> {
  const path = splitPath(id, field);
  if (!path.ok) return path;
  const segments = path.value;
  const scope = readScope(segments, field);
  if (!scope.ok) return scope;

  // An extension resource has two `providers` segments: the last one says what the id names.
  const provider = segments.findLastIndex((segment) => segment.toLowerCase() === "providers");
  if (provider === -1) return readContainer(id, segments, scope.value, field);

  const [namespace = "", ...pairs] = segments.slice(provider + 1);
  if (!namespacePattern.test(namespace) || pairs.length === 0 || pairs.length % 2 === 1) {
    return err(
      invalidField(field, `must hold a namespace, then pairs of type and name, after /providers/`),
    );
  }
  const types = pairs.filter((_, index) => index % 2 === 0);
  if (!types.every((type) => typePattern.test(type))) {
    return err(invalidField(field, `holds a resource type that is not a word`));
  }
  const type = [namespace, ...types].join("/");
  return ok({ id, ...scope.value, namespace, type, name: pairs.at(-1) ?? "" });
}

/** Subscriptions and resource groups are resources without a provider in their path. */
function readContainer(
  id: string,
  segments: readonly string[],
  { subscriptionId, resourceGroup }: Scope,
  field: string,
): Result<ResourceId, Failure> {
  const namespace = "Microsoft.Resources";
  if (subscriptionId !== undefined && segments.length === 2) {
    const type = "Microsoft.Resources/subscriptions";
    return ok({ id, subscriptionId, namespace, type, name: subscriptionId });
  }
  if (subscriptionId !== undefined && resourceGroup !== undefined && segments.length === 4) {
    const type = "Microsoft.Resources/resourceGroups";
    return ok({ id, subscriptionId, resourceGroup, namespace, type, name: resourceGroup });
  }
  return err(invalidField(field, `must name a subscription, a resource group or a resource`));
}

/** The id as a URL path: each segment percent-encoded, slashes kept. */
export function resourcePath({ id }: Pick<ResourceId, "id">): string {
  return id.split("/").map(encodeURIComponent).join("/");
}

/** ARM's own lists spell one id in several ways (`resourcegroups`, `resourceGroups`). */
export const sameResourceId = (one: string, other: string): boolean =>
  one.toLowerCase() === other.toLowerCase();
