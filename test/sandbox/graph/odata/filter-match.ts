import type { Comparison, Expression, Literal } from "./filter-expression.ts";
import { valueAt } from "./schema.ts";

/** Values of lambda variables, by name. */
type Scope = ReadonlyMap<string, unknown>;
const noScope: Scope = new Map();

const lookUp = (entity: unknown, path: readonly string[], scope: Scope): unknown => {
  const [first = "", ...rest] = path;
  return scope.has(first) ? valueAt(scope.get(first), rest) : valueAt(entity, path);
};

/** Stands for a complex value or a collection, which is comparable with null alone. */
const SOMETHING = true;

/** Microsoft compares text without regard to case, and moments as moments. */
function comparable(value: unknown, literal: Literal): string | number | boolean | null {
  if (literal.type === "dateTime") return typeof value === "string" ? Date.parse(value) : null;
  if (typeof value === "string") return value.toLowerCase();
  if (typeof value === "number" || typeof value === "boolean") return value;
  return value === null || value === undefined ? null : SOMETHING;
}

function literalValue(literal: Literal): string | number | boolean | null {
  if (literal.type === "dateTime") return Date.parse(literal.value);
  return typeof literal.value === "string" ? literal.value.toLowerCase() : literal.value;
}

type Operand = string | number | boolean;
const operators: Record<Exclude<Comparison, "eq" | "ne">, (a: Operand, b: Operand) => boolean> = {
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
};

function compare(operator: Comparison, value: unknown, literal: Literal): boolean {
  const left = comparable(value, literal);
  const right = literalValue(literal);
  if (operator === "eq") return left === right;
  if (operator === "ne") return left !== right;
  return left !== null && right !== null && operators[operator](left, right);
}

const texts = {
  startswith: (text: string, part: string) => text.startsWith(part),
  endswith: (text: string, part: string) => text.endsWith(part),
  contains: (text: string, part: string) => text.includes(part),
};

/** Whether an entity satisfies a filter. */
export function matches(expression: Expression, entity: unknown, scope = noScope): boolean {
  switch (expression.kind) {
    case "and":
      return matches(expression.left, entity, scope) && matches(expression.right, entity, scope);
    case "or":
      return matches(expression.left, entity, scope) || matches(expression.right, entity, scope);
    case "not":
      return !matches(expression.operand, entity, scope);
    case "compare":
      return compare(
        expression.operator,
        lookUp(entity, expression.path, scope),
        expression.literal,
      );
    case "in": {
      const value = lookUp(entity, expression.path, scope);
      return expression.literals.some((literal) => compare("eq", value, literal));
    }
    case "text": {
      const value = lookUp(entity, expression.path, scope);
      return (
        typeof value === "string" &&
        texts[expression.name](value.toLowerCase(), expression.value.toLowerCase())
      );
    }
    case "truth":
      return lookUp(entity, expression.path, scope) === true;
    case "any":
    case "all": {
      const list = lookUp(entity, expression.path, scope);
      const items: unknown[] = Array.isArray(list) ? list : [];
      const holds = (item: unknown) =>
        matches(expression.predicate, entity, new Map([...scope, [expression.variable, item]]));
      return expression.kind === "any" ? items.some(holds) : items.every(holds);
    }
  }
}
