import {
  type Answer,
  methodNotAllowedByProvider,
  ok,
  resourceGroupNotFound,
  resourceNotFound,
} from "./answer.ts";
import { answerPage } from "./list.ts";
import { refuseCondition } from "./conditions.ts";
import { refuseLocked } from "./access/locks.ts";
import { providerHeaders } from "./operation-routes.ts";
import { presentResource } from "./present-resource.ts";
import { namePath, resourceId, resourceKey, splitProviderPath } from "./resource-id.ts";
import { meetRunningOperation, originOf, startOperation } from "./resource-operation.ts";
import {
  findResourceTarget,
  findTypeTarget,
  qualifiedTypeOf,
  type ResourceCall,
  type ResourceTarget,
} from "./resource-target.ts";
import { putResource, patchResource } from "./resource-writes.ts";
import { type Call, type Route, route } from "./router.ts";
import type { Resource } from "./state.ts";

const notFound = (target: ResourceTarget) =>
  resourceNotFound(qualifiedTypeOf(target), namePath(target.address), target.group.name);

/** Reading a resource counts as a poll where its creation is followed by its own state. */
function countPoll({ state, world }: ResourceCall, target: ResourceTarget): void {
  if (target.type.create !== "body") return;
  const running = state.operations.running(resourceKey(target.address));
  if (running) state.operations.poll(running, world.now());
}

function getResource(call: ResourceCall): Answer {
  const { types, names } = splitProviderPath(call.params.path);
  if (types.length > names.length) return listCollection(call);
  const found = findResourceTarget(call);
  if (!found.ok) return found.refusal;
  countPoll(call, found.target);
  const resource = call.state.resource(found.target.address);
  return resource ? ok(presentResource(resource), { etag: resource.etag }) : notFound(found.target);
}

function headResource(call: ResourceCall): Answer {
  const found = findResourceTarget(call);
  if (!found.ok) return found.refusal;
  return call.state.resource(found.target.address) ? { status: 204 } : notFound(found.target);
}

function deleteResource(call: ResourceCall): Answer {
  const found = findResourceTarget(call);
  if (!found.ok) return found.refusal;
  const { target } = found;
  const { state, request } = call;
  const resource = state.resource(target.address);
  if (!resource) return { status: 204 };
  const locked = refuseLocked(state, "delete", resourceId(target.address));
  if (locked) return locked;
  const refused =
    refuseCondition(request.headers, resource.etag) ?? meetRunningOperation(call, target);
  if (refused) return refused;
  return target.type.remove === "synchronous"
    ? remove(call, target)
    : beginRemoval(call, target, resource);
}

function remove({ state }: ResourceCall, { address }: ResourceTarget): Answer {
  state.removeResource(address);
  return { status: 200 };
}

function beginRemoval(call: ResourceCall, target: ResourceTarget, resource: Resource): Answer {
  resource.provisioningState = "Deleting";
  const operation = startOperation(call, target, {
    tags: resource.tags,
    finish: (status) => {
      if (status === "Succeeded") call.state.removeResource(target.address);
      else resource.provisioningState = status;
    },
    result: () => ({ status: target.type.remove === "location" ? 200 : 204 }),
  });
  return {
    status: 202,
    headers: providerHeaders(
      originOf(call, target),
      operation,
      target.type.remove === "location" ? ["location"] : ["azure-asyncoperation", "location"],
    ),
  };
}

/** All resources of one type, whole, in a group or in the subscription. */
function listCollection(
  call: Call<"subscriptionId" | "path"> & { params: { group?: string } },
): Answer {
  const { state, params } = call;
  const found = findTypeTarget(call, params.subscriptionId, params.path);
  if (!found.ok) return found.refusal;
  const { names } = splitProviderPath(params.path);
  if (params.group !== undefined && !state.group(params.subscriptionId, params.group))
    return resourceGroupNotFound(params.group);
  const parents = names.join("/").toLowerCase();
  const wanted = found.target.type;
  const members = state
    .resources(params.subscriptionId, params.group)
    .filter(
      (each) =>
        each.namespace === wanted.namespace &&
        each.types.join("/") === wanted.name &&
        each.names.slice(0, -1).join("/").toLowerCase() === parents,
    );
  return answerPage(call, members.map(presentResource));
}

const facts = {
  type: ({ path = "" }: Partial<Record<string, string>>) => {
    const { namespace, types } = splitProviderPath(path);
    return [namespace, ...types].join("/");
  },
  versions: "handler",
} as const;

export const resourceRoutes: readonly Route[] = [
  route("subscriptions/{subscriptionId}/resourcegroups/{group}/providers/{*path}", facts, {
    GET: getResource,
    HEAD: headResource,
    PUT: putResource,
    PATCH: patchResource,
    DELETE: deleteResource,
  }),
  route("subscriptions/{subscriptionId}/providers/{*path}", facts, {
    GET: (call) => {
      const { types, names } = splitProviderPath(call.params.path);
      return types.length > names.length
        ? listCollection(call)
        : methodNotAllowedByProvider("GET", []);
    },
  }),
];
