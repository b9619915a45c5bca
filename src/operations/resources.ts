import {
  deleteResource,
  getOperation,
  getResource,
  getTags,
  listResources,
  putResource,
  updateTags,
} from "../api/resources.ts";
import { pollOperation, progressOf } from "./long-running.ts";
import { readPage } from "./page.ts";
import { serve } from "./serve.ts";

export const resources = [
  serve(listResources, (context, { subscriptionId, resourceGroup, ...input }) => {
    const { resources: all } = context.arm;
    const within = resourceGroup === undefined ? "" : `resourceGroups/${resourceGroup}/`;
    const list = `/subscriptions/${subscriptionId}/${within}resources`;
    return readPage(context, list, input, (query) =>
      resourceGroup === undefined
        ? all.listBySubscription(subscriptionId, query)
        : all.listByResourceGroup(subscriptionId, resourceGroup, query),
    );
  }),
  serve(getResource, ({ arm }, { id, ...options }) => arm.resources.get(id, options)),
  serve(putResource, async (context, { id, parameters, ...options }) => {
    const poller = await context.arm.resources.createOrUpdate(id, parameters, options);
    return progressOf(context, poller.progress);
  }),
  serve(deleteResource, async (context, { id, ...options }) => {
    const poller = await context.arm.resources.delete(id, options);
    return progressOf(context, poller.progress);
  }),
  serve(getTags, ({ arm }, { id, ...options }) => arm.tags.get(id, options)),
  serve(updateTags, async (context, { id, patch, ...options }) => {
    const poller = await context.arm.tags.update(id, patch, options);
    return progressOf(context, poller.progress);
  }),
  serve(getOperation, (context, { id }) => pollOperation(context, id)),
] as const;
