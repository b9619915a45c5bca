import * as z from "zod";
import { queryParameter } from "../query-parameter.ts";
import {
  type Answer,
  failure,
  groupBeingDeleted,
  invalidFilter,
  locationRequired,
  ok,
  resourceGroupNotFound,
} from "./answer.ts";
import { mayAnywhere } from "./authorization.ts";
import { readBody, tagsSchema } from "./body.ts";
import { isTagFilter, parseFilter, passesWithTags } from "./filter.ts";
import { answerPage } from "./list.ts";
import { isRegion, locationNames, normalizeLocation } from "./locations.ts";
import { refuseLocked } from "./access/locks.ts";
import { planOperation } from "./operation-plan.ts";
import { locationHeaders } from "./operation-routes.ts";
import { groupId, groupKey } from "./resource-id.ts";
import { type Call, type Route, route } from "./router.ts";
import type { ResourceGroup } from "./state.ts";
import { refuseTags } from "./tag-rules.ts";

type GroupCall = Call<"subscriptionId" | "group">;

const type = "Microsoft.Resources/subscriptions/resourceGroups";

const groupBody = z.object({
  location: z.string().optional(),
  tags: tagsSchema.nullish(),
  managedBy: z.string().nullish(),
});

const groupPatch = groupBody.extend({ name: z.string().optional() });

function presentGroup(group: ResourceGroup) {
  const { subscriptionId, name, location, tags, managedBy, provisioningState } = group;
  return {
    id: groupId(subscriptionId, name),
    name,
    type: "Microsoft.Resources/resourceGroups",
    location,
    ...(managedBy !== undefined && { managedBy }),
    ...(Object.keys(tags).length > 0 && { tags }),
    properties: { provisioningState },
  };
}

function listGroups(call: Call<"subscriptionId">): Answer {
  const { state, params, url } = call;
  const source = queryParameter(url, "$filter");
  let groups = state
    .groups(params.subscriptionId)
    .filter((each) => mayAnywhere(state, call.caller, groupId(each.subscriptionId, each.name)));
  if (source) {
    const parsed = parseFilter(source, ["tagName", "tagValue"]);
    if (!parsed.ok || !isTagFilter(parsed.filter)) return invalidFilter(source);
    groups = groups.filter(({ tags }) => passesWithTags(parsed.filter, () => undefined, tags));
  }
  return answerPage(call, groups.map(presentGroup));
}

function refuseName(name: string): Answer | undefined {
  const invalid = name.replaceAll(/[\p{L}\p{N}_().-]/gu, "");
  const reason = invalid
    ? `has these invalid characters: '${invalid}'. The name can only be a letter, digit, '-', '.', '(', ')' or '_'.`
    : name.length > 90
      ? "is invalid. The name must be between 1 and 90 characters long."
      : name.endsWith(".")
        ? "is invalid. The name cannot end with '.'."
        : undefined;
  return reason === undefined
    ? undefined
    : failure(400, "InvalidResourceGroup", `The provided resource group name '${name}' ${reason}`);
}

async function putGroup({ state, params, request }: GroupCall): Promise<Answer> {
  const body = await readBody(request, groupBody);
  if (!body.ok) return body.refusal;
  const { location, tags, managedBy } = body.value;
  const malformed = refuseName(params.group) ?? refuseTags(tags ?? {});
  if (malformed) return malformed;
  if (!location) return locationRequired();
  if (!isRegion(location))
    return failure(
      400,
      "LocationNotAvailableForResourceGroup",
      `The provided location '${location}' is not available for resource group. List of available regions is '${locationNames.join(",")}'.`,
    );
  const existing = state.group(params.subscriptionId, params.group);
  const place = normalizeLocation(location);
  if (existing) {
    if (existing.provisioningState === "Deleting") return groupBeingDeleted(existing.name);
    if (existing.location !== place)
      return failure(
        409,
        "InvalidResourceGroupLocation",
        `Invalid resource group location '${place}'. The Resource group already exists in location '${existing.location}'.`,
      );
    const locked = refuseLocked(state, "write", groupId(existing.subscriptionId, existing.name));
    if (locked) return locked;
  }
  // A PUT says everything: tags it leaves out are gone.
  const group: ResourceGroup = {
    subscriptionId: params.subscriptionId,
    name: existing?.name ?? params.group,
    location: place,
    tags: tags ?? {},
    ...(managedBy && { managedBy }),
    provisioningState: "Succeeded",
  };
  state.putGroup(group);
  return { status: existing ? 200 : 201, body: presentGroup(group) };
}

async function patchGroup({ state, params, request }: GroupCall): Promise<Answer> {
  const body = await readBody(request, groupPatch);
  if (!body.ok) return body.refusal;
  const group = state.group(params.subscriptionId, params.group);
  if (!group) return resourceGroupNotFound(params.group);
  if (group.provisioningState === "Deleting") return groupBeingDeleted(group.name);
  const { tags, managedBy } = body.value;
  const refused = refuseTags(tags ?? {});
  if (refused) return refused;
  if (tags) group.tags = tags;
  if (managedBy) group.managedBy = managedBy;
  return ok(presentGroup(group));
}

/** A job's name in an operation id, as ARM encodes it. */
const jobToken = (jobId: string, jobLocation: string) =>
  btoa(JSON.stringify({ jobId, jobLocation }))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

function deleteGroup(call: GroupCall): Answer {
  const { world, state, params, request } = call;
  const group = state.group(params.subscriptionId, params.group);
  if (!group) return resourceGroupNotFound(params.group);
  const { subscriptionId, name, location } = group;
  const locked = refuseLocked(state, "delete", groupId(subscriptionId, name));
  if (locked) return locked;
  const target = groupKey(subscriptionId, name);
  const running = state.operations.running(target);
  if (running) return { status: 202, headers: locationHeaders(call, running) };

  group.provisioningState = "Deleting";
  const jobName = name.replaceAll(/[^A-Za-z0-9]/g, ":2D").toUpperCase();
  const operation = state.operations.start({
    id: jobToken(`RESOURCEGROUPDELETIONJOB-${jobName}-${location}-${world.guid()}`, location),
    subscriptionId,
    target,
    plan: planOperation(request.headers, group.tags),
    startedAt: world.now(),
    finish: (status) => {
      if (status === "Succeeded") state.removeGroup(group);
      else group.provisioningState = "Succeeded";
    },
    result: () => ({ status: 200 }),
  });
  return { status: 202, headers: locationHeaders(call, operation) };
}

export const resourceGroupRoutes: readonly Route[] = [
  route(
    "subscriptions/{subscriptionId}/resourcegroups",
    { type, versions: "gateway" },
    { GET: listGroups },
  ),
  route(
    "subscriptions/{subscriptionId}/resourcegroups/{group}",
    { type, versions: "gateway" },
    {
      GET: ({ state, params }) => {
        const group = state.group(params.subscriptionId, params.group);
        return group ? ok(presentGroup(group)) : resourceGroupNotFound(params.group);
      },
      HEAD: ({ state, params }) =>
        state.group(params.subscriptionId, params.group)
          ? { status: 204 }
          : resourceGroupNotFound(params.group),
      PUT: putGroup,
      PATCH: patchGroup,
      DELETE: deleteGroup,
    },
  ),
];
