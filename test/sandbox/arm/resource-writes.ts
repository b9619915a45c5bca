import * as z from "zod";
import {
  type Answer,
  failure,
  locationRequired,
  methodNotAllowedByProvider,
  resourceNotFound,
} from "./answer.ts";
import { readBody, tagsSchema } from "./body.ts";
import { refuseCondition } from "./conditions.ts";
import { isLocation, normalizeLocation } from "./locations.ts";
import { refuseLocked } from "./access/locks.ts";
import { mergePatch } from "./merge-patch.ts";
import type { Operation } from "./operation.ts";
import { providerHeaders } from "./operation-routes.ts";
import { presentResource } from "./present-resource.ts";
import { namePath, resourceId } from "./resource-id.ts";
import { meetRunningOperation, originOf, startOperation } from "./resource-operation.ts";
import { refuseTakenName } from "./resource-names.ts";
import { refuseResource } from "./resource-rules.ts";
import {
  findResourceTarget,
  qualifiedTypeOf,
  refuseWrite,
  type ResourceCall,
  type ResourceTarget,
} from "./resource-target.ts";
import type { Resource, ResourceContent } from "./state.ts";
import { refuseTags } from "./tag-rules.ts";

const record = z.record(z.string(), z.unknown());

const contentShape = {
  kind: z.string().optional(),
  managedBy: z.string().optional(),
  sku: record.optional(),
  identity: record.optional(),
  plan: record.optional(),
  zones: z.array(z.string()).optional(),
};

const resourceBody = z.object({
  location: z.string().nullish(),
  tags: tagsSchema.nullish(),
  properties: record.nullish(),
  ...contentShape,
});

type ResourceBody = z.output<typeof resourceBody>;

/** Copies what is there; a member that is undefined does not exist in JSON. */
function contentOf({
  properties,
  kind,
  managedBy,
  sku,
  identity,
  plan,
  zones,
}: ResourceBody): ResourceContent {
  return {
    properties: properties ?? {},
    ...(kind !== undefined && { kind }),
    ...(managedBy !== undefined && { managedBy }),
    ...(sku && { sku }),
    ...(identity && { identity }),
    ...(plan && { plan }),
    ...(zones && { zones }),
  };
}

function refuseLocation(
  target: ResourceTarget,
  location: string | null | undefined,
  existing: Resource | undefined,
): Answer | undefined {
  if (!target.type.tracked) return undefined;
  if (!location) return locationRequired();
  if (!isLocation(location))
    return failure(
      400,
      "LocationNotAvailableForResourceType",
      `The provided location '${location}' is not available for resource type '${qualifiedTypeOf(target)}'. List of available regions for the resource type is '${target.type.locations.join(",")}'.`,
    );
  const place = normalizeLocation(location);
  if (!existing?.location || existing.location === place) return undefined;
  return failure(
    409,
    "InvalidResourceLocation",
    `The resource '${namePath(target.address)}' already exists in location '${existing.location}' in resource group '${target.group.name}'. ` +
      `A resource with the same name cannot be created in location '${place}'. Please select a new resource name.`,
  );
}

/** The refusals that a PUT and a PATCH share. */
const refuseChange = (
  call: ResourceCall,
  target: ResourceTarget,
  existing: Resource | undefined,
): Answer | undefined =>
  refuseWrite(call, target) ??
  refuseLocked(call.state, "write", resourceId(target.address)) ??
  refuseCondition(call.request.headers, existing?.etag) ??
  meetRunningOperation(call, target);

