import { describe, expect, test } from "vitest";
import { campaigns, minutesIn, nextJob, type Job, type Turn } from "../../night/plan.ts";
import { isFailed, reportOf, type Ended } from "../../night/report.ts";

describe("a night", () => {
  test("does each campaign in turn, with seeds that were not used", () => {
    const jobs: Job[] = [];
    let turn: Turn = { number: 0, seed: 100 };
    for (let count = 0; count < 2 * campaigns.length; count += 1) {
      const planned = nextJob(turn, 1_000);
      if (planned === undefined) break;
      jobs.push(planned.job);
      turn = planned.next;
    }
    expect(jobs.map(({ name }) => name)).toEqual(
      [...campaigns, ...campaigns].map(({ name }) => name),
    );
    const seeds = jobs.flatMap(({ arguments: given }) => given.slice(given.indexOf("--seed") + 1));
    expect(seeds.slice(0, 5)).toEqual(["100", "105", "107", "109", "110"]);
    expect(seeds.slice(6, 8)).toEqual(["111", "116"]);
  });

  test.each([
    [0.5, undefined],
    [1, "schedules of tenants"],
    [2, "schedules of users"],
  ])("of which %s minutes are left begins %s", (minutes, name) => {
    expect(nextJob({ number: 0, seed: 1 }, minutes)?.job.name).toBe(name);
  });

  test("skips what does not fit, and goes on after it", () => {
    const soak = campaigns.findIndex(({ name }) => name === "soak");
    const planned = nextJob({ number: soak, seed: 1 }, 3);
    expect([planned?.job.name, planned?.next.number]).toEqual(["schedules of users", 7]);
  });

  test.each([
    ["8h", 480],
    ["90m", 90],
    ["1h30m", 90],
    ["", undefined],
    ["0m", undefined],
    ["8", undefined],
    ["1d", undefined],
    ["-1h", undefined],
  ])("of %j has %s minutes", (text, minutes) => {
    expect(minutesIn(text)).toBe(minutes);
  });
});

const job: Job = { name: "kills", script: "kills", arguments: ["--kills", "30"] };
const ended = (change: Partial<Ended> = {}): Ended => ({
  job,
  status: 0,
  seconds: 61,
  output: "load\n0 faults, seed 7\n",
  log: ".wrangler/night/x/001-kills.log",
  ...change,
});
const bench: Job = { name: "bench", script: "bench", arguments: ["--json"] };
const row = { name: "a call", value: 1.2, unit: "×", bar: 1.25, met: true, min: 1, max: 2 };
const rows = JSON.stringify({ rows: [row, { ...row, name: "another", met: false }], figures: [] });

describe("its report", () => {
  test("tells each campaign with its own last word", () => {
    expect(reportOf([ended()])).toMatch(
      /^# Nothing failed\n[\s\S]*\| kills \| 61 s \| 0 faults, seed 7 \| `npm run kills -- --kills 30` \|/,
    );
  });

  test("says what failed, where the rest stands, and what replays it", () => {
    const output =
      "created of item-2 was never told\nreplay: npm run simulate -- --seed 7 --path 3\nx";
    const report = reportOf([ended(), ended({ status: 1, output })]);
    expect(report).toContain("# 1 of 2 failed");
    expect(report).toContain("`npm run kills -- --kills 30`: .wrangler/night/x/001-kills.log");
    expect(report).toContain("replay: npm run simulate -- --seed 7 --path 3");
  });

  test("has the bench's table, and takes a missed bar for no failure", () => {
    const one = ended({ job: bench, output: rows });
    expect(isFailed(one)).toBe(false);
    const report = reportOf([one]);
    expect(report).toContain("1 of 2 bars met");
    expect(report).toContain("| another | 1.2 × | 1.25 | **missed** |");
  });

  test.each([
    ["that ended with an error", { status: 1 }],
    ["that was killed", { status: null }],
    ["whose figures cannot be read", { job: bench, output: "x" }],
    ["that printed nothing", { job: bench, output: "" }],
  ])("counts a campaign %s as failed", (_, change) => {
    expect(isFailed(ended(change))).toBe(true);
    expect(reportOf([ended(change)])).toContain("# 1 of 1 failed");
  });
});
