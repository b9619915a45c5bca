import { err, ok } from "../../../../src/contract/result.ts";
import type { Result } from "../../../../src/contract/result.ts";
import type { Comparison, Expression, Literal, TextFunction } from "./filter-expression.ts";
import { isMoment } from "./moment.ts";
import { lexFilter } from "./filter-lexer.ts";
import type { Token } from "./filter-lexer.ts";

const comparisons = new Set<string>(["eq", "ne", "gt", "ge", "lt", "le"]);
const textFunctions = new Set<string>(["startswith", "endswith", "contains"]);
const isComparison = (text: string): text is Comparison => comparisons.has(text);
const isTextFunction = (text: string): text is TextFunction => textFunctions.has(text);

/** How deep parentheses and negations may nest, as in OData's own parser. */
const DEEPEST = 800;

/** Recursive descent over the tokens; a syntax error leaves by exception and ends as a value. */
class FilterParser {
  readonly #filter: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(filter: string, tokens: readonly Token[]) {
    this.#filter = filter;
    this.#tokens = tokens;
  }

  parse(): Expression {
    const expression = this.#or();
    this.#expect("end");
    return expression;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.#takeWord("or")) left = { kind: "or", left, right: this.#and() };
    return left;
  }

  #and(): Expression {
    let left = this.#unary();
    while (this.#takeWord("and")) left = { kind: "and", left, right: this.#unary() };
    return left;
  }

  #unary(): Expression {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new SyntaxError("Recursion depth exceeded allowed limit.");
    const read = this.#operand();
    this.#depth -= 1;
    return read;
  }

  #operand(): Expression {
    if (this.#takeWord("not")) return { kind: "not", operand: this.#unary() };
    if (this.#peek().kind === "(") {
      this.#advance();
      const inner = this.#or();
      this.#expect(")");
      // `(subject) eq 'x'`: the parentheses stood around an operand.
      return inner.kind === "truth" ? this.#comparison(inner.path) : inner;
    }
    return this.#predicate();
  }

  #predicate(): Expression {
    const word = this.#expect("word").text;
    const name = word.toLowerCase();
    if (this.#peek().kind === "(") {
      if (isTextFunction(name)) return this.#textFunction(name);
      const steps = word.split("/");
      const quantifier = steps.pop();
      if ((quantifier === "any" || quantifier === "all") && steps.length > 0)
        return this.#lambda(quantifier, steps);
      throw new SyntaxError(`An unknown function with name '${word}' was found.`);
    }
    return this.#comparison(word.split("/"));
  }

  /** What follows a property: a comparison, or nothing for one that is true or false itself. */
  #comparison(path: readonly string[]): Expression {
    const operator = this.#peek().text;
    if (this.#takeWord("in")) return { kind: "in", path, literals: this.#list() };
    if (isComparison(operator)) {
      this.#advance();
      return { kind: "compare", operator, path, literal: this.#literal() };
    }
    return { kind: "truth", path };
  }

  /** `startswith(a,'b')`, which may be compared with true or false. */
  #textFunction(name: TextFunction): Expression {
    this.#expect("(");
    const path = this.#unwrapped(() => this.#expect("word").text.split("/"));
    this.#expect(",");
    const value = this.#unwrapped(() => this.#expect("string").text);
    this.#expect(")");
    const call: Expression = { kind: "text", name, path, value };
    const isEqual = this.#takeWord("eq");
    if (!isEqual && !this.#takeWord("ne")) return call;
    const truth = this.#literal();
    if (truth.type !== "boolean") throw this.#unexpected(this.#peek());
    return truth.value === isEqual ? call : { kind: "not", operand: call };
  }

  #lambda(kind: "any" | "all", path: readonly string[]): Expression {
    this.#expect("(");
    const variable = this.#expect("word").text;
    this.#expect(":");
    const predicate = this.#or();
    this.#expect(")");
    return { kind, path, variable, predicate };
  }

  #list(): Literal[] {
    this.#expect("(");
    const literals = [this.#literal()];
    while (this.#peek().kind === ",") {
      this.#advance();
      literals.push(this.#literal());
    }
    this.#expect(")");
    return literals;
  }

  /** An operand, in any number of parentheses. */
  #unwrapped<T>(read: () => T): T {
    if (this.#peek().kind !== "(") return read();
    this.#advance();
    const value = this.#unwrapped(read);
    this.#expect(")");
    return value;
  }

  #literal(): Literal {
    return this.#unwrapped(() => this.#bareLiteral());
  }

  #bareLiteral(): Literal {
    const token = this.#advance();
    switch (token.kind) {
      case "dateTime":
        if (!isMoment(token.text)) throw this.#unrecognized("Edm.DateTimeOffset", token);
        return { type: token.kind, value: token.text };
      case "string":
      case "guid":
        return { type: token.kind, value: token.text };
      case "number":
        return { type: "number", value: Number(token.text) };
      case "word":
        if (token.text === "null") return { type: "null", value: null };
        if (token.text === "true" || token.text === "false")
          return { type: "boolean", value: token.text === "true" };
        throw this.#unexpected(token);
      default:
        throw this.#unexpected(token);
    }
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: "end", text: "", position: this.#filter.length };
  }

  #advance(): Token {
    const token = this.#peek();
    this.#next += 1;
    return token;
  }

  #takeWord(text: string): boolean {
    const token = this.#peek();
    if (token.kind !== "word" || token.text !== text) return false;
    this.#next += 1;
    return true;
  }

  #expect(kind: Token["kind"]): Token {
    const token = this.#advance();
    if (token.kind !== kind) throw this.#unexpected(token);
    return token;
  }

  #unrecognized(type: string, { text, position }: Token): SyntaxError {
    return new SyntaxError(
      `Unrecognized '${type}' literal '${text}' at '${position}' in '${this.#filter}'.`,
    );
  }

  #unexpected(token: Token): SyntaxError {
    return new SyntaxError(`Syntax error at position ${token.position} in '${this.#filter}'.`);
  }
}

/** Parses a $filter. Error: the sentence OData's parser says about it. */
export function parseFilter(filter: string): Result<Expression, string> {
  const tokens = lexFilter(filter);
  if (!tokens.ok) return tokens;
  try {
    return ok(new FilterParser(filter, tokens.value).parse());
  } catch (error) {
    if (error instanceof SyntaxError) return err(error.message);
    throw error;
  }
}
