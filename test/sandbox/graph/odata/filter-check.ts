import type { Expression, Literal } from "./filter-expression.ts";
import { propertyPath, unknownProperty } from "./schema.ts";
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

/**
 * What OData objects to in a filter that parses: a property the type lacks, or a comparison of
 * different types (a quoted date against a date is the usual one).
 * Returns undefined when there is nothing.
 */
export function objectionTo(
  expression: Expression,
  schema: EntitySchema,
  variables: ReadonlySet<string> = new Set(),
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
    case "all":
      return (
        missing(expression.path, schema, variables) ??
        objectionTo(expression.predicate, schema, new Set([...variables, expression.variable]))
      );
    case "compare":
      return typeObjection(
        expression.path,
        expression.literal,
        operatorNames[expression.operator],
        schema,
        variables,
      );
    case "in":
      return expression.literals
        .map((literal) => typeObjection(expression.path, literal, "Equal", schema, variables))
        .find((objection) => objection !== undefined);
    case "text":
    case "truth":
      return missing(expression.path, schema, variables);
  }
}

function missing(
  path: readonly string[],
  schema: EntitySchema,
  variables: ReadonlySet<string>,
): string | undefined {
  const [first = ""] = path;
  if (variables.has(first)) return undefined;
  // A step into a complex property that nobody listed is as unknown as the property itself.
  return propertyPath(schema, path.join("/")) === undefined
    ? unknownProperty(schema, path.at(-1) ?? "")
    : undefined;
}

function typeObjection(
  path: readonly string[],
  literal: Literal,
  operator: string,
  schema: EntitySchema,
  variables: ReadonlySet<string>,
): string | undefined {
  const absent = missing(path, schema, variables);
  if (absent !== undefined) return absent;
  const type = schema.properties[propertyPath(schema, path.join("/")) ?? ""];
  if (type === undefined || fits(type, literal.type)) return undefined;
  return (
    "A binary operator with incompatible types was detected. " +
    `Found operand types '${edmNames[type]}' and '${edmNames[literal.type]}' for operator kind '${operator}'.`
  );
}
