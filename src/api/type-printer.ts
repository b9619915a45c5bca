import * as z from "zod";

type Json = Record<string, unknown>;

/** Where a named type of the declarations is from. */
const homes = {
  graph: "@microsoft/microsoft-graph-types",
  azure: "../contract/azure-types.ts",
  ConnectionInfo: "../contract/connection-info.ts",
  ConnectionEvent: "../contract/connection-events.ts",
  ListedConnection: "../contract/listed-connection.ts",
  AppHealth: "../contract/app-health.ts",
  Watch: "../contract/watch.ts",
  Change: "../contract/watch.ts",
  McpGrant: "../contract/mcp-grant.ts",
} as const;

/** The names that a generated file imports, by where they are from. */
export type Imports = Map<string, Set<string>>;

export const importsSource = (imports: Imports): string[] =>
  [...imports]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([from, names]) => `import type { ${[...names].toSorted().join(", ")} } from "${from}";`);

/** A union, or an object written in place, needs parentheses. */
export const arrayOf = (item: string): string => (/[ |]/.test(item) ? `(${item})[]` : `${item}[]`);

/** TypeScript of a schema, by its JSON Schema. */
export class TypePrinter {
  readonly #imports: Imports;

  constructor(imports: Imports) {
    this.#imports = imports;
  }

  /** @param required an argument of its own: its being optional is left out */
  text(type: z.ZodType, io: "input" | "output", required = false): string {
    const inner = required && type instanceof z.ZodOptional ? (type.unwrap() as z.ZodType) : type;
    const schema = z.toJSONSchema(inner, { io, unrepresentable: "any" }) as Json;
    return this.#print(schema, (schema["$defs"] ?? {}) as Json);
  }

  #named(from: string, name: string): string {
    const names = this.#imports.get(from) ?? new Set();
    this.#imports.set(from, names.add(name));
    return name;
  }

  #print(schema: Json, defs: Json): string {
    const { microsoft, id, $ref, type, anyOf, oneOf, items, additionalProperties } = schema;
    if (typeof microsoft === "string") {
      const [home = "", name = ""] = microsoft.split(".");
      return this.#named(home === "graph" ? homes.graph : homes.azure, name);
    }
    if (typeof $ref === "string") {
      const name = $ref.slice($ref.lastIndexOf("/") + 1);
      return this.#print({ ...(defs[name] as Json), id: name }, defs);
    }
    if (typeof id === "string" && id in homes)
      return this.#named(homes[id as keyof typeof homes], id);
    if (Array.isArray(schema["enum"]))
      return schema["enum"].map((value) => JSON.stringify(value)).join(" | ");
    if ("const" in schema) return JSON.stringify(schema["const"]);
    const union = anyOf ?? oneOf;
    if (Array.isArray(union)) {
      return [...new Set(union.map((part: Json) => this.#print(part, defs)))].join(" | ");
    }
    switch (type) {
      case "string":
      case "boolean":
      case "null":
        return type;
      case "integer":
      case "number":
        return "number";
      case "array": {
        const item = this.#print((items ?? {}) as Json, defs);
        return arrayOf(item);
      }
      case "object":
        return this.#object(schema, additionalProperties, defs);
      default:
        return "unknown";
    }
  }

  #object({ properties, required }: Json, rest: unknown, defs: Json): string {
    const needed = new Set((required ?? []) as string[]);
    const members = Object.entries((properties ?? {}) as Record<string, Json>).map(
      ([name, type]) =>
        `${name}${needed.has(name) ? "" : "?"}: ${this.#print(type, defs)}${needed.has(name) ? "" : " | undefined"}`,
    );
    if (members.length > 0) return `{ ${members.join("; ")} }`;
    const value = typeof rest === "object" ? this.#print(rest as Json, defs) : "unknown";
    return `Record<string, ${value}>`;
  }
}
