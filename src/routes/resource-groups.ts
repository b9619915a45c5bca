import * as z from "zod";
import {
  deleteResourceGroup,
  getResourceGroup,
  listResourceGroups,
  listResources,
  putResourceGroup,
} from "../operations/azure.ts";
import { pageOf, progressAnswer, success, targetFor } from "../front/answers.ts";
import {
  apiVersionField,
  armListFields,
  dataOf,
  expandField,
  filterField,
  groupNameField,
  item,
  listOf,
  operationSchema,
  subscriptionIdField,
} from "./fields.ts";
import { register, type Route, type Router } from "../front/register.ts";

const subscription = { id: subscriptionIdField };
const group = { ...subscription, name: groupNameField };
const version = { api_version: apiVersionField };

const reads = { tag: "azure", scope: "arm:read", connection: "query", method: "get" } as const;
const writes = { tag: "azure", scope: "arm:write", connection: "query" } as const;
const one = { 200: { description: "Azure's resource group.", data: dataOf(item) } };
const resources = { 200: { description: "Azure's resources.", data: listOf() } };

export function resourceGroupRoutes(router: Router): void {
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
      answers: { 200: { description: "Azure's resource groups.", data: listOf() } },
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
      answers: one,
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
      answers: one,
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

  resourceListRoutes(router);
}

const named = (params: { id: string; name: string }, apiVersion: string | undefined) => ({
  subscriptionId: params.id,
  name: params.name,
  apiVersion,
});

/** What is in a subscription, or in one group of it. */
function resourceListRoutes(router: Router): void {
  const query = { ...armListFields, filter: filterField, expand: expandField };

  register(
    router,
    {
      ...reads,
      path: "/subscriptions/{id}/resources",
      summary: "Resources of a subscription",
      params: subscription,
      query,
      answers: resources,
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
      answers: resources,
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
