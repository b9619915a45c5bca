import { murmurHash64 } from "./template-hash.ts";
import { unprocessable } from "./template-error.ts";

/** A value of JSON. */
export type Value =
  | string
  | number
  | boolean
  | null
  | readonly Value[]
  | { readonly [name: string]: Value };

export const isObject = (value: Value | undefined): value is { readonly [name: string]: Value } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value);

const wrong = (name: string) =>
  unprocessable(
    `The template language function '${name}' was invoked with invalid parameters. Please see https://aka.ms/arm-functions for usage details.`,
  );

const textOf = (name: string, value: Value | undefined): string => {
  if (typeof value === "string") return value;
  throw wrong(name);
};
const numberOf = (name: string, value: Value | undefined): number => {
  if (typeof value === "number") return value;
  throw wrong(name);
};
const booleanOf = (name: string, value: Value | undefined): boolean => {
  if (typeof value === "boolean") return value;
  throw wrong(name);
};

const sameValue = (left: Value | undefined, right: Value | undefined): boolean =>
  JSON.stringify(left) === JSON.stringify(right);

/** How a value shows inside a text. */
const shown = (value: Value): string =>
  typeof value === "string"
    ? value
    : typeof value === "boolean"
      ? value
        ? "True"
        : "False"
      : JSON.stringify(value);

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

/** Thirteen characters that depend on the texts alone. */
export function uniqueString(...texts: readonly string[]): string {
  const hash = murmurHash64(new TextEncoder().encode(texts.join("-")));
  const bits = BigInt.asUintN(64, hash);
  return Array.from({ length: 13 }, (_, index) => {
    const shifted = BigInt.asUintN(64, bits << BigInt(5 * index));
    return ALPHABET[Number(shifted >> 59n)] ?? "";
  }).join("");
}

type Pure = (...values: Value[]) => Value;

const sizeOf = (name: string, value: Value | undefined): number => {
  if (typeof value === "string" || isList(value)) return value.length;
  if (isObject(value)) return Object.keys(value).length;
  throw wrong(name);
};

function union(...values: Value[]): Value {
  if (values.every(isObject)) return Object.assign({}, ...values) as Value;
  if (!values.every(isList)) throw wrong("union");
  const all = values.flat();
  return all.filter((each, index) => all.findIndex((other) => sameValue(each, other)) === index);
}

function resourceIdOf(name: string, base: string, values: readonly Value[]): string {
  const texts = values.map((each) => textOf(name, each));
  const [type = "", ...names] = texts;
  const [namespace = "", ...types] = type.split("/");
  if (types.length === 0 || types.length !== names.length) throw wrong(name);
  const pairs = types.map((each, index) => `${each}/${names[index] ?? ""}`);
  return `${base}/providers/${namespace}/${pairs.join("/")}`;
}

/** Type and names, behind `extensionResourceId`'s or `tenantResourceId`'s base. */
export const extensionId = (name: string, base: string, values: readonly Value[]) =>
  resourceIdOf(name, base, values);

const arithmetic =
  (name: string, compute: (left: number, right: number) => number): Pure =>
  (left, right) =>
    compute(numberOf(name, left), numberOf(name, right));

function divisor(name: string, value: number): number {
  if (value === 0) throw wrong(name);
  return value;
}

/** Numbers one by one, or as one list. */
function numbersOf(name: string, values: readonly Value[]): number[] {
  const [first] = values;
  const numbers = isList(first) && values.length === 1 ? first : values;
  if (numbers.length === 0) throw wrong(name);
  return numbers.map((each) => numberOf(name, each));
}

const LONGEST_RANGE = 10_000;

