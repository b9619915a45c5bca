import { groupId } from "../resource-id.ts";
import { evaluate, type EvaluationContext } from "./evaluation.ts";
import { isObject, type Value } from "./functions.ts";
import type { Template, TemplateResource } from "./template.ts";
import { TemplateError } from "./template-error.ts";

/** One resource of a template, as far as it is known before anything is deployed. */
export interface PlannedResource {
  id: string;
  /** `Microsoft.Sql/servers/databases`. */
  type: string;
  /** `server/database`. */
  name: string;
  apiVersion: string;
  /** Ids of those that come first. */
  dependsOn: readonly string[];
  /** The body of its PUT; expressions that refer to what is deployed are worked out only now. */
  body: (reference?: EvaluationContext["reference"]) => Value;
}

const same = (left: string, right: string) => left.toLowerCase() === right.toLowerCase();

const textOf = (value: Value, what: string): string => {
  if (typeof value === "string") return value;
  throw new TemplateError(`Deployment template validation failed: '${what} is not a text'.`);
};

/** `Microsoft.Sql/servers/databases` and `s/d`: `Microsoft.Sql/servers/s/databases/d`. */
function providerPath(type: string, name: string): string {
  const [namespace = "", ...types] = type.split("/");
  const names = name.split("/");
  if (types.length !== names.length)
    throw new TemplateError(
      `Deployment template validation failed: 'The template resource '${name}' for type '${type}' has incorrect segment lengths. A nested resource type must have identical number of segments as its resource name. A root resource type must have segment length one greater than its resource name. Please see https://aka.ms/arm-syntax-resources for usage details.'.`,
    );
  return [namespace, ...types.flatMap((each, index) => [each, names[index] ?? ""])].join("/");
}

/** Where a resource of a template goes: to the deployment's scope unless it names another. */
function idOf(
  resource: TemplateResource,
  type: string,
  name: string,
  context: EvaluationContext,
): string {
  const { scope } = context;
  const text = (source: string | undefined) =>
    source === undefined ? undefined : textOf(evaluate(source, context), "a scope");
  const subscriptionId =
    text(resource.subscriptionId) ??
    ("subscription" in scope ? scope.subscription.subscriptionId : "");
  if (same(type, "Microsoft.Resources/resourceGroups")) return groupId(subscriptionId, name);
  const path = providerPath(type, name);
  const group = text(resource.resourceGroup);
  if (group !== undefined) return `${groupId(subscriptionId, group)}/providers/${path}`;
  if (resource.subscriptionId !== undefined)
    return `/subscriptions/${subscriptionId}/providers/${path}`;
  const extended = text(resource.scope);
  if (extended === undefined) return `${scope.id}/providers/${path}`;
  if (extended === "/") return `/providers/${path}`;
  const base = extended.startsWith("/") ? extended : `${scope.id}/providers/${extended}`;
  return `${base}/providers/${path}`;
}

/** The members of a template's resource that are no part of what is put. */
const templateOnly = new Set(
  "type apiVersion name condition dependsOn scope resourceGroup subscriptionId copy comments metadata resources".split(
    " ",
  ),
);

const nestedType = "Microsoft.Resources/deployments";

/** A nested template that evaluates its own expressions keeps them. */
function bodyOf(resource: TemplateResource, type: string, context: EvaluationContext): Value {
  const entries = Object.entries(resource).filter(([name]) => !templateOnly.has(name));
  // What the schema took is JSON.
  const body = Object.fromEntries(entries) as { readonly [name: string]: Value };
  const properties = body["properties"];
  if (!same(type, nestedType) || !isObject(properties)) return evaluate(body, context);
  const options = properties["expressionEvaluationOptions"];
  const inner = isObject(options) && String(options["scope"]).toLowerCase() === "inner";
  if (!inner) return evaluate(body, context);
  const { template = null, ...rest } = properties;
  const outer = evaluate({ ...body, properties: rest }, context);
  return isObject(outer) && isObject(outer["properties"])
    ? { ...outer, properties: { ...outer["properties"], template } }
    : outer;
}

