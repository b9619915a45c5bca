import * as z from "zod";
import { type Answer, ok, resourceGroupNotFound, subscriptionNotFound } from "./answer.ts";
import { readBody, tagsSchema } from "./body.ts";
import { findProvider, findType } from "./providers.ts";
import { groupId, resourceId } from "./resource-id.ts";
import { type Call, type Route, route } from "./router.ts";
import { findResource } from "./scope.ts";
import type { ArmState, Tags } from "./state.ts";
import { refuseTags } from "./tag-rules.ts";

const tagsBody = z.object({ properties: z.object({ tags: tagsSchema.default({}) }) });

const tagsPatch = z.object({
  operation: z.enum(["Merge", "Replace", "Delete"]),
  properties: z.object({ tags: tagsSchema.default({}) }),
});

type Operation = z.output<typeof tagsPatch>["operation"];

const sameName = (left: string, right: string) => left.toLowerCase() === right.toLowerCase();

const without = (tags: Readonly<Tags>, keep: (name: string, value: string) => boolean): Tags =>
  Object.fromEntries(Object.entries(tags).filter(([name, value]) => keep(name, value)));

/**
 * What a PATCH makes of tags. Names are compared without regard to case; `Delete` takes a tag by
 * its name, or only with its value where one is given.
 */
export const applyTags: Record<Operation, (tags: Readonly<Tags>, change: Readonly<Tags>) => Tags> =
  {
    Merge: (tags, change) => ({
      ...without(tags, (name) => !Object.keys(change).some((other) => sameName(name, other))),
      ...change,
    }),
    Replace: (_, change) => ({ ...change }),
    Delete: (tags, change) =>
      without(
        tags,
        (name, value) =>
          !Object.entries(change).some(
            ([other, wanted]) => sameName(name, other) && (wanted === "" || wanted === value),
          ),
      ),
  };

/** Something that has tags. */
interface Tagged {
  id: string;
  carrier: { tags: Tags };
  longestTagName?: number | undefined;
}

type Scope = { subscriptionId: string; group?: string; path?: string };

function findTagged(
  state: ArmState,
  { subscriptionId, group: groupName, path }: Scope,
): Tagged | Answer {
  const subscription = state.subscription(subscriptionId);
  if (!subscription) return subscriptionNotFound(subscriptionId);
  if (groupName === undefined)
    return { id: `/subscriptions/${subscription.subscriptionId}`, carrier: subscription };
  const group = state.group(subscriptionId, groupName);
  if (!group) return resourceGroupNotFound(groupName);
  if (path === undefined) return { id: groupId(group.subscriptionId, group.name), carrier: group };
  const resource = findResource(state, group, path);
  if ("status" in resource) return resource;
  const provider = findProvider(resource.namespace);
  const type = provider && findType(provider, resource.types.join("/"));
  return { id: resourceId(resource), carrier: resource, longestTagName: type?.longestTagName };
}

const present = ({ id, carrier }: Tagged) =>
  ok({
    id: `${id}/providers/Microsoft.Resources/tags/default`,
    name: "default",
    type: "Microsoft.Resources/tags",
    properties: { tags: carrier.tags },
  });

/** The `tags/default` resource of a subscription, a group or a resource. */
export async function handleTags(call: Call, scope: Scope): Promise<Answer> {
  const tagged = findTagged(call.state, scope);
  if ("status" in tagged) return tagged;
  const { carrier, longestTagName } = tagged;
  switch (call.request.method) {
    case "PUT": {
      const body = await readBody(call.request, tagsBody);
      if (!body.ok) return body.refusal;
      const { tags } = body.value.properties;
      const refused = refuseTags(tags, longestTagName);
      if (refused) return refused;
      carrier.tags = tags;
      return present(tagged);
    }
    case "PATCH": {
      const body = await readBody(call.request, tagsPatch);
      if (!body.ok) return body.refusal;
      const { operation, properties } = body.value;
      const tags = applyTags[operation](carrier.tags, properties.tags);
      const refused =
        refuseTags(properties.tags, longestTagName) ?? refuseTags(tags, longestTagName);
      if (refused) return refused;
      carrier.tags = tags;
      return present(tagged);
    }
    case "DELETE":
      carrier.tags = {};
      return { status: 200 };
    default:
      return present(tagged);
  }
}

const facts = { type: "Microsoft.Resources/tags", versions: "gateway" } as const;

const handlers = {
  GET: (call: Call<"subscriptionId"> & { params: Scope }) => handleTags(call, call.params),
  PUT: (call: Call<"subscriptionId"> & { params: Scope }) => handleTags(call, call.params),
  PATCH: (call: Call<"subscriptionId"> & { params: Scope }) => handleTags(call, call.params),
  DELETE: (call: Call<"subscriptionId"> & { params: Scope }) => handleTags(call, call.params),
};

const tail = "providers/Microsoft.Resources/tags/default";

export const tagRoutes: readonly Route[] = [
  route(`subscriptions/{subscriptionId}/${tail}`, facts, handlers),
  route(`subscriptions/{subscriptionId}/resourcegroups/{group}/${tail}`, facts, handlers),
  route(
    `subscriptions/{subscriptionId}/resourcegroups/{group}/providers/{*path}/${tail}`,
    facts,
    handlers,
  ),
];
