import { describe, expect, it } from "vitest";
import { errorResponse, failure } from "../../../src/contract/errors.ts";
import type { BatchItem } from "../../../src/graph/batch-plan.ts";
import { failureOf, scriptedGraph } from "./scripted-graph.ts";

type InnerAnswer = { status: number; headers?: Record<string, string>; body?: unknown };

/** A Graph that answers each request of a batch by id and by how often it was asked. */
function batchGraph(inner: (item: BatchItem, time: number) => InnerAnswer) {
  const rounds: BatchItem[][] = [];
  const asked = new Map<string, number>();
  const scripted = scriptedGraph(({ body }) => {
    const requests: BatchItem[] = JSON.parse(body).requests;
    rounds.push(requests);
    const responses = requests.map((item) => {
      const time = (asked.get(item.id) ?? 0) + 1;
      asked.set(item.id, time);
      return { id: item.id, ...inner(item, time) };
    });
    return Response.json({ responses: responses.toReversed() });
  });
  return { ...scripted, rounds, ids: () => rounds.map((round) => round.map(({ id }) => id)) };
}

const requests = (count: number) =>
  Array.from({ length: count }, (_, place) => ({ id: `r${place}`, method: "GET", url: "/me" }));
const throttled = (retryAfter?: string): InnerAnswer => ({
  status: 429,
  headers: retryAfter === undefined ? {} : { "Retry-After": retryAfter },
});

