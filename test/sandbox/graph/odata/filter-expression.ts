export type Literal =
  | { type: "string" | "dateTime" | "guid"; value: string }
  | { type: "number"; value: number }
  | { type: "boolean"; value: boolean }
  | { type: "null"; value: null };

export type Comparison = "eq" | "ne" | "gt" | "ge" | "lt" | "le";
export type TextFunction = "startswith" | "endswith" | "contains";

/** A parsed $filter. Property paths are lists of steps; lambda variables are their first step. */
export type Expression =
  | { kind: "and" | "or"; left: Expression; right: Expression }
  | { kind: "not"; operand: Expression }
  | { kind: "compare"; operator: Comparison; path: readonly string[]; literal: Literal }
  | { kind: "in"; path: readonly string[]; literals: readonly Literal[] }
  | { kind: "text"; name: TextFunction; path: readonly string[]; value: string }
  | { kind: "truth"; path: readonly string[] }
  | {
      kind: "any" | "all";
      path: readonly string[];
      variable: string;
      predicate: Expression;
    };

/** Every node of the tree, the outer before the inner, left before right. */
export function* nodesOf(expression: Expression): Generator<Expression> {
  yield expression;
  switch (expression.kind) {
    case "and":
    case "or":
      yield* nodesOf(expression.left);
      yield* nodesOf(expression.right);
      return;
    case "not":
      yield* nodesOf(expression.operand);
      return;
    case "any":
    case "all":
      yield* nodesOf(expression.predicate);
      return;
    case "compare":
    case "in":
    case "text":
    case "truth":
      return;
    default:
      expression satisfies never;
  }
}

/** The property paths a filter names, in the order it names them. */
export function pathsOf(expression: Expression): string[] {
  return [...nodesOf(expression)].flatMap((node) => ("path" in node ? [node.path.join("/")] : []));
}
