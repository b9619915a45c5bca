/**
 * `$search` as Graph takes it. What a caller searches for is KQL for mail and files, and clauses of
 * `property:text` for the directory; in both a text stands in double quotes, and a quote or a
 * backslash inside has a backslash before it.
 */

/** A whole text in quotes, with none inside but escaped ones. */
const quoted = /^"(?:[^"\\]|\\.)*"$/s;

const inQuotes = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;

/**
 * A KQL query as one quoted text: words, `subject:"annual report" AND from:ada`, or an inch sign.
 * A text that is quoted as a whole already, as Graph's documentation has it, stays as it is.
 */
export function kqlSearch(query: string): string {
  const text = query.trim();
  return quoted.test(text) ? text : inQuotes(text);
}

/** Quoted texts joined by operators: `"displayName:ada" OR ("mail:ada" AND "mail:contoso")`. */
const clauses = /^(?:\s|[()]|AND|OR|NOT|"(?:[^"\\]|\\.)*")*$/s;
const oneClause = /"((?:[^"\\]|\\.)*)"/gs;
const operators = / (AND|OR) /;
/** `displayName:ada`; a word and a colon with a space behind them are words. */
const qualified = /^[a-z]\w*(?:\/\w+)*:(?=\S)/i;

/**
 * A search of the directory, which knows no default property: a text without one is looked for in
 * `displayName`. Clauses that are quoted already pass.
 */
export function directorySearch(query: string): string {
  const text = query.trim();
  if (text.includes('"') && clauses.test(text)) {
    return text.replaceAll(oneClause, (clause, inner: string) =>
      qualified.test(inner) ? clause : `"displayName:${inner}"`,
    );
  }
  const parts = text.split(operators);
  // Operators stand between clauses; between words they may be part of a name.
  if (parts.every((part, place) => place % 2 === 1 || qualified.test(part))) {
    return parts.map((part, place) => (place % 2 === 1 ? ` ${part} ` : inQuotes(part))).join("");
  }
  return inQuotes(`displayName:${text}`);
}
