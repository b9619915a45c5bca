import { graphThrottleScope } from "./throttle-scope.ts";

/**
 * Which shared lane a Graph call has to go through. Exchange answers four calls at a time per
 * application and mailbox and throttles the rest, so the calls that reach a mailbox share a lane.
 *
 * @param url absolute, under any Graph endpoint (`https://graph.microsoft.com/v1.0/me/messages`)
 * @param method OPTIONS is answered before any mailbox is asked
 * @returns the lane, or undefined when the call needs none
 */
export const laneOf = (url: URL | string, method: string): "mailbox" | undefined =>
  laneOfScope(graphThrottleScope(url), method);

/** {@link laneOf}, of a call whose throttle scope is known. */
export const laneOfScope = (scope: string, method: string): "mailbox" | undefined =>
  scope.startsWith("graph:mailbox:") && method.toUpperCase() !== "OPTIONS" ? "mailbox" : undefined;
