import { type Answer, failure } from "./answer.ts";
import type { Operation } from "./operation.ts";
import { planOperation } from "./operation-plan.ts";
import { resourceKey } from "./resource-id.ts";
import type { ProviderOrigin } from "./operation-routes.ts";
import type { ResourceTarget } from "./resource-target.ts";
import type { Call } from "./router.ts";
import type { Tags } from "./state.ts";

/** Starts a provider's operation on a resource, planned by its tags or its group's. */
export function startOperation(
  { world, state, request }: Pick<Call, "world" | "state" | "request">,
  { address, group }: ResourceTarget,
  options: { tags: Tags; finish: Operation["finish"]; result: Operation["result"] },
): Operation {
  return state.operations.start({
    id: world.guid(),
    subscriptionId: address.subscriptionId,
    target: resourceKey(address),
    plan: planOperation(request.headers, options.tags, group.tags),
    startedAt: world.now(),
    finish: options.finish,
    result: options.result,
  });
}

/**
 * What a write does to one that is still running: Network answers 429 (a throttling status that
 * is none) until it is over; the others let the newer win.
 */
export function meetRunningOperation(
  { world, state }: Pick<Call, "world" | "state">,
  { type, address }: ResourceTarget,
): Answer | undefined {
  const key = resourceKey(address);
  const running = state.operations.running(key);
  if (!running) return undefined;
  switch (type.overlapping) {
    case "preempt":
      state.operations.preempt(key, world.now());
      return undefined;
    case "refuse":
      return failure(
        429,
        "RetryableErrorDueToAnotherOperation",
        `Operation on resource '${key}' is in progress: '${running.id}'. The current operation can be retried when it has ended.`,
        { headers: { "retry-after": String(running.plan.retryAfter) }, failedIn: "service" },
      );
  }
}

/** Where the operations of a resource are polled. */
export const originOf = (
  { base, apiVersion, state }: Pick<Call, "base" | "apiVersion" | "state">,
  { type, address, group }: ResourceTarget,
): ProviderOrigin => ({
  base,
  apiVersion,
  namespace: type.namespace,
  paths: type.operationPaths,
  location: state.resource(address)?.location ?? group.location,
});
