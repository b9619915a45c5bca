import { describe, expect, test } from "vitest";
import type { GraphSubscription, SubscriptionAnswer } from "../../../../src/graph/subscriptions.ts";
import { failure } from "../../../../src/contract/errors.ts";
import { Subscriptions } from "../../../../src/graph/subscriptions.ts";
import { GraphSession } from "../../../../src/graph/session.ts";
import { WatchSubscriptions } from "../../../../src/connection/watches/watch-subscriptions.ts";
import { WatchTransitions } from "../../../../src/connection/watches/watch-transitions.ts";
import { signedInConnection, start } from "../support/connection.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const id = "0123456789abcdef01234567";

type Ask = (expiresAt: number) => SubscriptionAnswer;

/** Subscriptions over a Graph that answers requests for one as it is told to. */
class ScriptedSubscriptions extends Subscriptions {
  readonly lives: number[] = [];
  answer: Ask;
  readonly #now: () => number;

  constructor(now: () => number, answer: Ask) {
    const unused = () => Promise.reject(new Error("nothing is sent"));
    const session = new GraphSession(
      { send: unused, sendJson: unused },
      { endpoint: "https://graph.microsoft.com", version: "v1.0", user: undefined },
    );
    super(session, now);
    this.#now = now;
    this.answer = answer;
  }

  override create({ expiresAt }: { expiresAt: number }): Promise<SubscriptionAnswer> {
    return this.#ask(expiresAt);
  }

  override renew(_: string, expiresAt: number): Promise<SubscriptionAnswer> {
    return this.#ask(expiresAt);
  }

  async #ask(expiresAt: number): Promise<SubscriptionAnswer> {
    this.lives.push((expiresAt - this.#now()) / minute);
    return this.answer(expiresAt);
  }
}

const kept = (subscription: Partial<GraphSubscription> = {}): Ask => {
  return (expiresAt) => ({
    kind: "kept",
    subscription: {
      id: "s1",
      expirationDateTime: new Date(expiresAt).toISOString(),
      ...subscription,
    },
  });
};
const invalid: Ask = () => ({ kind: "invalid", reason: failure("invalid_request", "No.") });

/** A watch of an inbox that is asked for, and its time. */
function asking(answer: Ask = kept()) {
  const clock = { at: start };
  const now = () => clock.at;
  const { state } = signedInConnection();
  state.watches.add({
    id,
    resource: "me/messages",
    change_types: ["created"],
    include_data: false,
    selected: null,
    catch_up: false,
    state: "pending",
    created_at: start,
  });
  const graph = new ScriptedSubscriptions(now, answer);
  const watch = new WatchSubscriptions({
    connectionId: "user:ada",
    state,
    subscriptions: graph,
    transitions: new WatchTransitions({ state, now }),
    keyring: { current: () => Promise.reject(new Error("nothing is encrypted")) },
    sessionSecret: ["s".repeat(32)],
    publicOrigin: "https://azure.example.com",
    now,
    random: () => 0,
    spread: 0,
  });
  const row = () => {
    const found = state.watches.read(id);
    if (found === undefined) throw new Error("the watch is gone");
    return found;
  };
  /** Renews at half-life for some days. @returns the lives that were asked for, in minutes */
  const live = async (days: number): Promise<number[]> => {
    const before = graph.lives.length;
    for (const end = clock.at + days * day; clock.at < end;) {
      clock.at = row().renew_at ?? end;
      await watch.renew(id);
    }
    return graph.lives.slice(before);
  };
  return { clock, graph, watch, row, live };
}

describe("the life of a subscription", () => {
  test("that was shortened by refusals of chance is the longest again within a day", async () => {
    const { graph, watch, row, live } = asking();
    await watch.create(id);
    let refusals = 2;
    graph.answer = (expiresAt) => (refusals-- > 0 ? invalid(expiresAt) : kept()(expiresAt));
    expect(await live(1)).toEqual([10_075, 4_230, 60]);
    expect(row()).toMatchObject({ state: "active", lifetime: 2 });
    const lives = await live(1);
    expect(lives).toContain(10_075);
    expect(row()).toMatchObject({ state: "active", lifetime: 0 });
    expect(new Set(await live(10))).toEqual(new Set([10_075]));
  });

  test("that Graph never gives any longer costs two refusals a day, and none ends it", async () => {
    const { graph, watch, row, clock, live } = asking();
    const hourly: Ask = (at) => (at - clock.at > 60 * minute ? invalid(at) : kept()(at));
    graph.answer = hourly;
    await watch.create(id);
    const lives = await live(3);
    expect(row()).toMatchObject({ state: "active", lifetime: 2 });
    expect(lives.filter((life) => life === 10_075)).toHaveLength(3);
    expect(lives.filter((life) => life === 4_230)).toHaveLength(3);
  });

  test.each([1, 2, 3, 5])("outlasts %i refusals of chance in a row", async (count) => {
    const { clock, graph, watch, row } = asking();
    await watch.create(id);
    let refusals = count;
    graph.answer = (expiresAt) => (refusals-- > 0 ? invalid(expiresAt) : kept()(expiresAt));
    clock.at = row().renew_at ?? Infinity;
    // The first tries all three lives.
    for (let tries = 0; tries < Math.max(1, count - 1); tries += 1) {
      await watch.renew(id);
      clock.at = Math.max(clock.at, row().retry_at ?? 0);
    }
    expect(row()).toMatchObject({
      state: "active",
      subscription_id: "s1",
      attempts: 0,
      error: null,
    });
  });

  test("that Graph refuses to prolong for good ends in time, and only then is refused", async () => {
    const { clock, graph, watch, row } = asking();
    await watch.create(id);
    const end = row().expires_at ?? Infinity;
    graph.answer = invalid;
    clock.at = row().renew_at ?? Infinity;
    while (row().state === "active") {
      await watch.renew(id);
      clock.at = Math.min(end, row().retry_at ?? end);
    }
    expect(clock.at).toBe(end);
    expect(row()).toMatchObject({ state: "pending", subscription_id: null, gap_reason: "expired" });
    // It ended unheard, perhaps: Graph's list says that it is gone.
    graph.list = async () => ({ ok: true, value: [] });
    await watch.create(id);
    expect(row()).toMatchObject({ state: "refused", error: { code: "invalid_request" } });
    expect(graph.lives.length).toBeLessThan(250);
  });

  test.each([
    ["of the epoch", "1970-01-01T00:00:00Z"],
    ["a second ahead", new Date(start + 1_000).toISOString()],
    ["a word", "soon"],
    ["empty", ""],
    ["of a year no clock has", "+275760-09-13T00:00:00.000Z"],
  ])("whose end is %s is renewed in days, and not at once", async (_, expirationDateTime) => {
    const { watch, row } = asking(kept({ expirationDateTime }));
    await watch.create(id);
    expect(row()).toMatchObject({ state: "active", subscription_id: "s1" });
    expect((row().renew_at ?? 0) - start).toBeGreaterThan(3 * day);
  });
});
