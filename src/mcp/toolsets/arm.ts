import * as z from "zod";
import { groupName, resourceId, subscriptionId, textOf } from "../../api/fields.ts";
import { listResourceGroups } from "../../api/resource-groups.ts";
import { getOperation, getResource, getTags, listResources } from "../../api/resources.ts";
import { listSubscriptions } from "../../api/subscriptions.ts";
import { defined } from "../../contract/defined.ts";
import { recordOf } from "../../http/json.ts";
import {
  count,
  fitting,
  lean,
  listInput,
  listOf,
  listOutput,
  mostCharacters,
  quoted,
  tags,
  words,
} from "../fields.ts";
import { tool, wordsOf } from "../tool.ts";

const subscription = { subscription_id: words, name: words, state: words, tenant_id: words };

const subscriptions = tool({
  ...wordsOf(listSubscriptions),
  toolset: "arm",
  input: listInput,
  output: listOutput(subscription),
  run: async (call, { top, cursor }) =>
    listOf(await call.operation(listSubscriptions, { top, ...defined({ cursor }) }), (item) =>
      lean(subscription, {
        subscription_id: item.subscriptionId,
        name: item.displayName,
        state: item.state,
        tenant_id: item.tenantId,
      }),
    ),
});

const group = { name: words, location: words, tags };

const resourceGroups = tool({
  ...wordsOf(listResourceGroups),
  toolset: "arm",
  input: { subscription_id: subscriptionId, ...listInput },
  output: listOutput(group),
  run: async (call, { subscription_id: id, top, cursor }) => {
    const query = { subscriptionId: id, top, ...defined({ cursor }) };
    const page = await call.operation(listResourceGroups, query);
    return listOf(page, (item) => lean(group, { ...item }));
  },
});

const resource = { id: words, name: words, type: words, location: words, tags };

const resources = tool({
  ...wordsOf(listResources),
  toolset: "arm",
  input: {
    subscription_id: subscriptionId,
    resource_group: groupName.optional(),
    type: textOf(256).optional().meta({ description: "Microsoft.Storage/storageAccounts." }),
    ...listInput,
  },
  output: listOutput(resource),
  run: async (call, { subscription_id: id, resource_group: resourceGroup, type, top, cursor }) => {
    const filter = type === undefined ? undefined : `resourceType eq ${quoted(type)}`;
    const query = { subscriptionId: id, top, ...defined({ resourceGroup, filter, cursor }) };
    return listOf(await call.operation(listResources, query), (item) =>
      lean(resource, { ...item }),
    );
  },
});

const anything = z.record(z.string(), z.unknown()).optional();
const whole = { ...resource, kind: words, sku: anything, properties: anything, hint: words };

const oneResource = tool({
  ...wordsOf(getResource),
  toolset: "arm",
  input: { id: resourceId },
  output: z.object(whole),
  run: async (call, { id }) => {
    const item = await call.operation(getResource, { id });
    const isLong = JSON.stringify(item.properties ?? {}).length > mostCharacters;
    const rest = isLong ? { properties: undefined, hint: tooLong } : {};
    return lean(whole, { ...item, ...rest });
  },
});

const tooLong = "Its properties are too long to show here: ask for one of its child resources.";

const resourceTags = tool({
  ...wordsOf(getTags),
  toolset: "arm",
  input: { id: resourceId },
  output: z.object({ tags: z.record(z.string(), z.string()) }),
  run: async (call, { id }) => {
    const { properties } = recordOf(await call.operation(getTags, { id }));
    return { tags: {}, ...lean({ tags }, recordOf(properties)) };
  },
});

const longResult = "Its result is too long to show here: ask for the resource itself.";

const progress = { status: words, percent_complete: count, retry_after: count };

const operationProgress = tool({
  ...wordsOf(getOperation),
  toolset: "arm",
  input: { id: textOf(16_384).meta({ description: "operation of the call that began it." }) },
  output: z.object({
    done: z.boolean(),
    ...progress,
    operation: words,
    result: anything,
    hint: words,
  }),
  run: async (call, { id }) => {
    const state = await call.operation(getOperation, { id });
    if (state.done) {
      const { fits, left } = fitting(
        lean({ result: anything }, { result: state.value }),
        mostCharacters,
      );
      return { done: true, ...fits, ...(left.length > 0 && { hint: longResult }) };
    }
    const { operation, status, percentComplete, retryAfter } = state;
    const now = { status, percent_complete: percentComplete, retry_after: retryAfter };
    return { done: false, operation, ...lean(progress, now) };
  },
});

export const armTools = [
  subscriptions,
  resourceGroups,
  resources,
  oneResource,
  resourceTags,
  operationProgress,
];