/** `PUT`: makes the resource or replaces it whole, in the way its type answers writes. */
export async function putResource(call: ResourceCall): Promise<Answer> {
  const found = findResourceTarget(call);
  if (!found.ok) return found.refusal;
  const { target } = found;
  if (target.address.types.length > target.address.names.length)
    return methodNotAllowedByProvider("PUT", ["GET"]);
  const body = await readBody(call.request, resourceBody);
  if (!body.ok) return body.refusal;
  const existing = call.state.resource(target.address);
  const { location, tags } = body.value;
  const content = contentOf(body.value);
  const refused =
    refuseLocation(target, location, existing) ??
    refuseTags(tags ?? {}, target.type.longestTagName) ??
    refuseChange(call, target, existing) ??
    refuseResource(target.type, target.address.names.at(-1) ?? "", content);
  if (refused) return refused;
  const taken =
    !existing &&
    target.address.names.length === 1 &&
    refuseTakenName(call.state, qualifiedTypeOf(target), target.address.names[0] ?? "");
  if (taken) return taken;

  const now = call.world.now();
  const resource: Resource = {
    ...target.address,
    names: existing?.names ?? target.address.names,
    ...(location && target.type.tracked && { location: normalizeLocation(location) }),
    tags: tags ?? {},
    content,
    provisioningState: "Succeeded",
    etag: `W/"${call.world.guid()}"`,
    createdAt: existing?.createdAt ?? now,
    changedAt: now,
  };
  call.state.putResource(resource);
  return existing ? answerReplaced(call, target, resource) : answerCreated(call, target, resource);
}

const withEtag = (status: number, resource: Resource, headers: Record<string, string> = {}) => ({
  status,
  body: presentResource(resource),
  headers: { etag: resource.etag, ...headers },
});

/** Puts the resource into `state` until its operation is over. */
function begin(
  call: ResourceCall,
  target: ResourceTarget,
  resource: Resource,
  state: string,
): Operation {
  resource.provisioningState = state;
  return startOperation(call, target, {
    tags: resource.tags,
    finish: (status) => {
      resource.provisioningState = status;
    },
    result: () => withEtag(200, resource),
  });
}

function answerCreated(call: ResourceCall, target: ResourceTarget, resource: Resource): Answer {
  const { create, creating } = target.type;
  if (create === "synchronous") return withEtag(201, resource);
  const operation = begin(call, target, resource, creating);
  const origin = originOf(call, target);
  switch (create) {
    case "async-operation":
      return withEtag(201, resource, providerHeaders(origin, operation, ["azure-asyncoperation"]));
    case "accepted":
      return accepted(call, target, resource, operation);
    case "location":
      return { status: 202, headers: providerHeaders(origin, operation, ["location"]) };
    case "body":
      return withEtag(201, resource);
  }
}

/** 202 with the resource as it is so far, and both ways to follow it. */
const accepted = (
  call: ResourceCall,
  target: ResourceTarget,
  resource: Resource,
  operation: Operation,
): Answer =>
  withEtag(
    202,
    resource,
    providerHeaders(originOf(call, target), operation, ["azure-asyncoperation", "location"]),
  );

function answerReplaced(call: ResourceCall, target: ResourceTarget, resource: Resource): Answer {
  const { create } = target.type;
  if (create !== "async-operation" && create !== "accepted") return withEtag(200, resource);
  const operation = begin(call, target, resource, "Updating");
  if (create === "accepted") return accepted(call, target, resource, operation);
  return withEtag(
    200,
    resource,
    providerHeaders(originOf(call, target), operation, ["azure-asyncoperation"]),
  );
}

/** `PATCH`: merges properties (RFC 7396), replaces tags whole. */
export async function patchResource(call: ResourceCall): Promise<Answer> {
  const found = findResourceTarget(call);
  if (!found.ok) return found.refusal;
  const { target } = found;
  const body = await readBody(call.request, resourceBody);
  if (!body.ok) return body.refusal;
  const resource = call.state.resource(target.address);
  if (!resource)
    return resourceNotFound(qualifiedTypeOf(target), namePath(target.address), target.group.name);
  const refused =
    refuseTags(body.value.tags ?? {}, target.type.longestTagName) ??
    refuseChange(call, target, resource);
  if (refused) return refused;

  const { properties, ...rest } = contentOf(body.value);
  if (body.value.tags) resource.tags = body.value.tags;
  resource.content = {
    ...resource.content,
    ...rest,
    properties: mergePatch(resource.content.properties, properties),
  };
  resource.etag = `W/"${call.world.guid()}"`;
  resource.changedAt = call.world.now();
  if (target.type.update === "synchronous") return withEtag(200, resource);
  return accepted(call, target, resource, begin(call, target, resource, "Updating"));
}
