/** What kind of value a text is: what it says differs by nature, how it is written must not. */
const textKinds: readonly (readonly [kind: string, form: RegExp])[] = [
  ["guid", /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i],
  ["date-time in UTC", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/],
  ["date-time with an offset", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d:\d\d$/],
  ["date-time without a zone", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?$/],
  ["date-time with spaces", /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/],
  ["date", /^\d{4}-\d\d-\d\d$/],
  ["weak etag", /^W\/".*"$/s],
  ["etag", /^".*"$/s],
  ["whole number in text", /^\d+$/],
];

/** The form of a JSON value, without what it says. */
export type Shape =
  | { of: "object"; members: ReadonlyMap<string, Shape> }
  | { of: "list"; items: readonly Shape[] }
  /** `null` and empty text say nothing of the value that could stand there. */
  | { of: "value"; kind: string };

export const shapeOf = (value: unknown, name = ""): Shape => {
  if (Array.isArray(value)) {
    return { of: "list", items: value.map((item: unknown) => shapeOf(item)) };
  }
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(
      ([key, inner]) => [key, shapeOf(inner, key)] as const,
    );
    return { of: "object", members: new Map(members) };
  }
  return { of: "value", kind: kindOf(value, name) };
};

/** Kinds that any other may stand in for. */
export const openKinds: ReadonlySet<string> = new Set(["null", "empty text"]);

function kindOf(value: unknown, name: string): string {
  if (value === null) return "null";
  if (typeof value !== "string") return typeof value;
  if (value === "") return "empty text";
  if (/(?:^|\.)context$/.test(name)) return contextOf(value);
  const url = URL.parse(value);
  if (url !== null && /^https?:$/.test(url.protocol)) return linkOf(url, name);
  return textKinds.find(([, form]) => form.test(value))?.[0] ?? "text";
}

/** Of a link that is followed, which parameters it has; of others, that they are links. */
function linkOf(url: URL, name: string): string {
  if (!/(?:next|delta)Link$/i.test(name)) return "link";
  return `link with ${[...url.searchParams.keys()].toSorted().join(", ") || "no query"}`;
}

/** `$metadata#users('…')/messages`: whose it is differs by nature. */
const contextOf = (text: string): string =>
  `context ${text.replace(/^.*\$metadata/, "$metadata").replaceAll(/'[^']*'/g, "'…'")}`;

/** Of a header: its words, and the kinds of what differs by nature. */
export function headerShape(name: string, value: string): string {
  switch (name) {
    case "content-type":
    case "odata-version":
    case "preference-applied":
      return value.toLowerCase().replaceAll(/\s/g, "");
    case "www-authenticate":
      return [...value.matchAll(/(\w+) |([\w-]+)="/g)]
        .map(([, scheme, parameter]) => scheme ?? parameter ?? "")
        .join(" ");
    default:
      return kindOf(value, name);
  }
}
