import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";

const program = new URL("../simulation/fleet/run.ts", import.meta.url).pathname;
const connections = 200;
const rate = z.object({ mean: z.number(), peak: z.number() });
const periodSchema = z.object({
  period: z.string(),
  hasty: z.int(),
  rates: z.object({ calls: rate, tokens: rate, alarms: rate, writes: rate }),
});
type PeriodFigures = z.infer<typeof periodSchema>;
let figures: readonly PeriodFigures[] = [];

beforeAll(async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    program,
    "--connections",
    String(connections),
    "--json",
  ]);
  ({ figures } = z.object({ figures: z.array(periodSchema) }).parse(JSON.parse(stdout)));
}, 120_000);

const of = (name: string): PeriodFigures => {
  const found = figures.find(({ period }) => period === name);
  if (found === undefined) throw new Error(`no period ${name}`);
  return found;
};

describe("a million connections", () => {
  test("write no row of the directory twice within a minute, whatever is down", () => {
    // Some of those whose write waited for the directory recover from Entra's outage just then.
    expect(figures.filter(({ hasty }) => hasty > connections / 50)).toEqual([]);
    const down = figures.filter(({ period }) => /down|ended/.test(period));
    expect(down.map(({ hasty }) => hasty)).toEqual(down.map(() => 0));
  });

  test("ask Entra on a calm day less often than they are called", () => {
    const { calls, tokens } = of("a calm day").rates;
    expect(tokens.mean).toBeGreaterThan(0);
    expect(tokens.mean).toBeLessThan(calls.mean / 3);
  });

  test("are calm again within the hour after an outage", () => {
    const calm = of("a calm day").rates.tokens.mean;
    expect(of("Entra down for an hour").rates.tokens.mean).toBeGreaterThan(5 * calm);
    expect(of("the hour after").rates.tokens.mean).toBeLessThan(3 * calm);
  });

  test("do not ask more while the application's secret is wrong than on a calm day, but for what is due", () => {
    const calm = of("a calm day").rates.tokens.mean;
    expect(of("the secret ended, for an hour").rates.tokens.mean).toBeLessThan(5 * calm);
  });
});
