import * as fc from "fast-check";
import * as z from "zod";
import type { Operation, OperationRoute } from "../../src/api/operation.ts";
import { camelCase, snakeCase } from "../../src/contract/field-name.ts";
import { isOwn, queryFields, type RequestParts } from "../../src/front/http-input.ts";

/** Requests for the operations of the catalogue, made from their declarations: good ones and bad ones. */

/** The input of an operation, before any door has read it. */
export type Input = Readonly<Record<string, unknown>>;

/** Texts that are good for some fields and bad for others. */
const words = [
  "true",
  "sign_in",
  "a",
  "inbox",
  "25",
  "0",
  "101",
  "-1",
  "1.5",
  "1e3",
  " 7",
  "",
  " ",
  "a\u0000b",
  "2022-12-01",
  "2022-12-01-preview",
  "2022-12-01-preview.1",
  "2022-02-31",
  "2026-11-01",
  "2026-11-01T00:00:00Z",
  "2026-11-01T00:00:00",
  "2026-11-01 00:00",
  "yesterday",
  "aaaaaaaa-1111-4000-8000-000000000001",
  "{aaaaaaaa-1111-4000-8000-000000000001}",
  "active",
  "graph",
  "contains(subject,'a')",
  "ünï 😀",
  "user:42",
] as const;
const numbers = [1, 0, 25, 100, 101, -1, 3_600, 3_601, 0.5, 1e6, 1e21] as const;
const documents = [
  ["graph:read"],
  ["graph:read", "arm:read"],
  ["created"],
  ["deleted", "updated"],
  true,
  false,
  ["admin"],
  ["none"],
  [],
  [1],
  {},
  null,
];

interface Values {
  good: readonly unknown[];
  any: fc.Arbitrary<unknown>;
}

/** Texts as long as the field allows, and one character shorter and longer. */
const aroundLimit = (limit: unknown): string[] =>
  typeof limit === "number" ? [-1, 0, 1].map((more) => "x".repeat(limit + more)) : [];

/** @param parsed it comes as JSON, and not as the text of a URL */
function valuesOf(type: z.ZodType, parsed: boolean): Values {
  const schema = z.toJSONSchema(type, { io: "input", unrepresentable: "any" });
  const texts = [...words, ...aroundLimit(schema.maxLength)];
  const pool: unknown[] = [
    ...texts,
    ...(schema.type === "integer" ? numbers : []),
    ...(parsed ? documents : []),
  ];
  return {
    good: pool.filter((value) => type.safeParse(value).success),
    any: fc.oneof(
      fc.constantFrom(...pool),
      fc.string({ unit: "grapheme", maxLength: 24 }),
      ...(schema.type === "integer" ? [fc.integer({ min: -2, max: 203 })] : []),
      ...(parsed ? [fc.jsonValue({ maxDepth: 1 })] : []),
    ),
  };
}

const bodyFields = ({ body, input }: Operation, { params }: OperationRoute): string[] =>
  body === "rest" ? Object.keys(input).filter((name) => ![...params.values()].includes(name)) : [];

const pathFields = (operation: Operation, route: OperationRoute): [string, string][] =>
  [...route.params].filter(([name]) => !isOwn(operation, route, name));

/** What no path can hold: it would be another path. */
const otherPath: ReadonlySet<unknown> = new Set(["", ".", ".."]);

/**
 * Inputs of an operation by one of its routes: good values, and at most one of any kind, since of two that
 * are wrong either may be named. Sometimes a field that nobody knows is among them.
 *
 * @param fixed fields that have one value in every request
 */
export function inputsOf(
  operation: Operation,
  route: OperationRoute,
  fixed: Input = {},
): fc.Arbitrary<Input> {
  const inPath = new Set(pathFields(operation, route).map(([, field]) => field));
  const inBody = new Set(bodyFields(operation, route));
  const names = [...inPath, ...inBody, ...Object.keys(queryFields(operation))].filter(
    (name) => !Object.hasOwn(fixed, name),
  );
  const values = new Map(
    names.map((name) => {
      const type = operation.input[name] ?? z.never();
      const { good, any } = valuesOf(type, inBody.has(name));
      const fits = (value: unknown) => !inPath.has(name) || !otherPath.has(value);
      // A good cursor was made for its list, which no generator can do.
      const fitting = name === "cursor" ? [undefined] : good.filter(fits);
      if (fitting.length === 0) throw new Error(`${operation.name} has no good ${name} here`);
      return [name, { good: fc.constantFrom(...fitting), any: any.filter(fits) }] as const;
    }),
  );
  return fc.constantFrom(...names, "strayField", undefined).chain((odd) =>
    fc
      .record(
        Object.fromEntries([
          ...[...values].map(([name, { good, any }]) => [name, name === odd ? any : good] as const),
          ...(odd === "strayField" ? [[odd, fc.constant("x")] as const] : []),
        ]),
        {
          requiredKeys: [
            ...(odd === undefined ? [] : [odd]),
            ...names.filter((name) => inPath.has(name) || isRequired(operation, name)),
          ],
        },
      )
      .map((input) => ({ ...fixed, ...input })),
  );
}

const isRequired = ({ input }: Operation, name: string): boolean =>
  input[name]?.safeParse(undefined).success === false;

/** The same input as the parts of an HTTP request by this route. */
export function partsOf(
  operation: Operation,
  route: OperationRoute,
  input: Input,
): RequestParts & { query: Record<string, string> } {
  const inPath = pathFields(operation, route);
  const places = new Set(inPath.map(([, field]) => field));
  const others = Object.entries(input).filter(
    ([name, value]) => !places.has(name) && value !== undefined,
  );
  const named = others.map(([name, value]) => [snakeCase(name), value] as const);
  return {
    params: Object.fromEntries(inPath.map(([name, field]) => [name, String(input[field])])),
    query:
      operation.body === "rest"
        ? {}
        : Object.fromEntries(named.map(([name, value]) => [name, String(value)])),
    body: operation.body === "rest" ? Object.fromEntries(named) : undefined,
  };
}

/** Who refused, and by which operation and route. */
export interface Refused {
  door: "http" | "rpc";
  operation: Operation;
  route: OperationRoute;
}

/**
 * A refusal without what the doors write in their own way: HTTP names a field of the path as the path
 * does, and any other in snake case; RPC names it as the input does.
 */
export function refusalOf(
  { details, message }: { details?: { field?: string } | undefined; message: string },
  { door, operation, route }: Refused,
): { field: string; sentence: string } {
  const { field = "" } = details ?? {};
  const [first = "", ...rest] = field.split(".");
  return {
    field: [door === "rpc" ? first : fieldNamed(first, operation, route), ...rest].join("."),
    sentence: message.slice(message.indexOf(field) + field.length),
  };
}

function fieldNamed(name: string, operation: Operation, route: OperationRoute): string {
  const inPath = pathFields(operation, route).find(([one]) => one === name)?.[1];
  const field = camelCase(name);
  return inPath ?? (snakeCase(field) === name ? field : `${name}, which is not in snake case`);
}
