import {
  getProvider,
  getSubscription,
  listProviders,
  listSubscriptions,
  listTagNames,
} from "../operations/azure.ts";
import { pageOf, success, targetFor } from "../front/answers.ts";
import {
  apiVersionField,
  armListFields,
  dataOf,
  expandField,
  item,
  listOf,
  subscriptionIdField,
  textField,
} from "./fields.ts";
import { register, type Router } from "../front/register.ts";

const subscription = { id: subscriptionIdField };
const version = { api_version: apiVersionField };

/** What the routes of one tag share. */
const reads = { tag: "azure", scope: "arm:read", connection: "query", method: "get" } as const;
const one = (description: string) => ({ 200: { description, data: dataOf(item) } });
const many = (description: string) => ({ 200: { description, data: listOf() } });

export function subscriptionRoutes(router: Router): void {
  register(
    router,
    {
      ...reads,
      path: "/subscriptions",
      summary: "Subscriptions the user can see",
      query: armListFields,
      answers: many("Azure's subscriptions."),
    },
    async (c, { query: { api_version: apiVersion, ...query } }) =>
      pageOf(await listSubscriptions(targetFor(c), { ...query, apiVersion })),
  );

  register(
    router,
    {
      ...reads,
      path: "/subscriptions/{id}",
      summary: "One subscription",
      params: subscription,
      query: version,
      answers: one("Azure's subscription."),
    },
    async (c, { params, query }) =>
      success(
        await getSubscription(targetFor(c), {
          subscriptionId: params.id,
          apiVersion: query.api_version,
        }),
      ),
  );

  providerRoutes(router);
}

function providerRoutes(router: Router): void {
  register(
    router,
    {
      ...reads,
      path: "/subscriptions/{id}/providers",
      summary: "Resource providers of a subscription",
      params: subscription,
      query: { ...armListFields, expand: expandField },
      answers: many("Azure's providers."),
    },
    async (c, { params, query: { api_version: apiVersion, ...query } }) =>
      pageOf(
        await listProviders(targetFor(c), { ...query, apiVersion, subscriptionId: params.id }),
      ),
  );

  register(
    router,
    {
      ...reads,
      path: "/subscriptions/{id}/providers/{namespace}",
      summary: "One resource provider: its types and their versions",
      params: { ...subscription, namespace: textField(128) },
      query: { ...version, expand: expandField },
      answers: one("Azure's provider."),
    },
    async (c, { params, query }) =>
      success(
        await getProvider(targetFor(c), {
          subscriptionId: params.id,
          namespace: params.namespace,
          apiVersion: query.api_version,
          expand: query.expand,
        }),
      ),
  );

  register(
    router,
    {
      ...reads,
      path: "/subscriptions/{id}/tagNames",
      summary: "Names of tags in use, with their values",
      params: subscription,
      query: armListFields,
      answers: many("Azure's tag names."),
    },
    async (c, { params, query: { api_version: apiVersion, ...query } }) =>
      pageOf(await listTagNames(targetFor(c), { ...query, apiVersion, subscriptionId: params.id })),
  );
}
