import * as z from "zod";
import type { ResourceGroup, ResourceGroupParameters } from "../contract/azure-types.ts";
import { apiVersion, armList, filter, groupName, subscriptionId } from "./fields.ts";
import { microsoft } from "./microsoft.ts";
import { operation } from "./operation.ts";

const group = microsoft<ResourceGroup>("azure.ResourceGroup");

const shared = {
  tag: "azure",
  on: "connection",
  params: { id: "subscriptionId" },
} as const;
const reads = { ...shared, scope: "arm:read", needs: { role: "Reader" } } as const;
const writes = { ...shared, scope: "arm:write", needs: { role: "Contributor" } } as const;
const one = { subscriptionId, name: groupName, apiVersion };

export const listResourceGroups = operation({
  ...reads,
  name: "listResourceGroups",
  route: "GET /subscriptions/{id}/resourceGroups",
  summary: "Resource groups of a subscription",
  input: { subscriptionId, ...armList, filter },
  form: "list",
  data: group,
  answer: "Azure's resource groups.",
  over: ["http", "rpc", "client"],
  client: { of: "arm", name: "resourceGroups", args: ["subscriptionId"] },
  mcp: {
    tool: "arm_list_resource_groups",
    title: "List Azure resource groups",
    about: "Resource groups of a subscription.",
  },
});

export const getResourceGroup = operation({
  ...reads,
  name: "getResourceGroup",
  route: "GET /subscriptions/{id}/resourceGroups/{name}",
  summary: "One resource group",
  input: one,
  form: "item",
  data: group,
  answer: "Azure's resource group.",
  over: ["http", "client"],
  client: { of: "arm", name: "resourceGroup", args: ["subscriptionId", "name"] },
});

export const putResourceGroup = operation({
  ...writes,
  name: "putResourceGroup",
  route: "PUT /subscriptions/{id}/resourceGroups/{name}",
  summary: "Create or update a resource group",
  input: {
    ...one,
    parameters: z
      .strictObject({
        location: z.string().min(1).max(128),
        tags: z.record(z.string(), z.string()).optional(),
        managedBy: z.string().optional(),
      })
      .meta({ microsoft: "azure.ResourceGroupParameters" }) as unknown as z.ZodType<
      ResourceGroupParameters,
      ResourceGroupParameters
    >,
  },
  body: "parameters",
  form: "item",
  data: group,
  answer: "Azure's resource group.",
  over: ["http", "client"],
  client: { of: "arm", name: "putResourceGroup", args: ["subscriptionId", "name", "parameters"] },
});

export const deleteResourceGroup = operation({
  ...writes,
  name: "deleteResourceGroup",
  route: "DELETE /subscriptions/{id}/resourceGroups/{name}",
  summary: "Delete a resource group with everything in it",
  input: one,
  form: "progress",
  data: z.undefined(),
  answer: "It is gone.",
  over: ["http", "client"],
  client: { of: "arm", name: "deleteResourceGroup", args: ["subscriptionId", "name"] },
});
