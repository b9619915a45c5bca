import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { failure } from "../../../src/contract/errors.ts";
import { errorResult } from "../../../src/mcp/results.ts";
import { schemasOf } from "../../../src/mcp/schemas.ts";
import { listedTool } from "../../../src/mcp/tool-sizes.ts";
import type { Tool } from "../../../src/mcp/tool.ts";
import { defaultToolsets, toolsets } from "../../../src/contract/toolset.ts";
import { allTools } from "../../../src/mcp/toolsets/index.ts";

/** What a tool costs in every conversation, at four characters a token. */
const listed = (tool: Tool): string => JSON.stringify(listedTool(tool));

const costOf = (names: readonly string[]): number =>
  allTools
    .filter(({ toolset }) => names.includes(toolset))
    .reduce((sum, tool) => sum + listed(tool).length + 1, 0);

describe("the tools", () => {
  test("cost an agent little", () => {
    const rows = allTools.map((tool) => [tool.toolset, tool.name, String(listed(tool).length)]);
    const table = rows.map(([set = "", name = "", size = ""]) =>
      [set.padEnd(12), name.padEnd(28), size.padStart(6)].join(""),
    );
    const total = costOf(defaultToolsets);
    const small = costOf(["connection", "api"]);
    // oxlint-disable-next-line no-console -- the table is what this test is read for
    console.log([...table, `default ${total}`, `connection,api ${small}`].join("\n"));
    expect(total).toBeLessThanOrEqual(8_000 * 4);
    expect(small).toBeLessThanOrEqual(1_000 * 4);
  });

  test("have names of their own, in the order of their toolsets", () => {
    const names = allTools.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z][a-z0-9_]{0,63}$/.test(name))).toEqual([]);
    const sets = allTools.map(({ toolset }) => toolsets.indexOf(toolset));
    expect(sets).toEqual(sets.toSorted((left, right) => left - right));
    expect(allTools.filter(({ name, toolset }) => !name.startsWith(`${toolset}_`))).toEqual([]);
  });

  test("describe each result as an object", () => {
    const types = allTools.map(
      (tool) =>
        schemasOf(tool).output["~standard"].jsonSchema.output({ target: "draft-2020-12" })["type"],
    );
    expect(new Set(types)).toEqual(new Set(["object"]));
  });

  test("describe an error too, and nothing that is neither it nor a result", () => {
    const ajv = new Ajv2020({ strict: false });
    const { structuredContent: error } = errorResult(
      failure("throttled", "Microsoft is busy.", { retry_after: 7, request_id: "r1" }),
      undefined,
    );
    for (const tool of allTools) {
      const schema = schemasOf(tool).output["~standard"].jsonSchema.output({
        target: "draft-2020-12",
      });
      const isDescribed = ajv.compile({ ...schema });
      expect([tool.name, isDescribed(error)]).toEqual([tool.name, true]);
      const needsNothing = tool.output.safeParse({}).success;
      expect([tool.name, isDescribed({})]).toEqual([tool.name, needsNothing]);
    }
  });

  test("ask before they do what cannot be taken back", () => {
    const unasked = allTools.filter(({ destructive, confirms }) => destructive && !confirms);
    expect(unasked.map(({ name }) => name)).toEqual([]);
  });
});