function planOne(resource: TemplateResource, context: EvaluationContext): PlannedResource[] {
  const wanted = resource.condition === undefined || evaluate(resource.condition, context) === true;
  if (!wanted) return [];
  const type = textOf(evaluate(resource.type, context), "a resource's type");
  const name = textOf(evaluate(resource.name, context), "a resource's name");
  return [
    {
      id: idOf(resource, type, name, context),
      type,
      name,
      apiVersion: textOf(evaluate(resource.apiVersion, context), "a resource's apiVersion"),
      dependsOn: (resource.dependsOn ?? []).map((each) =>
        textOf(evaluate(each, context), "a dependency"),
      ),
      body: (reference) => bodyOf(resource, type, reference ? { ...context, reference } : context),
    },
  ];
}

/** A loop's resources, one for each turn. */
function planLoop(resource: TemplateResource, context: EvaluationContext): PlannedResource[] {
  const { copy } = resource;
  if (!copy) return planOne(resource, context);
  const count = typeof copy.count === "number" ? copy.count : evaluate(copy.count, context);
  if (typeof count !== "number" || count < 0 || count > 800)
    throw new TemplateError(
      "Deployment template validation failed: 'The copy count of a resource must be from 0 to 800'.",
    );
  return Array.from({ length: count }, (_, turn) =>
    planOne(resource, { ...context, turns: { ...context.turns, "": turn, [copy.name]: turn } }),
  ).flat();
}

/**
 * A template's resources, each after those it depends on.
 * @throws TemplateError for a circle, for two of one id, and for what cannot be worked out
 */
export function planResources(template: Template, context: EvaluationContext): PlannedResource[] {
  const byLoop = new Map<string, readonly string[]>();
  const all = template.resources.flatMap((resource) => {
    const planned = planLoop(resource, context);
    if (resource.copy)
      byLoop.set(
        resource.copy.name.toLowerCase(),
        planned.map(({ id }) => id),
      );
    return planned;
  });
  for (const [index, { id, type, name }] of all.entries())
    if (all.findIndex((other) => same(other.id, id)) !== index)
      throw new TemplateError(
        `Deployment template validation failed: 'The resource '${type}/${name}' at line '1' and column '1' is defined multiple times in a template. Please see https://aka.ms/arm-syntax-resources for usage details.'.`,
      );
  const resolve = (dependency: string): readonly string[] => {
    const loop = byLoop.get(dependency.toLowerCase());
    if (loop) return loop;
    const found = all.filter(
      ({ id, name, type }) =>
        same(id, dependency) ||
        same(name, dependency) ||
        same(`${type}/${name}`, dependency) ||
        id.toLowerCase().endsWith(`/providers/${dependency.toLowerCase()}`),
    );
    if (found.length > 0) return found.map(({ id }) => id);
    // Something that a condition leaves out is no dependency; something unknown is a mistake.
    if (dependency.includes("/")) return [];
    throw new TemplateError(
      `Deployment template validation failed: 'The resource '${dependency}' is not defined in the template. Please see https://aka.ms/arm-syntax for usage details.'.`,
    );
  };
  const waiting = all.map((each) => ({ ...each, dependsOn: each.dependsOn.flatMap(resolve) }));
  const ordered: PlannedResource[] = [];
  while (waiting.length > 0) {
    const at = waiting.findIndex(({ dependsOn }) =>
      dependsOn.every((id) => ordered.some((done) => same(done.id, id))),
    );
    const [next] = at < 0 ? [] : waiting.splice(at, 1);
    if (!next)
      throw new TemplateError(
        `Deployment template validation failed: 'Circular dependency detected on resource: '${waiting[0]?.id}'. Please see https://aka.ms/arm-syntax-resources for usage details.'.`,
      );
    ordered.push(next);
  }
  return ordered;
}
