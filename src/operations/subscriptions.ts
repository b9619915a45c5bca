import {
  getProvider,
  getSubscription,
  listProviders,
  listSubscriptions,
  listTagNames,
} from "../api/subscriptions.ts";
import { readPage } from "./page.ts";
import { serve } from "./serve.ts";

export const subscriptions = [
  serve(listSubscriptions, (context, input) =>
    readPage(context, "/subscriptions", input, (query) => context.arm.subscriptions.list(query)),
  ),
  serve(getSubscription, ({ arm }, { subscriptionId, ...options }) =>
    arm.subscriptions.get(subscriptionId, options),
  ),
  serve(listProviders, (context, { subscriptionId, ...input }) =>
    readPage(context, `/subscriptions/${subscriptionId}/providers`, input, (query) =>
      context.arm.providers.list(subscriptionId, query),
    ),
  ),
  serve(getProvider, ({ arm }, { subscriptionId, namespace, ...options }) =>
    arm.providers.get(subscriptionId, namespace, options),
  ),
  serve(listTagNames, (context, { subscriptionId, ...input }) =>
    readPage(context, `/subscriptions/${subscriptionId}/tagNames`, input, (query) =>
      context.arm.tags.listNames(subscriptionId, query),
    ),
  ),
] as const;
