import { err, ok } from "../../../../src/contract/result.ts";
import type { Result } from "../../../../src/contract/result.ts";

export type Token =
  | { kind: "word"; text: string; position: number }
  | { kind: "string" | "number" | "dateTime" | "guid"; text: string; position: number }
  | { kind: "(" | ")" | "," | ":" | "end"; text: string; position: number };

type Rule = readonly [kind: Token["kind"], pattern: RegExp];

/** Tried in order; a date must come before a number, which is its beginning. */
const rules: readonly Rule[] = [
  ["guid", /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i],
  ["dateTime", /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?/i],
  ["number", /^-?\d+(?:\.\d+)?/],
  ["string", /^'(?:[^']|'')*'/],
  ["word", /^[A-Za-z_@][\w.@]*(?:\/[A-Za-z_][\w.]*|\/\$count)*/],
  ["(", /^\(/],
  [")", /^\)/],
  [",", /^,/],
  [":", /^:/],
];

const textOf = (kind: Token["kind"], text: string) =>
  kind === "string" ? text.slice(1, -1).replaceAll("''", "'") : text;

/**
 * Cuts a $filter into tokens.
 * Error: OData's sentence with the position of the first character that fits nowhere.
 */
export function lexFilter(filter: string): Result<Token[], string> {
  const tokens: Token[] = [];
  let position = 0;
  while (position < filter.length) {
    const rest = filter.slice(position);
    const blank = /^\s+/.exec(rest)?.[0].length ?? 0;
    if (blank > 0) {
      position += blank;
      continue;
    }
    const found = rules
      .map(([kind, pattern]) => ({ kind, text: pattern.exec(rest)?.[0] }))
      .find(({ text }) => text !== undefined);
    if (found?.text === undefined) {
      const problem = rest.startsWith("'")
        ? `There is an unterminated string literal at position ${filter.length} in '${filter}'.`
        : `Syntax error: character '${rest[0]}' is not valid at position ${position} in '${filter}'.`;
      return err(problem);
    }
    tokens.push({ kind: found.kind, text: textOf(found.kind, found.text), position });
    position += found.text.length;
  }
  tokens.push({ kind: "end", text: "", position });
  return ok(tokens);
}
