import { pathSegments } from "../http/path-segments.ts";
import { scopeId } from "../http/scope-id.ts";

/**
 * ARM counts reads, writes and deletes apart, in each subscription and in the tenant; queries of
 * Resource Graph it counts by user.
 */
export type ArmThrottleScope = `arm:${string}:${"read" | "write" | "delete"}`;

/** @param pathname below the ARM endpoint */
export function isResourceGraph(pathname: string): boolean {
  const [root, namespace] = pathSegments(pathname);
  return root === "providers" && namespace === "microsoft.resourcegraph";
}

/**
 * The subscription a call is for, in lower case, or undefined when it is for the tenant.
 *
 * @param pathname below the ARM endpoint
 */
export function subscriptionOf(pathname: string): string | undefined {
  const [root, id] = pathSegments(pathname);
  return root === "subscriptions" && id !== undefined ? scopeId(id) : undefined;
}

/**
 * Which limit of ARM's a call counts against. Limits of a single resource provider are narrower, and
 * are waited for as if they were the subscription's.
 *
 * @param subscription see {@link subscriptionOf}
 * @param resourceGraph see {@link isResourceGraph}
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
export const armThrottleScope = (
  subscription: string | undefined,
  method: string,
  resourceGraph = false,
): ArmThrottleScope =>
  resourceGraph
    ? "arm:resource-graph:read"
    : `arm:${subscription ?? "tenant"}:${kindOf(method.toUpperCase())}`;

function kindOf(method: string): "read" | "write" | "delete" {
  if (method === "DELETE") return "delete";
  return ["GET", "HEAD", "OPTIONS"].includes(method) ? "read" : "write";
}
