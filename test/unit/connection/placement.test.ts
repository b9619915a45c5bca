import { afterEach, describe, expect, test, vi } from "vitest";
import { Placement } from "../../../src/connection/placement.ts";
import type { Jurisdiction } from "../../../src/config/jurisdiction.ts";
import { AzureError, failure } from "../../../src/contract/errors.ts";
import { directoryUnreachable } from "../../../src/directory/fault.ts";

/** The directory's part in it: a marker, and whether there are rows. */
class Held {
  marker: string | undefined;
  rows: boolean;
  /** Thrown instead of an answer. */
  fault: Error | undefined;
  asked = 0;

  constructor({ marker, rows = false }: { marker?: string; rows?: boolean } = {}) {
    this.marker = marker;
    this.rows = rows;
  }

  async read(): Promise<string | undefined> {
    this.asked += 1;
    if (this.fault !== undefined) throw this.fault;
    return this.marker ?? (this.rows ? "none" : undefined);
  }

  async pin(wanted: string): Promise<string> {
    this.asked += 1;
    if (this.fault !== undefined) throw this.fault;
    return (this.marker ??= this.rows ? "none" : wanted);
  }
}

const clock = () => {
  let time = 1_000_000;
  return { now: () => time, pass: (milliseconds: number) => (time += milliseconds) };
};

/** What one check comes to: `passes`, or the variable or code that it is refused with. */
async function outcome(placement: Placement, creates: boolean): Promise<string> {
  try {
    await placement.check({ creates });
    return "passes";
  } catch (error) {
    if (!(error instanceof AzureError)) return "threw something else";
    return `${error.status} ${error.details?.variable ?? error.code}`;
  }
}

const placed = (jurisdiction: Jurisdiction | undefined, directory: Held, { now } = clock()) =>
  new Placement({ jurisdiction, directory, now });

const refused = "503 AZURE_JURISDICTION";

describe("a connection's object is asked only where the connections are", () => {
  test.each<[string, Jurisdiction | undefined, ConstructorParameters<typeof Held>[0], string]>([
    ["the first use with one", "eu", {}, "passes"],
    ["the first use without one", undefined, {}, "passes"],
    ["the same as ever", "eu", { marker: "eu", rows: true }, "passes"],
    ["none as ever", undefined, { marker: "none", rows: true }, "passes"],
    ["none, and rows older than the marker", undefined, { rows: true }, "passes"],
    ["one that was set later", "eu", { marker: "none" }, refused],
    ["one that was set over rows older than the marker", "eu", { rows: true }, refused],
    ["one that was unset", undefined, { marker: "eu" }, refused],
    ["one that was unset, the directory being empty", undefined, { marker: "fedramp" }, refused],
    ["another", "us", { marker: "eu", rows: true }, refused],
    ["another of a like name", "fedramp", { marker: "fedramp-high", rows: true }, refused],
    ["one that this version does not know", "eu", { marker: "mars", rows: true }, refused],
  ])("%s", async (_what, jurisdiction, held, expected) => {
    for (const creates of [false, true]) {
      expect(await outcome(placed(jurisdiction, new Held(held)), creates)).toBe(expected);
    }
  });
});

describe("what holds", () => {
  test("is decided by the first connection that is made, and by no question before", async () => {
    const held = new Held();
    const placement = placed("eu", held);
    await placement.check({ creates: false });
    expect(held.marker).toBeUndefined();
    await placement.check({ creates: true });
    expect(held.marker).toBe("eu");
    const bare = new Held();
    await placed(undefined, bare).check({ creates: true });
    expect(bare.marker).toBe("none");
  });

  test("is asked once, and then never again", async () => {
    const held = new Held({ marker: "eu" });
    const placement = placed("eu", held);
    for (const creates of [false, true, false]) await placement.check({ creates });
    expect(held.asked).toBe(1);
  });

  test("is one for two Workers that make their first connection at once", async () => {
    const held = new Held();
    const all = [placed("eu", held), placed("us", held), placed(undefined, held)];
    for (const placement of all) expect(await outcome(placement, false)).toBe("passes");
    expect(await Promise.all(all.map((placement) => outcome(placement, true)))).toEqual([
      "passes",
      refused,
      refused,
    ]);
    expect(held.marker).toBe("eu");
  });

  test("is asked again after a refusal, so that a corrected database is noticed", async () => {
    const held = new Held({ marker: "us" });
    const placement = placed("eu", held);
    expect(await outcome(placement, false)).toBe(refused);
    held.marker = "eu";
    expect(await outcome(placement, false)).toBe("passes");
  });

  test("is asked every five seconds while there is no connection", async () => {
    const held = new Held();
    const time = clock();
    const placement = placed("eu", held, time);
    await placement.check({ creates: false });
    time.pass(4_999);
    await placement.check({ creates: false });
    expect(held.asked).toBe(1);
    time.pass(1);
    held.marker = "us";
    expect(await outcome(placement, false)).toBe(refused);
  });
});

describe("while the directory cannot be read", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  const unread: readonly [string, AzureError, string][] = [
    ["no answer", new AzureError(directoryUnreachable()), "503 upstream_unavailable"],
    [
      "a forgotten migration",
      new AzureError(failure("app_misconfigured", "No table.", { details: { variable: "DB" } })),
      "503 DB",
    ],
  ];
  test.each(unread)("a jurisdiction fails closed: %s", async (_what, fault, expected) => {
    const held = new Held({ marker: "eu" });
    held.fault = fault;
    const placement = placed("eu", held);
    for (const creates of [false, true]) expect(await outcome(placement, creates)).toBe(expected);
    held.fault = undefined;
    expect(await outcome(placement, false)).toBe("passes");
  });

  test.each(unread)("without one calls go on, and it is asked later: %s", async (_what, fault) => {
    const held = new Held({ marker: "eu" });
    held.fault = fault;
    const time = clock();
    const placement = placed(undefined, held, time);
    for (const creates of [false, true, false]) {
      expect(await outcome(placement, creates)).toBe("passes");
    }
    expect(held.asked).toBe(1);
    held.fault = undefined;
    time.pass(5_000);
    expect(await outcome(placement, false)).toBe(refused);
  });

  test("what it answers after two seconds is not waited for", async () => {
    vi.useFakeTimers();
    const silent = { read: () => new Promise<undefined>(() => undefined) };
    const directory = { ...silent, pin: () => new Promise<string>(() => undefined) };
    const { now } = clock();
    for (const [jurisdiction, expected] of [
      ["eu", "503 upstream_unavailable"],
      [undefined, "passes"],
    ] as const) {
      const asked = outcome(new Placement({ jurisdiction, directory, now }), true);
      await vi.advanceTimersByTimeAsync(2_000);
      expect(await asked).toBe(expected);
    }
  });

  test("a fault of ours is thrown as it is", async () => {
    const held = new Held();
    held.fault = new TypeError("odd");
    expect(await outcome(placed(undefined, held), false)).toBe("threw something else");
  });
});

test("without a directory a jurisdiction cannot be kept", async () => {
  const { now } = clock();
  const without = (jurisdiction: Jurisdiction | undefined) =>
    outcome(new Placement({ jurisdiction, directory: undefined, now }), true);
  expect(await without("eu")).toBe("503 DB");
  expect(await without(undefined)).toBe("passes");
});
