import { describe, expect, it } from "vitest";
import { createWorld } from "../sandbox/create-world.ts";
import { createGraph } from "../sandbox/graph/index.ts";
import { leastPermissionsFor } from "../sandbox/graph/permission-data.ts";
import { canonicalPath } from "../sandbox/graph/path.ts";
import { problemsOf } from "../support/graph-schema.ts";
import { readmes } from "../support/readmes.ts";
import slice from "../specs/graph-samples.json" with { type: "json" };
import type { Sample } from "../specs/graph-samples.ts";

const samples: readonly Sample[] = slice.samples.map(({ headers, ...sample }) => ({
  ...sample,
  headers: { ...headers },
}));

/** The sample's answer, for a token that holds the least that Microsoft says it needs. */
async function ask({ url, headers }: Sample): Promise<Response> {
  const world = createWorld();
  const { template } = canonicalPath(url.split("?")[0] ?? "");
  const { token } = await world.issueAccessToken({
    audience: "graph",
    user: "ada@contoso.example",
    scopes: leastPermissionsFor(`GET ${template}`),
  });
  return createGraph(world).request(
    url,
    { headers: { ...headers, authorization: `Bearer ${token}` } },
    { base: "https://graph.microsoft.com" },
  );
}

/** The type that an entity of a list says it has, where the list may hold several. */
function typeOf(entity: unknown, declared: string): string {
  const own =
    typeof entity === "object" && entity !== null && "@odata.type" in entity
      ? String(entity["@odata.type"]).replace("#microsoft.graph.", "")
      : declared;
  return declared === "directoryObject" ? own : declared;
}

describe("Graph Explorer's sample queries", () => {
  it.each(samples)("$category: GET $url", async (sample) => {
    const response = await ask(sample);
    const text = await response.text();
    expect([response.status, text.slice(0, 9)]).toEqual([200, expect.any(String)]);
    const { type } = sample;
    const isCount = type === "count";
    expect(/^\d+$/.test(text)).toBe(isCount);
    const body: { value?: unknown[] } = isCount ? {} : JSON.parse(text);
    const entities = isCount ? [] : (body.value ?? [body]);
    const problems =
      type === null || isCount
        ? []
        : entities.flatMap((entity) => problemsOf(typeOf(entity, type), [entity]));
    expect(problems).toEqual([]);
  });

  it("are counted in the README as they are", () => {
    const readme = readmes.get("test/sandbox/README.md") ?? "";
    const counts = new Map<string, { all: number; described: number }>();
    for (const { category, type } of samples) {
      const { all = 0, described = 0 } = counts.get(category) ?? {};
      counts.set(category, { all: all + 1, described: described + (type === null ? 0 : 1) });
    }
    for (const [category, { all, described }] of counts)
      expect(readme).toMatch(new RegExp(`\\| ${category} +\\| ${all} +\\| ${described} +\\|`));
    for (const category of Object.keys(slice.elsewhere)) expect(readme).toContain(category);
  });
});
