import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Directory } from "../../src/directory/directory.ts";
import { upstreams } from "../sandbox/chaos/upstreams.ts";
import { seeded } from "../support/random.ts";
import { runCell } from "./fault-matrix/cell.ts";
import { OddMicrosoft } from "./fault-matrix/odd-microsoft.ts";
import { calls, type MatrixUpstream } from "./fault-matrix/upstreams.ts";

/** Every upstream with every odd answer that it may give, its values drawn by the seed. */
const isWay = (name: string): name is MatrixUpstream => Object.hasOwn(calls, name);
const matrix = Object.keys(calls)
  .filter(isWay)
  .map((way) => {
    const random = seeded(`${env.CHAOS_SEED}/${way}`);
    return { way, random, cases: upstreams[way].cases.flatMap((cases) => cases(random)) };
  });

let microsoft: OddMicrosoft;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2031, 0, 1) });
  microsoft = await OddMicrosoft.start();
  // The directory is another matter, and another process.
  vi.spyOn(Directory.prototype, "upsert").mockResolvedValue();
  vi.spyOn(Directory.prototype, "removePending").mockResolvedValue();
});
afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("whatever Microsoft answers, the same connection works again or says what has to be done", () => {
  test.each(matrix)(
    "$way",
    async ({ way, cases, random }) => {
      const wrong: string[] = [];
      for (const odd of cases) {
        const faults = await runCell({ microsoft, way, odd, random: random.fork(odd.name) });
        wrong.push(...faults.map((fault) => `${odd.name}: ${fault}`));
      }
      expect(wrong).toEqual([]);
    },
    600_000,
  );

  test("in at least 300 cells", () => {
    const cells = matrix.reduce((sum, { cases }) => sum + cases.length, 0);
    expect(cells).toBeGreaterThanOrEqual(300);
  });
});
