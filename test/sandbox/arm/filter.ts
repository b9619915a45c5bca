/** A parsed `$filter`. */
export type Filter =
  | { kind: "and" | "or"; left: Filter; right: Filter }
  | { kind: "eq" | "ne"; property: string; value: string }
  | { kind: "substringof" | "startswith"; property: string; value: string };

export type Parsed = { ok: true; filter: Filter } | { ok: false };

type Token = { kind: "word" | "text" | "mark"; value: string };

/** Words, quoted texts with doubled quotes inside, and marks. */
const TOKEN = /\s*(?:'((?:[^']|'')*)'|([A-Za-z_$][\w./$-]*)|([(),]))/y;

function tokenize(source: string): Token[] | undefined {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = source.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const match = TOKEN.exec(source);
    if (!match) return undefined;
    const [, text, word, mark] = match;
    if (text !== undefined) tokens.push({ kind: "text", value: text.replaceAll("''", "'") });
    else if (word !== undefined) tokens.push({ kind: "word", value: word });
    else if (mark !== undefined) tokens.push({ kind: "mark", value: mark });
  }
  return tokens;
}

/**
 * Parses ARM's subset of OData: `eq`, `ne`, `and`, `or`, parentheses, `substringof('x', name)`
 * and `startswith(name, 'x')`.
 * @param properties the properties this list can be filtered by
 */
export function parseFilter(source: string, properties: readonly string[]): Parsed {
  const tokens = tokenize(source);
  if (!tokens || tokens.length === 0) return { ok: false };
  let position = 0;

  const take = (kind: Token["kind"], value?: string): string | undefined => {
    const token = tokens[position];
    if (token?.kind !== kind) return undefined;
    if (value !== undefined && token.value.toLowerCase() !== value) return undefined;
    position += 1;
    return token.value;
  };

  const property = (): string | undefined => {
    const word = take("word")?.toLowerCase();
    return properties.find((each) => each.toLowerCase() === word);
  };

  const call = (name: "substringof" | "startswith"): Filter | undefined => {
    if (take("mark", "(") === undefined) return undefined;
    const value = name === "substringof" ? take("text") : undefined;
    if (name === "substringof" && (value === undefined || take("mark", ",") === undefined))
      return undefined;
    const of = property();
    if (of === undefined) return undefined;
    const tail = name === "startswith" && take("mark", ",") !== undefined ? take("text") : value;
    if (tail === undefined || take("mark", ")") === undefined) return undefined;
    return { kind: name, property: of, value: tail };
  };

  const comparison = (): Filter | undefined => {
    if (take("mark", "(") !== undefined) {
      const inner = disjunction();
      return inner && take("mark", ")") !== undefined ? inner : undefined;
    }
    if (take("word", "substringof") !== undefined) return call("substringof");
    if (take("word", "startswith") !== undefined) return call("startswith");
    const of = property();
    if (of === undefined) return undefined;
    const kind = take("word", "eq") !== undefined ? "eq" : take("word", "ne") && "ne";
    const value = kind && take("text");
    return kind && value !== undefined ? { kind, property: of, value } : undefined;
  };

  const conjunction = (): Filter | undefined => {
    let left = comparison();
    while (left && take("word", "and") !== undefined) {
      const right = comparison();
      left = right && { kind: "and", left, right };
    }
    return left;
  };

  function disjunction(): Filter | undefined {
    let left = conjunction();
    while (left && take("word", "or") !== undefined) {
      const right = conjunction();
      left = right && { kind: "or", left, right };
    }
    return left;
  }

  const filter = disjunction();
  return filter && position === tokens.length ? { ok: true, filter } : { ok: false };
}

/** Tag values keep their case; everything else ARM compares without regard to it. */
const fold = (property: string, text: string) =>
  property === "tagValue" ? text : text.toLowerCase();

/**
 * Whether something with these properties passes.
 * @param read the value of a property; undefined when it has none
 */
export function passes(filter: Filter, read: (property: string) => string | undefined): boolean {
  switch (filter.kind) {
    case "and":
      return passes(filter.left, read) && passes(filter.right, read);
    case "or":
      return passes(filter.left, read) || passes(filter.right, read);
    case "eq":
    case "ne":
    case "substringof":
    case "startswith": {
      const actual = read(filter.property);
      const wanted = fold(filter.property, filter.value);
      const text = actual === undefined ? undefined : fold(filter.property, actual);
      if (filter.kind === "ne") return text !== wanted;
      if (text === undefined) return false;
      if (filter.kind === "eq") return text === wanted;
      return filter.kind === "substringof" ? text.includes(wanted) : text.startsWith(wanted);
    }
  }
}

/** Passes when one tag satisfies every tag condition of the filter at once. */
export function passesWithTags(
  filter: Filter,
  read: (property: string) => string | undefined,
  tags: Readonly<Record<string, string>>,
): boolean {
  const pairs: [string | undefined, string | undefined][] = Object.entries(tags);
  if (pairs.length === 0) pairs.push([undefined, undefined]);
  return pairs.some(([name, value]) =>
    passes(filter, (property) => {
      if (property === "tagName") return name;
      return property === "tagValue" ? value : read(property);
    }),
  );
}

/**
 * Whether the filter is one that ARM takes for tags: one name, one value, both of one tag, or the
 * beginning of a name. Tags combine with nothing else.
 */
export function isTagFilter(filter: Filter): boolean {
  const asks = (part: Filter, property: string) => part.kind === "eq" && part.property === property;
  if (filter.kind === "startswith") return filter.property === "tagName";
  if (filter.kind !== "and") return asks(filter, "tagName") || asks(filter, "tagValue");
  const { left, right } = filter;
  return (
    (asks(left, "tagName") && asks(right, "tagValue")) ||
    (asks(left, "tagValue") && asks(right, "tagName"))
  );
}

/** Whether the filter asks for tags; such lists come back without their tags. */
export function asksForTags(filter: Filter): boolean {
  return "left" in filter
    ? asksForTags(filter.left) || asksForTags(filter.right)
    : filter.property === "tagName" || filter.property === "tagValue";
}