describe("batch", () => {
  it("answers 45 requests in the order asked, from parts of 20", async () => {
    const { graph, ids } = batchGraph(({ id }) => ({ status: 200, body: { id } }));
    const answers = await graph.batch(requests(45));
    expect(answers.map(({ id }) => id)).toEqual(requests(45).map(({ id }) => id));
    expect(answers[7]).toEqual({ id: "r7", status: 200, headers: {}, body: { id: "r7" } });
    expect(ids().map((part) => part.length)).toEqual([20, 20, 5]);
  });

  it("sends what was throttled again, alone, after its own fractional Retry-After", async () => {
    const { graph, ids, waits } = batchGraph(({ id }, time) => {
      if (id === "r1" && time === 1) return throttled("2.128");
      if (id === "r3" && time === 1) return throttled("0.5");
      return { status: 200 };
    });
    const answers = await graph.batch(requests(5));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(ids().slice(1)).toEqual([["r3"], ["r1"]]);
    expect(waits.map(Math.round)).toEqual([1000, 2000]);
  });

  it("gives the throttled answer back when its wait does not fit in the budget", async () => {
    const { graph, ids } = batchGraph(({ id }) =>
      id === "r1" ? throttled("30") : { status: 200 },
    );
    const answers = await graph.batch(requests(2));
    expect(answers[1]).toMatchObject({ status: 429, headers: { "Retry-After": "30" } });
    expect(ids()).toHaveLength(1);
  });

  it("stops trying when the budget is used up", async () => {
    const { graph, ids, waits } = batchGraph(() => throttled("4"));
    const answers = await graph.batch(requests(1), { budgetMs: 10_000 });
    expect(answers[0]?.status).toBe(429);
    expect(ids()).toHaveLength(3);
    expect(waits).toEqual([4000, 4000]);
  });

  it("repeats what failed only because of what was throttled, and keeps them in order", async () => {
    const { graph, rounds } = batchGraph(({ id }, time) => {
      if (time === 1 && id === "b") return throttled("1");
      if (time === 1 && id === "c") return { status: 424 };
      return { status: 200 };
    });
    const answers = await graph.batch([
      { id: "a", method: "POST", url: "/a" },
      { id: "b", method: "POST", url: "/b", dependsOn: ["a"] },
      { id: "c", method: "POST", url: "/c", dependsOn: ["b"] },
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(rounds[1]).toEqual([
      { id: "b", method: "POST", url: "/b" },
      { id: "c", method: "POST", url: "/c", dependsOn: ["b"] },
    ]);
  });

  it("does not repeat what failed for a dependency that failed for good", async () => {
    const { graph, ids } = batchGraph(({ id }) => ({ status: id === "a" ? 404 : 424 }));
    const answers = await graph.batch([
      { id: "a", method: "GET", url: "/a" },
      { id: "b", method: "GET", url: "/b", dependsOn: ["a"] },
    ]);
    expect(answers.map(({ status }) => status)).toEqual([404, 424]);
    expect(ids()).toHaveLength(1);
  });

  it("repeats an unavailable read, and not an unavailable write", async () => {
    const { graph, ids } = batchGraph((_, time) => ({ status: time === 1 ? 503 : 200 }));
    const answers = await graph.batch([
      { id: "read", method: "GET", url: "/a" },
      { id: "write", method: "POST", url: "/b" },
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 503]);
    expect(ids()).toEqual([["read", "write"], ["read"]]);
  });

  it("does not repeat an unavailable write under a condition: done once, it would fail", async () => {
    const { graph, ids } = batchGraph(() => ({ status: 504 }));
    const condition = { "If-Match": '"1"' };
    const answers = await graph.batch([
      { id: "bare", method: "DELETE", url: "/me/messages/1" },
      { id: "bound", method: "DELETE", url: "/me/messages/2", headers: condition },
    ]);
    expect(answers.map(({ status }) => status)).toEqual([504, 504]);
    expect(ids()[1]).toEqual(["bare"]);
  });

  it("keeps the answers of one part when another is lost", async () => {
    let asked = 0;
    const { graph } = scriptedGraph(({ body }) => {
      asked += 1;
      if (asked === 2) throw new TypeError("reset");
      const { requests: sent } = JSON.parse(body) as { requests: BatchItem[] };
      return Response.json({ responses: sent.map(({ id }) => ({ id, status: 201 })) });
    });
    const writes = requests(21).map((request) => ({ ...request, method: "POST" }));
    const answers = await graph.batch(writes);
    expect(answers[19]?.status).toBe(201);
    expect(answers[20]).toEqual({
      id: "r20",
      status: 503,
      headers: {},
      body: {
        error: {
          code: "upstream_unavailable",
          message: "No answer came: the request or its answer was lost on the way.",
          outcome: "unknown",
        },
      },
    });
  });

  it("fails when nothing was answered at all", async () => {
    const { graph } = scriptedGraph(() => new Response(null, { status: 403 }));
    expect(await failureOf(graph.batch(requests(3)))).toMatchObject({ code: "forbidden" });
  });

  it("repeats a lost batch of reads", async () => {
    let asked = 0;
    const { graph } = scriptedGraph(() => {
      asked += 1;
      if (asked === 1) throw new TypeError("reset");
      return Response.json({ responses: [{ id: "r0", status: 200 }] });
    });
    expect((await graph.batch(requests(1)))[0]?.status).toBe(200);
  });

  it("answers a request that Graph left out", async () => {
    const { graph } = scriptedGraph(() => Response.json({ responses: [] }));
    expect((await graph.batch(requests(1)))[0]).toMatchObject({ id: "r0", status: 502 });
  });

  it("distinguishes a request that was left out from one whose part was lost", async () => {
    let asked = 0;
    const { graph } = scriptedGraph(({ body }) => {
      asked += 1;
      if (asked === 2) return new Response(null, { status: 403 });
      const { requests: sent } = JSON.parse(body) as { requests: BatchItem[] };
      return Response.json({ responses: sent.slice(1).map(({ id }) => ({ id, status: 201 })) });
    });
    const answers = await graph.batch(requests(21).map((one) => ({ ...one, method: "POST" })));
    expect(answers[0]).toMatchObject({
      status: 502,
      body: { error: { code: "upstream_error", outcome: "unknown" } },
    });
    expect(answers[20]).toMatchObject({ status: 403, body: { error: { code: "forbidden" } } });
  });

  it("gives an item whose part our own service refused all that the refusal says", async () => {
    let asked = 0;
    const { graph } = scriptedGraph(({ body }) => {
      asked += 1;
      if (asked === 2) {
        const remedy = { action: "fix_app", message: "m", since: "2026-11-28T00:00:00Z" } as const;
        const details = { variable: "AZURE_CLIENT_SECRET" };
        return errorResponse(
          failure("app_misconfigured", "The secret has expired.", {
            request_id: "q",
            remedy,
            details,
          }),
        );
      }
      const { requests: sent } = JSON.parse(body) as { requests: BatchItem[] };
      return Response.json({ responses: sent.map(({ id }) => ({ id, status: 200 })) });
    });
    const answers = await graph.batch(requests(21));
    expect(answers[20]).toEqual({
      id: "r20",
      status: 503,
      headers: {},
      body: {
        error: {
          code: "app_misconfigured",
          message: "The secret has expired.",
          request_id: "q",
          remedy: { action: "fix_app", message: "m", since: "2026-11-28T00:00:00Z" },
          variable: "AZURE_CLIENT_SECRET",
        },
      },
    });
  });

  it.each<[string, unknown]>([
    ["no responses", {}],
    ["responses that are an object", { responses: { r0: { id: "r0", status: 200 } } }],
    ["responses that are a text", { responses: "none" }],
    ["null", null],
    ["a list", [{ id: "r0", status: 200 }]],
    ["a number", 7],
  ])("answers each request for itself when the answer is %s", async (_, answer) => {
    const { graph } = scriptedGraph(() => Response.json(answer));
    const [read, write] = await graph.batch([
      { id: "r0", method: "GET", url: "/me" },
      { id: "r1", method: "POST", url: "/me/events", body: {} },
    ]);
    expect(read).toMatchObject({ status: 502, body: { error: { code: "upstream_error" } } });
    expect(read).not.toHaveProperty("body.error.outcome");
    expect(write).toMatchObject({
      status: 502,
      body: { error: { code: "upstream_error", outcome: "unknown" } },
    });
  });

  it("waits out a throttled request whose Retry-After is a number", async () => {
    const { graph, waits } = batchGraph((_, time) =>
      time === 1
        ? { status: 429, headers: { "Retry-After": 3 } as unknown as Record<string, string> }
        : { status: 200 },
    );
    expect((await graph.batch(requests(1)))[0]?.status).toBe(200);
    expect(waits).toEqual([3000]);
  });

  it("names the requests when one cannot be written as JSON", async () => {
    const { graph, calls } = scriptedGraph(() => Response.json({}));
    const request = { method: "POST", url: "/me/events", body: { size: 1n } };
    expect(await failureOf(graph.batch([request]))).toMatchObject({
      code: "invalid_request",
      details: { field: "requests" },
    });
    expect(calls).toHaveLength(0);
  });

  it("asks nothing for nothing", async () => {
    const { graph, calls } = scriptedGraph(() => Response.json({}));
    expect(await graph.batch([])).toEqual([]);
    expect(calls).toHaveLength(0);
  });
});
