import {
  deleteResourceGroup,
  getResourceGroup,
  listResourceGroups,
  putResourceGroup,
} from "../api/resource-groups.ts";
import { progressOf } from "./long-running.ts";
import { readPage } from "./page.ts";
import { serve } from "./serve.ts";

export const resourceGroups = [
  serve(listResourceGroups, (context, { subscriptionId, ...input }) =>
    readPage(context, `/subscriptions/${subscriptionId}/resourceGroups`, input, (query) =>
      context.arm.resourceGroups.list(subscriptionId, query),
    ),
  ),
  serve(getResourceGroup, ({ arm }, { subscriptionId, name, ...options }) =>
    arm.resourceGroups.get(subscriptionId, name, options),
  ),
  serve(putResourceGroup, ({ arm }, { subscriptionId, name, parameters, ...options }) =>
    arm.resourceGroups.createOrUpdate(subscriptionId, name, parameters, options),
  ),
  serve(deleteResourceGroup, async (context, { subscriptionId, name, ...options }) => {
    const poller = await context.arm.resourceGroups.delete(subscriptionId, name, options);
    return progressOf(context, poller.progress);
  }),
] as const;
