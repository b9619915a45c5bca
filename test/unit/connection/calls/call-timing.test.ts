import { describe, expect, test } from "vitest";
import { timed, type CallTiming } from "../../../../src/connection/calls/call-timing.ts";
import type { CallPoint } from "../../../../src/platform/metrics.ts";

/** Times `work` by a clock that only `pass` moves. */
async function timing(
  work: (timing: CallTiming, pass: (milliseconds: number) => void) => Promise<Response>,
) {
  let time = 1_000;
  const points: CallPoint[] = [];
  const options = {
    resource: "graph",
    now: () => time,
    called: (point: CallPoint) => points.push(point),
  };
  const answer = await timed(options, (call) =>
    work(call, (milliseconds) => {
      time += milliseconds;
    }),
  ).catch((error: unknown) => error);
  return { answer, points };
}

describe("the time of a call", () => {
  test("is Microsoft's, the lane's, and what is left over", async () => {
    const { points } = await timing(async (call, pass) => {
      await call.lane(async () => pass(30));
      pass(5);
      await call.upstream(async () => pass(200));
      pass(2);
      return call.upstream(async () => {
        pass(100);
        return new Response(null, { status: 204 });
      });
    });
    expect(points).toEqual([
      {
        kind: "call",
        resource: "graph",
        outcome: "answered",
        duration_ms: 337,
        overhead_ms: 37,
        lane_ms: 30,
        attempt: 2,
        status: 204,
      },
    ]);
  });

  test("counts what Microsoft took before it broke off", async () => {
    const { points } = await timing(async (call, pass) => {
      await call
        .upstream(async () => {
          pass(50);
          throw new Error("reset");
        })
        .catch(() => undefined);
      return new Response(null, {
        status: 503,
        headers: { "x-azure-error": "upstream_unavailable" },
      });
    });
    expect(points).toMatchObject([
      { outcome: "upstream_unavailable", status: 503, duration_ms: 50, overhead_ms: 0, attempt: 1 },
    ]);
  });

  test("is given for a call that failed unexpectedly, and the failure goes on", async () => {
    const { answer, points } = await timing(() => Promise.reject(new Error("a bug")));
    expect(answer).toEqual(new Error("a bug"));
    expect(points).toMatchObject([{ outcome: "internal_error", status: 500, attempt: 0 }]);
  });
});
