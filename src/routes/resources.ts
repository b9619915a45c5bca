import * as z from "zod";
import {
  deleteResource,
  getResource,
  getTags,
  patchTags,
  putResource,
} from "../operations/azure.ts";
import { pollOperation } from "../operations/long-running.ts";
import { progressAnswer, success, targetFor } from "../front/answers.ts";
import {
  apiVersionField,
  dataOf,
  item,
  operationSchema,
  resourceIdField,
  textField,
} from "./fields.ts";
import { register, type Router } from "../front/register.ts";

const byId = { id: resourceIdField, api_version: apiVersionField };
const reads = { tag: "azure", scope: "arm:read", connection: "query", method: "get" } as const;
const writes = { tag: "azure", scope: "arm:write", connection: "query" } as const;

const resource = { 200: { description: "Azure's resource.", data: dataOf(item) } };
const underWay = { 202: { description: "Azure is at it.", data: dataOf(operationSchema) } };

/** What a PUT may say of a resource; what a type makes of it is its provider's affair. */
const parametersSchema = z.looseObject({
  location: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
});

const tagsSchema = z.strictObject({
  operation: z.enum(["Merge", "Replace", "Delete"]),
  tags: z.record(z.string(), z.string()),
});

const target = ({
  id,
  api_version: apiVersion,
}: {
  id: string;
  api_version?: string | undefined;
}) => ({
  id,
  apiVersion,
});

export function resourceRoutes(router: Router): void {
  register(
    router,
    {
      ...reads,
      path: "/resources",
      summary: "Any resource, by its id",
      query: byId,
      answers: resource,
    },
    async (c, { query }) => success(await getResource(targetFor(c), target(query))),
  );

  register(
    router,
    {
      ...writes,
      method: "put",
      path: "/resources",
      summary: "Create or replace a resource",
      query: byId,
      body: parametersSchema,
      answers: { ...resource, ...underWay },
    },
    async (c, { query, body }) =>
      progressAnswer(
        await putResource(targetFor(c), {
          ...target(query),
          // Loose on purpose: the provider knows its types' fields.
          parameters: body as Parameters<typeof putResource>[1]["parameters"],
        }),
      ),
  );

  register(
    router,
    {
      ...writes,
      method: "delete",
      path: "/resources",
      summary: "Delete a resource",
      query: byId,
      answers: { 200: { description: "It is gone.", data: dataOf(z.null()) }, ...underWay },
    },
    async (c, { query }) => progressAnswer(await deleteResource(targetFor(c), target(query))),
  );

  register(
    router,
    {
      ...reads,
      path: "/resources/tags",
      summary: "Tags of a subscription, resource group or resource",
      query: byId,
      answers: { 200: { description: "Azure's tags.", data: dataOf(item) } },
    },
    async (c, { query }) => success(await getTags(targetFor(c), target(query))),
  );

  register(
    router,
    {
      ...writes,
      method: "patch",
      path: "/resources/tags",
      summary: "Merge, replace or delete tags",
      query: byId,
      body: tagsSchema,
      answers: { 200: { description: "Azure's tags.", data: dataOf(item) }, ...underWay },
    },
    async (c, { query, body }) =>
      progressAnswer(await patchTags(targetFor(c), { ...target(query), patch: body })),
  );

  register(
    router,
    {
      ...reads,
      path: "/operations",
      summary: "How far a long-running operation is",
      query: {
        id: textField(16_384).meta({ description: "data.operation of the 202." }),
      },
      answers: {
        200: {
          description: "It has succeeded: its result, or null.",
          data: dataOf(item.nullable()),
        },
        ...underWay,
      },
    },
    async (c, { query }) =>
      progressAnswer(await pollOperation(targetFor(c), { operation: query.id })),
  );
}
