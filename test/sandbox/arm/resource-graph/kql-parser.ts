import {
  comparisons,
  type KqlExpression,
  type KqlOperator,
  type KqlQuery,
  memberships,
  type NamedExpression,
  type Order,
} from "./kql-syntax.ts";
import { parserFailure, type Token, tokenize } from "./kql-tokens.ts";
import { unsupported } from "./query-error.ts";

const operatorNames = new Set(
  "where filter project extend distinct take limit order sort summarize count top project-away".split(
    " ",
  ),
);
/** What Resource Graph knows besides. */
const otherOperators = new Set(
  "join union mv-expand mvexpand parse project-keep project-rename project-reorder lookup sample let render make-series evaluate invoke as serialize getschema".split(
    " ",
  ),
);

const DEEPEST = 500;

/** The words of a query, one after the other. */
class Words {
  readonly #tokens: readonly Token[];
  #position = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get next(): Token | undefined {
    return this.#tokens[this.#position];
  }

  get afterNext(): Token | undefined {
    return this.#tokens[this.#position + 1];
  }

  /** Takes a mark or a word if it is the next. */
  take(...values: readonly string[]): string | undefined {
    const { next } = this;
    if (!next || next.kind === "text" || next.kind === "number") return undefined;
    if (!values.includes(next.value)) return undefined;
    this.#position += 1;
    return next.value;
  }

  expect(value: string): void {
    if (this.take(value) === undefined) throw this.failure();
  }

  name(): string {
    const { next } = this;
    if (next?.kind !== "name") throw this.failure();
    this.#position += 1;
    return next.value;
  }

  number(): number {
    const { next } = this;
    if (next?.kind !== "number" || !Number.isInteger(next.value)) throw this.failure();
    this.#position += 1;
    return next.value;
  }

  advance(): Token | undefined {
    const { next } = this;
    this.#position += 1;
    return next;
  }

  /** Reads what is in parentheses, which may nest so deep and no deeper. */
  nested<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw this.failure();
    const value = read();
    this.#depth -= 1;
    return value;
  }

  failure() {
    const { next } = this;
    return parserFailure(next === undefined ? "<EOF>" : String(next.value), next?.at ?? -1);
  }
}

/** Parses a query. @throws QueryError for what is no query, and for what the sandbox does not know */
export function parseQuery(source: string): KqlQuery {
  const words = new Words(tokenize(source));
  const first = words.next;
  if (!first) throw words.failure();
  const bare =
    first.kind === "name" && operatorNames.has(first.value) && words.afterNext?.value !== "|";
  if (first.kind === "name" && otherOperators.has(first.value))
    throw unsupported(`'${first.value}'`);
  const table = bare ? "Resources" : words.name();
  const operators: KqlOperator[] = bare ? operator(words) : [];
  while (words.take("|") !== undefined) operators.push(...operator(words));
  if (words.next) throw words.failure();
  return { table, operators };
}

function operator(words: Words): KqlOperator[] {
  const name = words.name();
  switch (name) {
    case "where":
    case "filter":
      return [{ kind: "where", condition: disjunction(words) }];
    case "project":
    case "extend":
    case "distinct":
      return [{ kind: name, columns: list(words, named) }];
    case "project-away":
      return [{ kind: name, names: list(words, (each) => each.name()) }];
    case "take":
    case "limit":
      return [{ kind: "take", count: words.number() }];
    case "order":
    case "sort":
      words.expect("by");
      return [{ kind: "order", by: list(words, order) }];
    case "top": {
      const count = words.number();
      words.expect("by");
      return [
        { kind: "order", by: list(words, order) },
        { kind: "take", count },
      ];
    }
    case "summarize": {
      const counts = words.next?.value === "by" ? [] : list(words, named);
      const by = words.take("by") === undefined ? [] : list(words, named);
      return [{ kind: "summarize", counts, by }];
    }
    case "count":
      return [{ kind: "count" }];
    default:
      if (otherOperators.has(name)) throw unsupported(`'${name}'`);
      throw parserFailure(name, -1);
  }
}

function list<T>(words: Words, item: (words: Words) => T): T[] {
  const items = [item(words)];
  while (words.take(",") !== undefined) items.push(item(words));
  return items;
}

function named(words: Words): NamedExpression {
  if (words.next?.kind === "name" && words.afterNext?.value === "=") {
    const name = words.name();
    words.expect("=");
    return { name, expression: disjunction(words) };
  }
  return { expression: disjunction(words) };
}

/** Descending unless it says otherwise. */
function order(words: Words): Order {
  const expression = disjunction(words);
  const direction = words.take("asc", "desc");
  if (words.take("nulls") !== undefined) throw unsupported("'nulls first' and 'nulls last'");
  return { expression, descending: direction !== "asc" };
}

function disjunction(words: Words): KqlExpression {
  let left = conjunction(words);
  while (words.take("or") !== undefined) left = { kind: "or", left, right: conjunction(words) };
  return left;
}

function conjunction(words: Words): KqlExpression {
  let left = comparison(words);
  while (words.take("and") !== undefined) left = { kind: "and", left, right: comparison(words) };
  return left;
}

function comparison(words: Words): KqlExpression {
  const left = path(words);
  const member = words.take(...memberships);
  if (member !== undefined) {
    const operator = memberships.find((each) => each === member);
    words.expect("(");
    const values = list(words, disjunction);
    words.expect(")");
    if (operator) return { kind: "in", operator, left, values };
  }
  const taken = words.take(...comparisons);
  const operator = comparisons.find((each) => each === taken);
  if (operator) return { kind: "compare", operator, left, right: path(words) };
  const other = words.next;
  // Kusto has more: `matches regex`, `between`, arithmetic.
  if (other?.kind === "mark" && /^(![a-z_]+|[+*/-])$/.test(other.value))
    throw unsupported(`'${other.value}'`);
  if (other?.kind === "name" && !["and", "or", "by", "asc", "desc", "nulls"].includes(other.value))
    throw unsupported(`'${other.value}'`);
  return left;
}

/** A value and what is picked from it: `properties.sku.name`, `tags['cost center']`, `list[0]`. */
function path(words: Words): KqlExpression {
  let value = primary(words);
  for (;;) {
    if (words.take(".") !== undefined) value = { kind: "member", of: value, name: words.name() };
    else if (words.take("[") !== undefined) {
      const token = words.advance();
      if (token?.kind !== "text" && token?.kind !== "number") throw words.failure();
      value = { kind: "member", of: value, name: token.value };
      words.expect("]");
    } else return value;
  }
}

function primary(words: Words): KqlExpression {
  if (words.take("(") !== undefined) {
    const inner = words.nested(() => disjunction(words));
    words.expect(")");
    return inner;
  }
  // `['cost center']`: a column whose name is no word.
  if (words.take("[") !== undefined) {
    const quoted = words.advance();
    if (quoted?.kind !== "text") throw words.failure();
    words.expect("]");
    return { kind: "column", name: quoted.value };
  }
  if (words.take("-") !== undefined) return { kind: "literal", value: -words.number() };
  const token = words.advance();
  if (token?.kind === "text" || token?.kind === "number")
    return { kind: "literal", value: token.value };
  if (token?.kind !== "name") throw words.failure();
  if (words.take("(") !== undefined) {
    const values: KqlExpression[] = [];
    if (words.take(")") === undefined) {
      values.push(...words.nested(() => list(words, disjunction)));
      words.expect(")");
    }
    return { kind: "call", name: token.value, arguments: values };
  }
  if (token.value === "true" || token.value === "false")
    return { kind: "literal", value: token.value === "true" };
  return { kind: "column", name: token.value };
}
