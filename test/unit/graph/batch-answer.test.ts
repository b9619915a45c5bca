import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBatchAnswer } from "../../../src/graph/batch-answer.ts";
import { oddJson, oddRecord } from "../http/odd-json.ts";
import { scriptedGraph } from "./scripted-graph.ts";

const read = (...responses: unknown[]) => [...readBatchAnswer({ responses }).values()];

describe("readBatchAnswer", () => {
  it.each<[string, object, object]>([
    ["a status as text", { status: "204" }, { status: 204, headers: {} }],
    ["an id as a number", { id: 7, status: 200 }, { id: "7", status: 200, headers: {} }],
    ["headers that are null", { status: 200, headers: null }, { status: 200, headers: {} }],
    ["headers that are a list", { status: 200, headers: ["a"] }, { status: 200, headers: {} }],
    [
      "a wait as a number",
      { status: 429, headers: { "Retry-After": 5 } },
      { status: 429, headers: { "Retry-After": "5" } },
    ],
    [
      "headers that HTTP cannot carry beside one that it can",
      {
        status: 200,
        headers: {
          "Content Type": "a",
          "": "b",
          Étag: "c",
          "X-A": "d\r\ne: f",
          "X-B": {},
          Ok: "g",
        },
      },
      { status: 200, headers: { Ok: "g" } },
    ],
    [
      "a body of any JSON",
      { status: 200, body: [null, { a: 1 }] },
      { status: 200, headers: {}, body: [null, { a: 1 }] },
    ],
  ])("reads %s", (_, item, expected) => {
    expect(read({ id: "1", ...item })).toEqual([{ id: "1", ...expected }]);
  });

  it.each<[string, unknown]>([
    ["no status", { id: "1" }],
    ["a status of no HTTP", { id: "1", status: 0 }],
    ["a status below all", { id: "1", status: 199 }],
    ["a status that is not final", { id: "1", status: 100 }],
    ["a status beyond all", { id: "1", status: 600 }],
    ["a status of millions", { id: "1", status: 1e9 }],
    ["a status between two", { id: "1", status: 200.5 }],
    ["a negative status", { id: "1", status: -200 }],
    ["a status in words", { id: "1", status: "OK" }],
    ["a status in a list", { id: "1", status: [200] }],
    ["a status that is true", { id: "1", status: true }],
    ["no id", { status: 200 }],
    ["an id that is an object", { id: {}, status: 200 }],
    ["null", null],
    ["a list", ["1", 200]],
    ["a text", "1"],
  ])("leaves an item out that has %s, and keeps its neighbour", (_, item) => {
    expect(read(item, { id: "2", status: 201 })).toEqual([{ id: "2", status: 201, headers: {} }]);
  });

  it.each([
    ["twice alike", [200, 200]],
    ["twice in two ways", [201, 409]],
    ["three times", [200, 200, 200]],
    ["once unreadably", ["?", 200]],
    ["and then unreadably", [200, "?"]],
  ])("leaves an id out that is answered %s", (_, statuses) => {
    const items = statuses.map((status) => ({ id: "1", status }));
    expect(read(...items, { id: "2", status: 200 }).map(({ id }) => id)).toEqual(["2"]);
  });

  it("reads any JSON into answers with a status and headers of HTTP", () => {
    const names = ["responses", "id", "status", "headers", "body", "Retry-After"];
    const item = oddRecord(["id", "status", "headers", "body"]);
    const answer = fc.oneof(
      oddJson(names),
      fc.record({ responses: fc.array(fc.oneof(item, oddJson(names)), { maxLength: 6 }) }),
    );
    fc.assert(
      fc.property(answer, (body) => {
        for (const { id, status, headers } of readBatchAnswer(body).values()) {
          expect(typeof id).toBe("string");
          expect(Number.isInteger(status) && status >= 200 && status <= 599).toBe(true);
          expect([...new Headers(headers)].length).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it("calls no write done that the answer does not, whatever the answer is", async () => {
    const item = oddRecord(["id", "status", "headers"]).chain((odd) =>
      fc.constantFrom<unknown>({ ...odd, id: "w" }, { ...odd, id: "w", status: 429 }, odd),
    );
    const answer = fc.record({ responses: fc.array(item, { maxLength: 3 }) });
    await fc.assert(
      fc.asyncProperty(answer, async (body) => {
        const { graph } = scriptedGraph(() => Response.json(body));
        const [told] = await graph.batch([
          { id: "w", method: "POST", url: "/me/events", body: {} },
        ]);
        const statuses = body.responses
          .map((one) => one as { id?: unknown; status?: unknown })
          .filter(({ id }) => id === "w")
          .map(({ status }) => (typeof status === "object" ? Number.NaN : Number(status)));
        expect(statuses.length === 1 ? [...statuses, 502] : [502]).toContain(told?.status);
        const isOurs = told?.status === 502 && !statuses.includes(502);
        expect(isOurs ? told?.body : { error: { outcome: "unknown" } }).toMatchObject({
          error: { outcome: "unknown" },
        });
      }),
      { numRuns: 200 },
    );
  });
});
