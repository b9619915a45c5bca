import * as z from "zod";
import type { GenericResource, ResourceParameters, TagsResource } from "../contract/azure-types.ts";
import {
  apiVersion,
  armList,
  expand,
  filter,
  groupName,
  resourceId,
  subscriptionId,
  textOf,
} from "./fields.ts";
import { microsoft } from "./microsoft.ts";
import { operation } from "./operation.ts";

const resource = microsoft<GenericResource>("azure.GenericResource");
const tags = microsoft<TagsResource>("azure.TagsResource");

const reads = {
  tag: "azure",
  scope: "arm:read",
  needs: { role: "Reader" },
  on: "connection",
} as const;
const writes = { ...reads, scope: "arm:write", needs: { role: "Contributor" } } as const;
const byId = { id: resourceId, apiVersion };

export const listResources = operation({
  ...reads,
  name: "listResources",
  route: [
    "GET /subscriptions/{id}/resources",
    "GET /subscriptions/{id}/resourceGroups/{name}/resources",
  ],
  params: { id: "subscriptionId", name: "resourceGroup" },
  summary: "Resources of a subscription, or of one group in it",
  input: { subscriptionId, resourceGroup: groupName.optional(), ...armList, filter, expand },
  form: "list",
  data: resource,
  answer: "Azure's resources.",
  over: ["http", "rpc", "client"],
  client: { of: "arm", name: "resources", args: ["subscriptionId"] },
  mcp: {
    tool: "arm_list_resources",
    title: "List Azure resources",
    about: "Resources of a subscription, or of one resource group in it.",
  },
});

export const getResource = operation({
  ...reads,
  name: "getResource",
  route: "GET /resources",
  summary: "Any resource, by its id",
  input: byId,
  form: "item",
  data: resource,
  answer: "Azure's resource.",
  over: ["http", "client"],
  client: { of: "arm", name: "resource", args: ["id"] },
  mcp: {
    tool: "arm_get_resource",
    title: "Get an Azure resource",
    about: "One resource with its properties.",
  },
});

export const putResource = operation({
  ...writes,
  name: "putResource",
  route: "PUT /resources",
  summary: "Create or replace a resource",
  input: {
    ...byId,
    // Other fields are judged by the provider of the type.
    parameters: microsoft<ResourceParameters>("azure.ResourceParameters", {
      location: z.string().optional(),
      tags: z.record(z.string(), z.string()).optional(),
      properties: z.record(z.string(), z.unknown()).optional(),
    }),
  },
  body: "parameters",
  form: "progress",
  data: resource,
  answer: "Azure's resource.",
  over: ["http", "client"],
  client: { of: "arm", name: "putResource", args: ["id", "parameters"] },
});

export const deleteResource = operation({
  ...writes,
  name: "deleteResource",
  route: "DELETE /resources",
  summary: "Delete a resource",
  input: byId,
  form: "progress",
  data: z.undefined(),
  answer: "It is gone.",
  over: ["http", "client"],
  client: { of: "arm", name: "deleteResource", args: ["id"] },
});

export const getTags = operation({
  ...reads,
  name: "getTags",
  route: "GET /resources/tags",
  summary: "Tags of a subscription, resource group or resource",
  input: byId,
  form: "item",
  data: tags,
  answer: "Azure's tags.",
  over: ["http", "client"],
  client: { of: "arm", name: "tags", args: ["id"] },
  mcp: {
    tool: "arm_get_tags",
    title: "Get Azure tags",
    about: "Tags of a subscription, resource group or resource.",
  },
});

export const updateTags = operation({
  ...writes,
  name: "updateTags",
  needs: { role: "Tag Contributor" },
  route: "PATCH /resources/tags",
  summary: "Merge, replace or delete tags",
  input: {
    ...byId,
    patch: z.strictObject({
      operation: z.enum(["Merge", "Replace", "Delete"]),
      tags: z.record(z.string(), z.string()),
    }),
  },
  body: "patch",
  form: "progress",
  data: tags,
  answer: "Azure's tags.",
  over: ["http", "client"],
  client: { of: "arm", name: "updateTags", args: ["id", "patch"] },
});

export const getOperation = operation({
  ...reads,
  name: "getOperation",
  route: "GET /operations",
  summary: "How far a long-running operation is",
  input: {
    id: textOf(16_384).meta({ description: "data.operation of the 202." }),
  },
  form: "progress",
  data: z.looseObject({}).optional(),
  answer: "It has succeeded: its result, or null.",
  over: ["http", "client"],
  client: { of: "arm", name: "operation", args: ["id"], generic: true },
  mcp: {
    tool: "arm_get_operation",
    title: "Check a long-running operation",
    about: "How far an operation is whose id another call gave.",
  },
});
