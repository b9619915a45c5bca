import type { Comparison, KqlExpression } from "./kql-syntax.ts";
import { unresolved, unsupported } from "./query-error.ts";

/** A cell: of a column of texts, numbers, or of JSON. */
export type Cell =
  | string
  | number
  | boolean
  | null
  | readonly Cell[]
  | { readonly [name: string]: Cell };
export type Row = Readonly<Record<string, Cell>>;

const isBag = (value: Cell): value is { readonly [name: string]: Cell } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A cell as a text: JSON's null is an empty one. */
export const textOf = (value: Cell): string =>
  value === null
    ? ""
    : typeof value === "string"
      ? value
      : typeof value === "object"
        ? JSON.stringify(value)
        : String(value);

const lower = (value: Cell) => textOf(value).toLowerCase();

/** Whole words: letters and digits between anything else. */
function hasWord(value: Cell, word: Cell): boolean {
  const wanted = lower(word);
  if (wanted === "") return true;
  const text = lower(value);
  const inside = (character: string | undefined) =>
    character !== undefined && /[a-z0-9]/.test(character);
  let at = text.indexOf(wanted);
  while (at >= 0) {
    if (!inside(text[at - 1]) && !inside(text[at + wanted.length])) return true;
    at = text.indexOf(wanted, at + 1);
  }
  return false;
}

/** Numbers compare with numbers, and with texts that are numbers; everything else as texts. */
function compareCells(left: Cell, right: Cell): number {
  const [one, other] = [Number(left ?? Number.NaN), Number(right ?? Number.NaN)];
  const numeric = typeof left === "number" || typeof right === "number";
  if (numeric && !Number.isNaN(one) && !Number.isNaN(other)) return one - other;
  const [first, second] = [textOf(left), textOf(right)];
  return first < second ? -1 : first > second ? 1 : 0;
}

const equal = (left: Cell, right: Cell): boolean =>
  typeof left === "boolean" || typeof right === "boolean"
    ? lower(left) === lower(right)
    : compareCells(left, right) === 0;

const tests: Readonly<Record<Comparison, (left: Cell, right: Cell) => boolean>> = {
  "==": equal,
  "!=": (left, right) => !equal(left, right),
  "=~": (left, right) => lower(left) === lower(right),
  "!~": (left, right) => lower(left) !== lower(right),
  "<": (left, right) => compareCells(left, right) < 0,
  ">": (left, right) => compareCells(left, right) > 0,
  "<=": (left, right) => compareCells(left, right) <= 0,
  ">=": (left, right) => compareCells(left, right) >= 0,
  contains: (left, right) => lower(left).includes(lower(right)),
  "!contains": (left, right) => !lower(left).includes(lower(right)),
  contains_cs: (left, right) => textOf(left).includes(textOf(right)),
  startswith: (left, right) => lower(left).startsWith(lower(right)),
  "!startswith": (left, right) => !lower(left).startsWith(lower(right)),
  startswith_cs: (left, right) => textOf(left).startsWith(textOf(right)),
  endswith: (left, right) => lower(left).endsWith(lower(right)),
  "!endswith": (left, right) => !lower(left).endsWith(lower(right)),
  has: hasWord,
  "!has": (left, right) => !hasWord(left, right),
};

const isEmpty = (value: Cell) => textOf(value) === "";

/** A number that a text is; null for any other. */
const numberIn = (value: Cell): number | null =>
  isEmpty(value) || Number.isNaN(Number(textOf(value))) ? null : Number(textOf(value));

type Function = (...values: Cell[]) => Cell;

/** How many arguments a function takes, and what it gives. */
const functions: Readonly<Record<string, readonly [least: number, most: number, run: Function]>> = {
  tolower: [1, 1, (value = null) => lower(value)],
  toupper: [1, 1, (value = null) => textOf(value).toUpperCase()],
  tostring: [1, 1, (value = null) => textOf(value)],
  toint: [1, 1, (value = null) => integer(numberIn(value))],
  tolong: [1, 1, (value = null) => integer(numberIn(value))],
  todouble: [1, 1, (value = null) => numberIn(value)],
  toreal: [1, 1, (value = null) => numberIn(value)],
  tobool: [1, 1, (value = null) => (isEmpty(value) ? null : lower(value) === "true")],
  not: [1, 1, (value = null) => value !== true],
  isempty: [1, 1, (value = null) => isEmpty(value)],
  isnotempty: [1, 1, (value = null) => !isEmpty(value)],
  isnull: [1, 1, (value = null) => value === null],
  isnotnull: [1, 1, (value = null) => value !== null],
  strlen: [1, 1, (value = null) => textOf(value).length],
  strcat: [1, 64, (...values) => values.map(textOf).join("")],
  split: [2, 2, (value = null, by = null) => textOf(value).split(textOf(by))],
  array_length: [1, 1, (value = null) => (Array.isArray(value) ? value.length : null)],
  iff: [
    3,
    3,
    (condition = null, then = null, otherwise = null) => (condition === true ? then : otherwise),
  ],
  iif: [
    3,
    3,
    (condition = null, then = null, otherwise = null) => (condition === true ? then : otherwise),
  ],
  coalesce: [2, 64, (...values) => values.find((each) => !isEmpty(each)) ?? null],
  substring: [
    2,
    3,
    (value = null, from = 0, length = null) => cut(textOf(value), Number(from), length),
  ],
};

const integer = (number: number | null) => (number === null ? null : Math.trunc(number));
const cut = (text: string, from: number, length: Cell) =>
  text.slice(from, length === null ? undefined : from + Number(length));

/** Works an expression out for one row. @throws QueryError */
export function valueOf(expression: KqlExpression, row: Row): Cell {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "column": {
      const value = row[expression.name];
      if (value === undefined) throw unresolved(expression.name);
      return value;
    }
    case "member": {
      const of = valueOf(expression.of, row);
      if (typeof expression.name === "number")
        return (Array.isArray(of) ? (of as readonly Cell[])[expression.name] : undefined) ?? null;
      return (isBag(of) ? of[expression.name] : undefined) ?? null;
    }
    case "call":
      return callFunction(expression, row);
    case "compare":
      return tests[expression.operator](
        valueOf(expression.left, row),
        valueOf(expression.right, row),
      );
    case "in": {
      const left = valueOf(expression.left, row);
      const folded = expression.operator.endsWith("~");
      const found = expression.values
        .map((each) => valueOf(each, row))
        .some((each) => (folded ? lower(each) === lower(left) : equal(left, each)));
      return expression.operator.startsWith("!") ? !found : found;
    }
    case "and":
    case "or": {
      // Both sides are worked out: a column that does not exist is a mistake on either.
      const [left, right] = [valueOf(expression.left, row), valueOf(expression.right, row)];
      return expression.kind === "and"
        ? left === true && right === true
        : left === true || right === true;
    }
  }
}

function callFunction(call: Extract<KqlExpression, { kind: "call" }>, row: Row): Cell {
  const known = Object.hasOwn(functions, call.name) ? functions[call.name] : undefined;
  if (!known) throw unsupported(`the function '${call.name}'`);
  const [least, most, run] = known;
  if (call.arguments.length < least || call.arguments.length > most)
    throw unsupported(`'${call.name}' of ${call.arguments.length} arguments`);
  return run(...call.arguments.map((each) => valueOf(each, row)));
}

/** For sorting: empty cells come last when it descends, and first when it ascends. */
export const sortedBefore = (left: Cell, right: Cell): number =>
  left === null || right === null
    ? Number(right === null) - Number(left === null)
    : compareCells(left, right);
