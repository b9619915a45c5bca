import { describe, expect, test } from "vitest";
import { reportOf, summaryOf } from "../../live/report.ts";
import { exitStatusOf, type Result } from "../../live/result.ts";

const about = { check: "Graph: tea", source: "https://learn.microsoft.com/graph/tea" };
const compared = { ...about, outcome: "compared", status: 200 } as const;
const same: Result = { ...compared, unknown: [], differences: [] };
const differs: Result = {
  ...compared,
  unknown: [],
  differences: [{ kind: "missing", at: "leaf", microsoft: "text", sandbox: "absent" }],
};
const at = "microsoft";
const nothing: Result = { ...about, outcome: "nothing to ask about", at: [at] };
const denied: Result = { ...about, outcome: "could not ask", at, reason: "403 Denied" };
const left: Result = {
  ...about,
  outcome: "left behind",
  what: "a cup",
  id: "AAMk",
  reason: "POST to delete it: 403 Denied",
};
const stopped: Result = { ...about, outcome: "stopped", at, reason: "no answer" };

describe("the exit status is", () => {
  test.each<[string, Result[], number]>([
    ["0 where nothing differs", [same, nothing], 0],
    ["1 where something does", [same, differs], 1],
    ["2 where a question could not be asked", [same, denied], 2],
    ["2 where something is left behind", [same, left], 2],
    ["1 where something differs, whatever could not be asked", [differs, denied, left], 1],
    ["2 where the run stopped, whatever differs", [differs, stopped], 2],
  ])("%s", (_, results, status) => {
    expect(exitStatusOf(results)).toBe(status);
  });
});

test("a report names the place, both sides and the page of Microsoft's that is claimed", () => {
  expect(reportOf(differs).split("\n")).toEqual([
    "DIFF Graph: tea",
    "     missing leaf: text at Microsoft, absent in the sandbox",
    "     source: https://learn.microsoft.com/graph/tea",
  ]);
  expect(reportOf(same)).toBe("same Graph: tea");
});

test("a report names what is left behind, by its id", () => {
  expect(reportOf(left)).toBe(
    "LEFT Graph: tea: left behind: a cup, id AAMk: POST to delete it: 403 Denied",
  );
});

test("the last line counts everything that came of a run", () => {
  expect(summaryOf([same, differs, nothing, denied, left, stopped])).toBe(
    "1 differences in 2 comparisons, 1 nothing to ask about, 1 could not ask, 1 left behind, 1 stopped",
  );
});
