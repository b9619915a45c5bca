import * as z from "zod";
import {
  deleteResourceGroup,
  getProvider,
  getResourceGroup,
  getSubscription,
  listProviders,
  listResourceGroups,
  listResources,
  listSubscriptions,
  listTagNames,
  putResourceGroup,
} from "../operations/azure.ts";
import { pageOf, progressAnswer, success, targetFor } from "./answers.ts";
import {
  apiVersionField,
  armListFields,
  dataOf,
  filterField,
  item,
  listOf,
  operationSchema,
  subscriptionIdField,
} from "./fields.ts";
import { register, type Route, type Router } from "./register.ts";

const subscription = { id: subscriptionIdField };
const group = { ...subscription, name: z.string().min(1).max(90) };
const version = { api_version: apiVersionField };
const expand = z.string().min(1).max(256).optional().meta({ description: "$expand." });

/** What the routes of one tag share. */
const reads = { tag: "azure", scope: "arm:read", connection: "query", method: "get" } as const;
const writes = { tag: "azure", scope: "arm:write", connection: "query" } as const;
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

  groupRoutes(router);
  resourceListRoutes(router);
  providerRoutes(router);
}

function groupRoutes(router: Router): void {
  const path = "/subscriptions/{id}/resourceGroups";
  const groupRoute = {
    path: `${path}/{name}`,
    params: group,
    query: version,
  } satisfies Partial<Route<typeof group, typeof version, z.ZodType>>;

  register(
    router,
    {
      ...reads,
      path,
      summary: "Resource groups of a subscription",
      params: subscription,
      query: { ...armListFields, filter: filterField },
      answers: many("Azure's resource groups."),
    },
    async (c, { params, query: { api_version: apiVersion, ...query } }) =>
      pageOf(
        await listResourceGroups(targetFor(c), { ...query, apiVersion, subscriptionId: params.id }),
      ),
  );

  register(
    router,
    {
      ...reads,
      ...groupRoute,
      summary: "One resource group",
      answers: one("Azure's resource group."),
    },
    async (c, { params, query }) =>
      success(await getResourceGroup(targetFor(c), named(params, query.api_version))),
  );

  register(
    router,
    {
      ...writes,
      ...groupRoute,
      method: "put",
      summary: "Create or update a resource group",
      body: z.strictObject({
        location: z.string().min(1).max(128),
        tags: z.record(z.string(), z.string()).optional(),
        managedBy: z.string().optional(),
      }),
      answers: one("Azure's resource group."),
    },
    async (c, { params, query, body: { location, tags, managedBy } }) =>
      success(
        await putResourceGroup(targetFor(c), {
          ...named(params, query.api_version),
          parameters: {
            location,
            ...(tags !== undefined && { tags }),
            ...(managedBy !== undefined && { managedBy }),
          },
        }),
      ),
  );

  register(
    router,
    {
      ...writes,
      ...groupRoute,
      method: "delete",
      summary: "Delete a resource group with everything in it",
      answers: {
        200: { description: "It is gone.", data: dataOf(z.null()) },
        202: { description: "Azure is at it.", data: dataOf(operationSchema) },
      },
    },
    async (c, { params, query }) =>
      progressAnswer(await deleteResourceGroup(targetFor(c), named(params, query.api_version))),
  );
}

const named = (params: { id: string; name: string }, apiVersion: string | undefined) => ({
  subscriptionId: params.id,
  name: params.name,
  apiVersion,
});

function resourceListRoutes(router: Router): void {
  const query = { ...armListFields, filter: filterField, expand };

  register(
    router,
    {
      ...reads,
      path: "/subscriptions/{id}/resources",
      summary: "Resources of a subscription",
      params: subscription,
      query,
      answers: many("Azure's resources."),
    },
    async (c, { params, query: { api_version: apiVersion, ...rest } }) =>
      pageOf(await listResources(targetFor(c), { ...rest, apiVersion, subscriptionId: params.id })),
  );

  register(
    router,
    {
      ...reads,
      path: "/subscriptions/{id}/resourceGroups/{name}/resources",
      summary: "Resources of a resource group",
      params: group,
      query,
      answers: many("Azure's resources."),
    },
    async (c, { params, query: { api_version: apiVersion, ...rest } }) =>
      pageOf(
        await listResources(targetFor(c), {
          ...rest,
          apiVersion,
          subscriptionId: params.id,
          resourceGroup: params.name,
        }),
      ),
  );
}

function providerRoutes(router: Router): void {
  register(
    router,
    {
      ...reads,
      path: "/subscriptions/{id}/providers",
      summary: "Resource providers of a subscription",
      params: subscription,
      query: { ...armListFields, expand },
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
      params: { ...subscription, namespace: z.string().min(1).max(128) },
      query: { ...version, expand },
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
