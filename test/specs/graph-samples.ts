import { canonicalPath } from "../sandbox/graph/path.ts";
import { isObject, referencesIn } from "./schema.ts";
import type { Json, JsonObject } from "./schema.ts";

/** One of Graph Explorer's sample queries, as far as it is read here. */
export interface SampleQuery {
  category: string;
  method: string;
  requestUrl: string;
  headers?: { name: string; value: string }[];
}

/** A sample that the sandbox has to answer. */
export interface Sample {
  category: string;
  url: string;
  headers: Record<string, string>;
  /** The type of the answer, or of what is in its `value`; null: Microsoft's v1.0 description has none. */
  type: string | null;
}

/** What the sandbox plays, by the samples' own categories. */
const categories = new Set([
  "Users",
  "Outlook Mail",
  "Outlook Calendar",
  "Personal Contacts",
  "OneDrive",
  "Microsoft To Do",
  "Batching",
]);

/** `/me/mailFolders('{id}')/messages/graph.delta()` as the sandbox writes templates. */
const templateOf = (path: string): string =>
  canonicalPath(`/v1.0${path.replaceAll(/\('?\{[^}]*\}'?\)/g, "/x")}`).template;

/** The name of the entity in an operation's 200. */
function answerType(operation: Json | undefined): string | null {
  const answers = isObject(operation) ? operation["responses"] : undefined;
  const ok = isObject(answers) ? answers["200"] : undefined;
  const reference = referencesIn(ok ?? null).find((one) => one.includes("microsoft.graph."));
  return reference?.split("microsoft.graph.").at(-1) ?? null;
}

/**
 * The samples that read something of the sandbox's and name nothing that a person has to fill in, and
 * how many there are of every other category.
 *
 * @param document Graph's OpenAPI description
 */
export function sampleSlice(
  queries: readonly SampleQuery[],
  { paths }: JsonObject,
): { samples: Sample[]; elsewhere: Record<string, number> } {
  const described = new Map<string, Json>();
  for (const [path, operations] of Object.entries(isObject(paths) ? paths : {})) {
    const template = templateOf(path);
    if (!described.has(template) && isObject(operations) && operations["get"] !== undefined)
      described.set(template, operations["get"]);
  }
  const samples = queries
    .filter(
      ({ category, method, requestUrl }) =>
        categories.has(category) && method === "GET" && !requestUrl.includes("{"),
    )
    .map(({ category, requestUrl, headers = [] }) => {
      const { template } = canonicalPath(requestUrl.split("?")[0] ?? "");
      return {
        category,
        url: requestUrl,
        headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])),
        type: template.endsWith("/$count") ? "count" : answerType(described.get(template)),
      };
    });
  const elsewhere: Record<string, number> = {};
  for (const { category } of queries) {
    if (!categories.has(category)) elsewhere[category] = (elsewhere[category] ?? 0) + 1;
  }
  return { samples, elsewhere };
}
