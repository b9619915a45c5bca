import { err, ok } from "../../../../src/contract/result.ts";
import type { Result } from "../../../../src/contract/result.ts";

/** One clause of a $search: words, maybe tied to a property. */
export interface SearchClause {
  property: string | undefined;
  text: string;
}

/** Clauses of the inner lists must all hold; one inner list is enough. */
export type Search = readonly (readonly SearchClause[])[];

const clause = (quoted: string): SearchClause => {
  const [, property, text] = /^(?:([A-Za-z]+):)?(.*)$/s.exec(quoted) ?? [];
  return { property, text: (text ?? "").toLowerCase() };
};

/**
 * Parses `"displayName:ada" OR "mail:ada"`, each clause in double quotes.
 * Error: OData's sentence, which a missing quote earns.
 */
export function parseSearch(text: string): Result<Search, string> {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  const alternatives: SearchClause[][] = [[]];
  for (const token of tokens) {
    if (token === "OR") alternatives.push([]);
    else if (token.startsWith('"') && token.endsWith('"') && token.length > 1)
      alternatives.at(-1)?.push(clause(token.slice(1, -1).replaceAll('\\"', '"')));
    else if (token !== "AND")
      return err(
        `Syntax error: character '${token[0]}' is not valid at position ${text.indexOf(token)} in '${text}'.`,
      );
  }
  return alternatives.some((clauses) => clauses.length === 0)
    ? err(`Syntax error at position ${text.length} in '${text}'.`)
    : ok(alternatives);
}

/** Whether some alternative holds, given how one clause is decided. */
export function satisfies(search: Search, decide: (one: SearchClause) => boolean): boolean {
  return search.some((clauses) => clauses.every(decide));
}

/** Whether some word of `text` begins with every word of `wanted`. */
export function wordsBegin(text: string, wanted: string): boolean {
  const words = text.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  const parts = wanted.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== "");
  return parts.length > 0 && parts.every((part) => words.some((word) => word.startsWith(part)));
}
