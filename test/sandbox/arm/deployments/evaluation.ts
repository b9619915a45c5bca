import { groupId } from "../resource-id.ts";
import { managementGroupId, type Scope } from "../scope.ts";
import type { Call } from "../router.ts";
import { type Expression, expressionIn, parseExpression } from "./expression.ts";
import { extensionId, isList, isObject, pureFunctions, type Value } from "./functions.ts";
import { unprocessable } from "./template-error.ts";

/** What the expressions of one template see. */
export interface EvaluationContext {
  scope: Scope;
  deployment: { name: string; location?: string };
  caller: Call["caller"];
  parameters: Readonly<Record<string, Value>>;
  variables: Readonly<Record<string, Value>>;
  /** The variables that are being worked out, in lower case. */
  within?: readonly string[];
  /** The turn of each loop that is running, by its name; the innermost under an empty one. */
  turns: Readonly<Record<string, number>>;
  /** What `reference()` gives; undefined while nothing is deployed yet. */
  reference?: (id: string) => Value | undefined;
}

/** Thrown where a value is known only once something is deployed. */
export class NotYetDeployed extends Error {}

const find = (record: Readonly<Record<string, Value>>, name: string): Value | undefined => {
  const key = Object.keys(record).find((each) => each.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : record[key];
};

/** A value of a template with its expressions worked out, all the way down. @throws TemplateError */
export function evaluate(value: Value, context: EvaluationContext): Value {
  if (typeof value === "string") {
    const source = expressionIn(value);
    if (source === undefined) return value.startsWith("[[") ? value.slice(1) : value;
    return compute(parseExpression(source), context);
  }
  if (isList(value)) return value.map((each) => evaluate(each, context));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, evaluate(each, context)]),
  );
}

function compute(expression: Expression, context: EvaluationContext): Value {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "member": {
      const of = compute(expression.of, context);
      const found = isObject(of) ? find(of, expression.name) : undefined;
      if (found === undefined) throw missing(expression.name, of);
      return found;
    }
    case "index": {
      const of = compute(expression.of, context);
      const at = compute(expression.at, context);
      const found =
        isList(of) && typeof at === "number"
          ? of[at]
          : isObject(of) && typeof at === "string"
            ? find(of, at)
            : undefined;
      if (found === undefined) throw missing(String(at), of);
      return found;
    }
    case "call":
      return call(expression, context);
  }
}

const missing = (name: string, of: Value) =>
  unprocessable(
    `The language expression property '${name}' doesn't exist${isObject(of) ? `, available properties are '${Object.keys(of).join(", ")}'` : ""}.`,
  );

function call(
  { name, arguments: given }: Extract<Expression, { kind: "call" }>,
  context: EvaluationContext,
): Value {
  const key = name.toLowerCase();
  // Only the branch that is taken is worked out.
  if (key === "if") {
    const [condition, then, otherwise] = given;
    if (!condition || !then || !otherwise) throw unprocessable("'if' takes three parameters.");
    return compute(compute(condition, context) === true ? then : otherwise, context);
  }
  const values = given.map((each) => compute(each, context));
  const own = contextual[key];
  if (own) return own(values, context);
  const pure = pureFunctions[key];
  if (pure) return pure(...values);
  throw unprocessable(`The template function '${name}' is not one that the sandbox works out.`);
}

const textAt = (values: readonly Value[], index: number): string => {
  const value = values[index];
  return typeof value === "string" ? value : "";
};

type Contextual = (values: readonly Value[], context: EvaluationContext) => Value;

const subscriptionOf = ({ scope }: EvaluationContext, name: string) => {
  if ("subscription" in scope) return scope.subscription;
  throw unprocessable(`The template function '${name}' is not expected at this location.`);
};

/** `resourceId([subscription], [group], type, names…)`: the type is the first with a slash. */
function resourceId(values: readonly Value[], context: EvaluationContext): string {
  const at = values.findIndex((each) => typeof each === "string" && each.includes("/"));
  if (at < 0 || at > 2) throw unprocessable("'resourceId' names no resource type.");
  const before = values.slice(0, at);
  const { scope } = context;
  const group = textAt(before, at - 1) || ("group" in scope ? scope.group.name : "");
  const subscription =
    at === 2 ? textAt(before, 0) : subscriptionOf(context, "resourceId").subscriptionId;
  const base = group ? groupId(subscription, group) : `/subscriptions/${subscription}`;
  return extensionId("resourceId", base, values.slice(at));
}

const contextual: Readonly<Record<string, Contextual>> = {
  parameters: (values, { parameters }) => {
    const found = find(parameters, textAt(values, 0));
    if (found !== undefined) return found;
    throw unprocessable(`The template parameter '${textAt(values, 0)}' is not found.`);
  },
  variables: (values, context) => {
    const name = textAt(values, 0);
    const found = find(context.variables, name);
    if (found === undefined) throw unprocessable(`The template variable '${name}' is not found.`);
    const { within = [] } = context;
    if (within.includes(name.toLowerCase()))
      throw unprocessable(`The template variable '${name}' refers to itself.`);
    return evaluate(found, { ...context, within: [...within, name.toLowerCase()] });
  },
  resourcegroup: (_, { scope }) => {
    if (!("group" in scope))
      throw unprocessable(
        "The template function 'RESOURCEGROUP' is not expected at this location.",
      );
    const { group } = scope;
    return {
      id: groupId(group.subscriptionId, group.name),
      name: group.name,
      type: "Microsoft.Resources/resourceGroups",
      location: group.location,
      tags: group.tags,
      properties: { provisioningState: group.provisioningState },
    };
  },
  subscription: (_, context) => {
    const { subscriptionId, tenantId, displayName } = subscriptionOf(context, "SUBSCRIPTION");
    return { id: `/subscriptions/${subscriptionId}`, subscriptionId, tenantId, displayName };
  },
  tenant: (_, { caller }) => ({ tenantId: caller.tenantId }),
  managementgroup: (_, { scope }) => {
    if (scope.kind !== "managementGroup")
      throw unprocessable(
        "The template function 'MANAGEMENTGROUP' is not expected at this location.",
      );
    const { name, displayName } = scope.managementGroup;
    return { id: managementGroupId(name), name, properties: { displayName } };
  },
  deployment: (_, { deployment }) => ({ ...deployment }),
  environment: () => ({
    name: "AzureCloud",
    resourceManager: "https://management.azure.com/",
    suffixes: { storage: "core.windows.net", keyvaultDns: ".vault.azure.net" },
  }),
  copyindex: (values, { turns }) => {
    const [loop, offset] = typeof values[0] === "string" ? [values[0], values[1]] : ["", values[0]];
    const turn = turns[loop];
    if (turn === undefined)
      throw unprocessable("The template function 'copyIndex' is not expected here.");
    return turn + (typeof offset === "number" ? offset : 0);
  },
  resourceid: resourceId,
  subscriptionresourceid: (values, context) => {
    const given = textAt(values, 0).includes("/") ? undefined : textAt(values, 0);
    const id = given ?? subscriptionOf(context, "subscriptionResourceId").subscriptionId;
    const rest = given === undefined ? values : values.slice(1);
    return extensionId("subscriptionResourceId", `/subscriptions/${id}`, rest);
  },
  reference: (values, { reference }) => {
    if (!reference) throw new NotYetDeployed();
    const found = reference(textAt(values, 0));
    if (found !== undefined) return found;
    throw unprocessable(`The resource '${textAt(values, 0)}' is not defined in the template.`);
  },
};
