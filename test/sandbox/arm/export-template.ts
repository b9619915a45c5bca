import * as z from "zod";
import { type Answer, type ErrorDetail, ok, resourceGroupNotFound } from "./answer.ts";
import { readBody } from "./body.ts";
import { planOperation } from "./operation-plan.ts";
import { locationHeaders } from "./operation-routes.ts";
import { findProvider, findType } from "./providers.ts";
import { namePath, resourceId, typePath } from "./resource-id.ts";
import { type Call, type Route, route } from "./router.ts";
import type { Resource } from "./state.ts";

const exportBody = z.object({
  resources: z.array(z.string()).nullish(),
  options: z.string().nullish(),
});

const optionNames = [
  "IncludeParameterDefaultValue",
  "IncludeComments",
  "SkipResourceNameParameterization",
  "SkipAllParameterization",
] as const;
type Option = (typeof optionNames)[number];

const readOptions = (text: string): ReadonlySet<Option> =>
  new Set(
    optionNames.filter((name) =>
      text.split(",").some((each) => each.trim().toLowerCase() === name.toLowerCase()),
    ),
  );

const parameterName = (resource: Resource) =>
  `${resource.types.join("_")}_${namePath(resource)}_name`.replaceAll(/[^\w]/g, "_");

/** The newest version of a type that is no preview: templates name one for each resource. */
function versionOf({ namespace, types }: Resource): string {
  const provider = findProvider(namespace);
  const versions = (provider && findType(provider, types.join("/")))?.apiVersions ?? [];
  return versions.find((each) => !each.endsWith("-preview")) ?? versions[0] ?? "";
}

/** A resource as a template has it, its name by a parameter unless names stay as they are. */
function templateResource(resource: Resource, options: ReadonlySet<Option>) {
  const { namespace, location, tags, content, names, types } = resource;
  const { properties, ...rest } = content;
  const asIs =
    options.has("SkipResourceNameParameterization") || options.has("SkipAllParameterization");
  const rootParameter = parameterName({
    ...resource,
    names: names.slice(0, 1),
    types: types.slice(0, 1),
  });
  const below = names.slice(1).join("/");
  const name = asIs
    ? namePath(resource)
    : below
      ? `[concat(parameters('${rootParameter}'), '/${below}')]`
      : `[parameters('${rootParameter}')]`;
  const parentTypes = types.slice(0, -1).join("/");
  const parentName = asIs ? `'${names[0]}'` : `parameters('${rootParameter}')`;
  return {
    ...(options.has("IncludeComments") && {
      comments: `Generalized from resource: '${resourceId(resource)}'.`,
    }),
    type: `${namespace}/${typePath(resource)}`,
    apiVersion: versionOf(resource),
    name,
    ...(location !== undefined && { location }),
    ...(Object.keys(tags).length > 0 && { tags }),
    ...(names.length === 2 && {
      dependsOn: [`[resourceId('${namespace}/${parentTypes}', ${parentName})]`],
    }),
    ...rest,
    properties,
  };
}

/** The template that would make these resources again. */
export function templateOf(resources: readonly Resource[], options: ReadonlySet<Option>) {
  const asIs =
    options.has("SkipResourceNameParameterization") || options.has("SkipAllParameterization");
  const roots = asIs ? [] : resources.filter(({ names }) => names.length === 1);
  return {
    $schema: "https://schema.management.azure.com/schemas/2015-01-01/deploymentTemplate.json#",
    contentVersion: "1.0.0.0",
    parameters: Object.fromEntries(
      roots.map((each) => [
        parameterName(each),
        {
          ...(options.has("IncludeParameterDefaultValue") && { defaultValue: namePath(each) }),
          type: "String",
        },
      ]),
    ),
    variables: {},
    resources: resources.map((each) => templateResource(each, options)),
  };
}

/** `POST …/exportTemplate`: 202, and the template at its `Location`. */
async function exportGroup(call: Call<"subscriptionId" | "group">): Promise<Answer> {
  const { state, params, request, world } = call;
  const group = state.group(params.subscriptionId, params.group);
  if (!group) return resourceGroupNotFound(params.group);
  const body = await readBody(request, exportBody);
  if (!body.ok) return body.refusal;
  const wanted = body.value.resources ?? ["*"];
  const all = state.resources(group.subscriptionId, group.name);
  const named = (id: string) =>
    all.find((each) => resourceId(each).toLowerCase() === id.toLowerCase());
  const missing: ErrorDetail[] = wanted
    .filter((id) => id !== "*" && !named(id))
    .map((id) => ({
      code: "ResourceNotFound",
      message: `The Resource '${id}' was not found.`,
      target: id,
    }));
  const chosen = wanted.includes("*") ? all : wanted.flatMap((id) => named(id) ?? []);
  const answer = ok({
    template: templateOf(chosen, readOptions(body.value.options ?? "")),
    ...(missing.length > 0 && {
      error: {
        code: "ExportTemplateCompletedWithErrors",
        message:
          "Export template operation completed with errors. Some resources were not exported. Please see details for more information.",
        details: missing,
      },
    }),
  });
  const operation = state.operations.start({
    id: world.guid(),
    subscriptionId: group.subscriptionId,
    target: `export/${world.guid()}`,
    plan: planOperation(request.headers, group.tags),
    startedAt: world.now(),
    finish: () => {},
    result: () => answer,
  });
  return { status: 202, headers: locationHeaders(call, operation) };
}

export const exportTemplateRoutes: readonly Route[] = [
  route(
    "subscriptions/{subscriptionId}/resourcegroups/{group}/exportTemplate",
    {
      type: "Microsoft.Resources/subscriptions/resourceGroups/exportTemplate",
      versions: "gateway",
    },
    { POST: exportGroup },
  ),
];
