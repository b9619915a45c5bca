import { armThrottleScope, type ArmThrottleScope } from "../../arm/throttle-scope.ts";
import { graphThrottleScope, type GraphThrottleScope } from "../../graph/throttle-scope.ts";
import type { Target } from "./target.ts";

/** What shares one limit at Microsoft, and so one cool-down of a connection. */
export type ThrottleScope =
  | GraphThrottleScope
  | ArmThrottleScope
  | `vault:${string}`
  | `storage:${string}`;

/**
 * The limit a call counts against.
 *
 * @param isSelf whether an id or user principal name is the signed-in user's own
 */
export function throttleScopeOf(
  target: Target,
  method: string,
  isSelf: (user: string) => boolean,
): ThrottleScope {
  switch (target.resource) {
    case "graph":
      return graphThrottleScope(target.url, isSelf);
    case "arm":
      return armThrottleScope(target.subscription, method, target.resourceGraph);
    case "vault":
    case "storage":
      return `${target.resource}:${target.name}`;
  }
}
