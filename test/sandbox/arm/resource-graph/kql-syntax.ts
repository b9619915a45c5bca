/** The part of the Kusto Query Language that the sandbox works out, as a tree. */

export const comparisons = [
  "==",
  "!=",
  "=~",
  "!~",
  "<",
  ">",
  "<=",
  ">=",
  "contains",
  "!contains",
  "contains_cs",
  "startswith",
  "!startswith",
  "startswith_cs",
  "endswith",
  "!endswith",
  "has",
  "!has",
] as const;
export type Comparison = (typeof comparisons)[number];

export const memberships = ["in", "!in", "in~", "!in~"] as const;
export type Membership = (typeof memberships)[number];

export type KqlExpression =
  | { kind: "literal"; value: string | number | boolean | null }
  | { kind: "column"; name: string }
  | { kind: "member"; of: KqlExpression; name: string | number }
  | { kind: "call"; name: string; arguments: readonly KqlExpression[] }
  | { kind: "compare"; operator: Comparison; left: KqlExpression; right: KqlExpression }
  | { kind: "in"; operator: Membership; left: KqlExpression; values: readonly KqlExpression[] }
  | { kind: "and" | "or"; left: KqlExpression; right: KqlExpression };

/** An expression with the name of its column; without one the expression gives it. */
export interface NamedExpression {
  name?: string;
  expression: KqlExpression;
}

export interface Order {
  expression: KqlExpression;
  descending: boolean;
}

export type KqlOperator =
  | { kind: "where"; condition: KqlExpression }
  | { kind: "project" | "extend" | "distinct"; columns: readonly NamedExpression[] }
  | { kind: "project-away"; names: readonly string[] }
  | { kind: "take"; count: number }
  | { kind: "order"; by: readonly Order[] }
  | { kind: "summarize"; counts: readonly NamedExpression[]; by: readonly NamedExpression[] }
  | { kind: "count" };

export interface KqlQuery {
  /** As it was written; Resource Graph takes it for `Resources` where it lacks. */
  table: string;
  operators: readonly KqlOperator[];
}
