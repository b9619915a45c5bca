import { unprocessable } from "./template-error.ts";

/** The language of templates' texts in brackets: calls of functions, and what is picked from them. */
export type Expression =
  | { kind: "literal"; value: string | number }
  | { kind: "call"; name: string; arguments: readonly Expression[] }
  | { kind: "member"; of: Expression; name: string }
  | { kind: "index"; of: Expression; at: Expression };

const TOKEN = /\s*(?:'((?:[^']|'')*)'|(-?\d+)(?![\w.])|([A-Za-z_$][\w$]*)|([()[\].,]))/y;

type Token = { kind: "text" | "number" | "name" | "mark"; value: string };

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = source.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(source);
    if (!match) throw unprocessable(`The expression '${source}' is not valid at position '${at}'.`);
    const [, text, number, name, mark] = match;
    if (text !== undefined) tokens.push({ kind: "text", value: text.replaceAll("''", "'") });
    else if (number !== undefined) tokens.push({ kind: "number", value: number });
    else if (name !== undefined) tokens.push({ kind: "name", value: name });
    else if (mark !== undefined) tokens.push({ kind: "mark", value: mark });
  }
  return tokens;
}

/** The inside of `[…]`; undefined for a text that is one as it stands. */
export const expressionIn = (text: string): string | undefined =>
  text.startsWith("[") && !text.startsWith("[[") && text.endsWith("]")
    ? text.slice(1, -1)
    : undefined;

const DEEPEST = 500;

/** Parses the inside of `[…]`. @throws TemplateError */
export function parseExpression(source: string): Expression {
  const tokens = tokenize(source);
  let position = 0;
  let depth = 0;
  const invalid = () => unprocessable(`The language expression '${source}' is not valid.`);

  const take = (mark: string): boolean => {
    const token = tokens[position];
    if (token?.kind !== "mark" || token.value !== mark) return false;
    position += 1;
    return true;
  };
  const expect = (mark: string) => {
    if (!take(mark)) throw invalid();
  };

  const primary = (): Expression => {
    const token = tokens[position];
    position += 1;
    if (token?.kind === "text") return { kind: "literal", value: token.value };
    if (token?.kind === "number") return { kind: "literal", value: Number(token.value) };
    if (token?.kind !== "name") throw invalid();
    // A function of a namespace of the template's own: `[contoso.name('x')]`.
    let name = token.value;
    if (take(".")) {
      const member = tokens[position];
      position += 1;
      if (member?.kind !== "name") throw invalid();
      name = `${name}.${member.value}`;
    }
    expect("(");
    const values: Expression[] = [];
    if (!take(")")) {
      do values.push(whole());
      while (take(","));
      expect(")");
    }
    return { kind: "call", name, arguments: values };
  };

  function whole(): Expression {
    depth += 1;
    if (depth > DEEPEST)
      throw unprocessable(`The sandbox works out no expression of more than ${DEEPEST} levels.`);
    const read = picked();
    depth -= 1;
    return read;
  }

  function picked(): Expression {
    let left = primary();
    for (;;) {
      if (take(".")) {
        const token = tokens[position];
        position += 1;
        if (token?.kind !== "name") throw invalid();
        left = { kind: "member", of: left, name: token.value };
      } else if (take("[")) {
        left = { kind: "index", of: left, at: whole() };
        expect("]");
      } else return left;
    }
  }

  const expression = whole();
  if (position !== tokens.length) throw invalid();
  return expression;
}
