import type { Expression, Literal, TextFunction } from "./filter-expression.ts";
import { nameAmong, propertyPath, unknownProperty } from "./schema.ts";
import type { EdmType, EntitySchema } from "./schema.ts";

const edmNames: Record<EdmType | Literal["type"], string> = {
  string: "Edm.String",
  boolean: "Edm.Boolean",
  number: "Edm.Int32",
  dateTime: "Edm.DateTimeOffset",
  guid: "Edm.Guid",
  null: "<null>",
  complex: "a complex type",
  collection: "a collection",
};

const operatorNames = {
  eq: "Equal",
  ne: "NotEqual",
  gt: "GreaterThan",
  ge: "GreaterThanOrEqual",
  lt: "LessThan",
  le: "LessThanOrEqual",
} as const;

const fits = (property: EdmType, literal: Literal["type"]) =>
  literal === "null" || property === literal;

const NO_TRUTH = "The $filter expression must evaluate to a single boolean value.";

/** The collections that variables of lambdas stand for an item of, by variable. */
type Variables = ReadonlyMap<string, string>;
const noVariables: Variables = new Map();

/**
 * What OData objects to in a filter that parses: a property the type lacks, a comparison of different
 * types (a quoted date against a date is the usual one), or what is neither true nor false.
 * Returns undefined when there is nothing.
 */
export function objectionTo(
  expression: Expression,
  schema: EntitySchema,
  variables = noVariables,
): string | undefined {
  switch (expression.kind) {
    case "and":
    case "or":
      return (
        objectionTo(expression.left, schema, variables) ??
        objectionTo(expression.right, schema, variables)
      );
    case "not":
      return objectionTo(expression.operand, schema, variables);
    case "any":
    case "all": {
      const path = pathOf(expression.path, variables);
      const type = typeOf(path, schema);
      if (type === undefined) return unknown(path, schema);
      if (type !== "collection") return "Any/All may only be used following a collection.";
      const inner = new Map([...variables, [expression.variable, path]]);
      return objectionTo(expression.predicate, schema, inner);
    }
    case "compare":
    case "in": {
      const path = pathOf(expression.path, variables);
      const type = operandType(path, variables, schema);
      if (type === undefined) return unknown(path, schema);
      const literals = expression.kind === "in" ? expression.literals : [expression.literal];
      const misfit = literals.find((literal) => !fits(type, literal.type));
      const operator = expression.kind === "in" ? "eq" : expression.operator;
      return misfit && incompatible(type, misfit, operatorNames[operator]);
    }
    case "text": {
      const path = pathOf(expression.path, variables);
      const type = operandType(path, variables, schema);
      if (type === undefined) return unknown(path, schema);
      return type === "string" ? undefined : noSignature(expression.name);
    }
    case "truth": {
      const path = pathOf(expression.path, variables);
      const type = operandType(path, variables, schema);
      if (type === undefined) return unknown(path, schema);
      return type === "boolean" ? undefined : NO_TRUTH;
    }
  }
}

/** The path from the entity on: a variable is an item of its collection. */
function pathOf(path: readonly string[], variables: Variables): string {
  const [first = "", ...rest] = path;
  return [variables.get(first) ?? first, ...rest].join("/");
}

const typeOf = (path: string, schema: EntitySchema): EdmType | undefined =>
  schema.properties[propertyPath(schema, path) ?? ""];

/** The type of what is compared. A variable alone is an item: a text, unless items have properties. */
function operandType(
  path: string,
  variables: Variables,
  schema: EntitySchema,
): EdmType | undefined {
  if (![...variables.values()].includes(path)) return typeOf(path, schema);
  const below = `${path.toLowerCase()}/`;
  const names = Object.keys(schema.properties);
  return names.some((name) => name.toLowerCase().startsWith(below)) ? "complex" : "string";
}

function unknown(path: string, schema: EntitySchema): string {
  const [first = ""] = path.split("/");
  return nameAmong(Object.keys(schema.navigations ?? {}), first) === undefined
    ? // A step into a complex property that nobody listed is as unknown as the property itself.
      unknownProperty(schema, path.split("/").at(-1) ?? "")
    : `The sandbox filters by no relationship: '${first}'.`;
}

const incompatible = (type: EdmType, literal: Literal, operator: string) =>
  "A binary operator with incompatible types was detected. " +
  `Found operand types '${edmNames[type]}' and '${edmNames[literal.type]}' for operator kind '${operator}'.`;

const noSignature = (name: TextFunction) =>
  `No function signature for the function with name '${name}' matches the specified arguments. ` +
  `The function signatures considered are: ${name}(Edm.String Nullable=true, Edm.String Nullable=true).`;