/** The functions of templates whose value depends on their arguments alone. Names in small letters. */
export const pureFunctions: Readonly<Record<string, Pure>> = {
  concat: (...values) =>
    values.every(isList) && values.length > 0 ? values.flat() : values.map(shown).join(""),
  format: (pattern, ...values) =>
    textOf("format", pattern).replaceAll(/\{(\d+)\}/g, (_, index: string) => {
      const value = values[Number(index)];
      if (value === undefined) throw wrong("format");
      return shown(value);
    }),
  tolower: (text) => textOf("toLower", text).toLowerCase(),
  toupper: (text) => textOf("toUpper", text).toUpperCase(),
  trim: (text) => textOf("trim", text).trim(),
  string: (value = "") => shown(value),
  int: (value = "") => {
    const number = Number(value);
    if (!Number.isInteger(number)) throw wrong("int");
    return number;
  },
  bool: (value = "") => {
    const text = shown(value).toLowerCase();
    if (!["true", "1", "false", "0"].includes(text)) throw wrong("bool");
    return text === "true" || text === "1";
  },
  json: (text) => {
    try {
      return JSON.parse(textOf("json", text)) as Value;
    } catch {
      throw wrong("json");
    }
  },
  null: () => null,
  true: () => true,
  false: () => false,
  equals: (left, right) =>
    typeof left === "string" && typeof right === "string"
      ? left.toLowerCase() === right.toLowerCase()
      : sameValue(left, right),
  not: (value) => !booleanOf("not", value),
  and: (...values) => values.every((each) => booleanOf("and", each)),
  or: (...values) => values.some((each) => booleanOf("or", each)),
  less: (left, right) => numberOf("less", left) < numberOf("less", right),
  greater: (left, right) => numberOf("greater", left) > numberOf("greater", right),
  add: arithmetic("add", (left, right) => left + right),
  sub: arithmetic("sub", (left, right) => left - right),
  mul: arithmetic("mul", (left, right) => left * right),
  div: arithmetic("div", (left, right) => Math.trunc(left / divisor("div", right))),
  mod: arithmetic("mod", (left, right) => left % divisor("mod", right)),
  length: (value) => sizeOf("length", value),
  empty: (value) => value === null || sizeOf("empty", value) === 0,
  first: (value) => (typeof value === "string" || isList(value) ? (value[0] ?? null) : null),
  last: (value) => (typeof value === "string" || isList(value) ? (value.at(-1) ?? null) : null),
  take: (value, count) =>
    typeof value === "string" || isList(value) ? value.slice(0, numberOf("take", count)) : null,
  skip: (value, count) =>
    typeof value === "string" || isList(value) ? value.slice(numberOf("skip", count)) : null,
  contains: (value, wanted) => {
    if (typeof value === "string") return value.includes(shown(wanted ?? ""));
    if (isList(value)) return value.some((each) => sameValue(each, wanted));
    if (isObject(value)) return Object.hasOwn(value, shown(wanted ?? ""));
    throw wrong("contains");
  },
  substring: (text, from, count) => {
    const whole = textOf("substring", text);
    const start = numberOf("substring", from);
    const length = count === undefined ? whole.length - start : numberOf("substring", count);
    if (start < 0 || length < 0 || start + length > whole.length)
      throw unprocessable(
        "Unable to evaluate template language function 'substring'. The index and length parameters must refer to a location within the string. " +
          `The index parameter: '${start}', the length parameter: '${length}', the length of the string parameter: '${whole.length}'.`,
      );
    return whole.slice(start, start + length);
  },
  replace: (text, old, fresh) => {
    const [sought, put] = [textOf("replace", old), textOf("replace", fresh)];
    if (sought === "") throw wrong("replace");
    return textOf("replace", text).split(sought).join(put);
  },
  split: (text, at) => textOf("split", text).split(textOf("split", at)),
  join: (list, by) => {
    if (!isList(list)) throw wrong("join");
    return list.map(shown).join(textOf("join", by));
  },
  startswith: (text, start) =>
    textOf("startsWith", text).toLowerCase().startsWith(textOf("startsWith", start).toLowerCase()),
  endswith: (text, end) =>
    textOf("endsWith", text).toLowerCase().endsWith(textOf("endsWith", end).toLowerCase()),
  coalesce: (...values) => values.find((each) => each !== null) ?? null,
  createarray: (...values) => values,
  createobject: (...values) =>
    Object.fromEntries(
      values.flatMap((each, index) =>
        index % 2 === 0 ? [[textOf("createObject", each), values[index + 1] ?? null] as const] : [],
      ),
    ),
  union,
  range: (from, count) => {
    const length = numberOf("range", count);
    if (length < 0 || length > LONGEST_RANGE) throw wrong("range");
    return Array.from({ length }, (_, index) => numberOf("range", from) + index);
  },
  min: (...values) => Math.min(...numbersOf("min", values)),
  max: (...values) => Math.max(...numbersOf("max", values)),
  base64: (text) => Buffer.from(textOf("base64", text)).toString("base64"),
  uniquestring: (...values) => uniqueString(...values.map((each) => textOf("uniqueString", each))),
  tenantresourceid: (...values) => extensionId("tenantResourceId", "", values),
  extensionresourceid: (base, ...values) =>
    extensionId("extensionResourceId", textOf("extensionResourceId", base), values),
};
