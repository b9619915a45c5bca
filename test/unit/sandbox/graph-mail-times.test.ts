import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ADA, GRACE, users } from "../../sandbox/people.ts";
import { seedMail } from "../../sandbox/graph/mail/mail-seed.ts";
import { createGraphHarness } from "./graph-harness.ts";
import type { GraphHarness } from "./graph-harness.ts";

const MINUTE_MS = 60_000;
const WEEK_MS = 7 * 24 * 60 * MINUTE_MS;

const now = Date.parse("2026-05-17T09:30:15Z");
const receivedOf = (user: (typeof users)[number], at: number) =>
  seedMail(user, at).map(({ receivedDateTime }) => Date.parse(receivedDateTime));

describe("The mail that a user finds", () => {
  it.each(users)("of $upn is minutes old where it is newest, and all of it is past", (user) => {
    const received = receivedOf(user, now);
    const newest = Math.max(...received);
    expect(now - newest).toBeGreaterThan(0);
    expect(now - newest).toBeLessThan(10 * MINUTE_MS);
  });

  it("is spread over weeks", () => {
    const received = receivedOf(ADA, now);
    expect(now - Math.min(...received)).toBeGreaterThan(4 * WEEK_MS);
    expect(now - Math.min(...received)).toBeLessThan(12 * WEEK_MS);
    const weeks = new Set(received.map((time) => Math.floor((now - time) / WEEK_MS)));
    expect(weeks.size).toBeGreaterThan(4);
  });

  it.each(users)("of $upn has one order: no two messages came in the same second", (user) => {
    const received = receivedOf(user, now);
    expect(new Set(received).size).toBe(received.length);
  });

  it("is the same at every time but for its times, in the same order", () => {
    const timeless = (at: number) =>
      seedMail(ADA, at)
        .toSorted((a, b) => Date.parse(b.receivedDateTime) - Date.parse(a.receivedDateTime))
        .map((message) => ({
          ...message,
          createdDateTime: undefined,
          lastModifiedDateTime: undefined,
          receivedDateTime: undefined,
          sentDateTime: undefined,
        }));
    expect(timeless(now + 400 * WEEK_MS)).toEqual(timeless(now));
  });

  it("was sent before it came, and changed after", () => {
    for (const message of seedMail(GRACE, now)) {
      const { sentDateTime, receivedDateTime, createdDateTime, lastModifiedDateTime } = message;
      expect(sentDateTime < receivedDateTime).toBe(true);
      expect(createdDateTime <= lastModifiedDateTime).toBe(true);
      expect(Date.parse(lastModifiedDateTime)).toBeLessThanOrEqual(now);
    }
  });
});

describe("A mailbox of the sandbox", () => {
  let graph: GraphHarness;
  beforeAll(async () => {
    graph = await createGraphHarness();
  });
  beforeEach(() => graph.world.reset());
  afterEach(() => {
    graph.world.settings.clock_offset_s = 0;
  });

  const newestAge = async () => {
    const { body } = await graph.get("/me/messages?$top=1&$select=receivedDateTime");
    return graph.world.now() - Date.parse(String(body.value?.[0]?.["receivedDateTime"]));
  };

  it("finds a message of the last minutes by its time", async () => {
    const since = new Date(Date.now() - 10 * MINUTE_MS).toISOString();
    const { body } = await graph.get(`/me/messages?$filter=receivedDateTime ge ${since}`);
    expect(body.value?.length).toBeGreaterThan(0);
    expect(body.value?.length).toBeLessThan(10);
  });

  it("goes by the sandbox's clock", async () => {
    expect(await newestAge()).toBeLessThan(10 * MINUTE_MS);
    graph.world.reset();
    graph.world.settings.clock_offset_s = 86_400 * 500;
    const token = await graph.tokenOf(ADA.upn, ["Mail.Read"]);
    const { body } = await graph.get("/me/messages?$top=1", { token });
    const received = Date.parse(String(body.value?.[0]?.["receivedDateTime"]));
    expect(received - Date.now()).toBeGreaterThan(499 * 24 * 60 * MINUTE_MS);
  });

  it("keeps its times for as long as it lives", async () => {
    const first = (await graph.get("/me/messages?$top=50")).body.value;
    expect((await graph.get("/me/messages?$top=50")).body.value).toEqual(first);
  });
});
