import { QueryError } from "./query-error.ts";

export type Token =
  | { kind: "name" | "text" | "mark"; value: string; at: number }
  | { kind: "number"; value: number; at: number };

/** Comments, texts in either quotes (`@` before one: backslashes stay), numbers, names, marks. */
const TOKEN =
  /\s+|\/\/[^\n]*|@?'((?:[^'\\]|\\.)*)'|@?"((?:[^"\\]|\\.)*)"|(\d+(?:\.\d+)?)(?![\w])|(in~|\$?[A-Za-z_][\w]*(?:-[a-z]+)*)|(!in~|!in\b|==|!=|=~|!~|<=|>=|![a-z_]+|[|,()[\].<>=+*/-])/y;

const joined = new Set([
  "project-away",
  "project-keep",
  "project-rename",
  "project-reorder",
  "mv-expand",
]);

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, character: string) =>
    character === "n" ? "\n" : character === "t" ? "\t" : character,
  );
}

export function parserFailure(token: string, at: number): QueryError {
  return new QueryError(
    {
      code: "InvalidQuery",
      message:
        "Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying.",
    },
    { code: "ParserFailure", message: `ParserFailure at '${token}', character ${at}` },
  );
}

/** A query in words. @throws QueryError */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(source);
    if (!match) throw parserFailure(source[at] ?? "", at);
    const [whole, single, double, number, name, mark] = match;
    const text = single ?? double;
    let length = whole.length;
    if (text !== undefined)
      tokens.push({ kind: "text", value: whole.startsWith("@") ? text : unescaped(text), at });
    else if (number !== undefined) tokens.push({ kind: "number", value: Number(number), at });
    else if (name !== undefined) {
      // A hyphen is part of a few operators' names, and minus elsewhere.
      const value = joined.has(name) ? name : (name.split("-")[0] ?? name);
      length = value.length;
      tokens.push({ kind: "name", value, at });
    } else if (mark !== undefined) tokens.push({ kind: "mark", value: mark, at });
    at += length;
  }
  return tokens;
}
