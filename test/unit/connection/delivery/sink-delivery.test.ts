import { describe, expect, test, vi } from "vitest";
import { directoryEntry } from "../../../../src/connection/delivery/directory-entry.ts";
import { DirectorySink } from "../../../../src/connection/delivery/directory-sink.ts";
import { OutboxRelay } from "../../../../src/connection/delivery/outbox-relay.ts";
import {
  deliveryFailed,
  type Delivery,
  type EventSink,
  type StateSink,
} from "../../../../src/connection/delivery/sink.ts";
import { SinkDelivery } from "../../../../src/connection/delivery/sink-delivery.ts";
import { retryAt } from "../../../../src/connection/policy/delivery-policy.ts";
import type { Directory } from "../../../../src/directory/directory.ts";
import type { DirectoryEntry } from "../../../../src/directory/entry.ts";
import type { ConnectionLine } from "../../../../src/platform/log.ts";
import { newConnection, signedInConnection, start } from "../support/connection.ts";

// Outside of workerd nothing is traced.
vi.mock("cloudflare:workers", () => ({ tracing: { getActiveSpan: () => ({ isTraced: false }) } }));

const day = 24 * 60 * 60_000;

type Sent = { sink: string; seqs?: number[]; entry?: DirectoryEntry; leaving?: boolean };

/** A connection with a webhook and a directory that answer as a test says. */
function deliveries(make: typeof newConnection = (sinks = []) => signedInConnection({ sinks })) {
  const sent: Sent[] = [];
  const lines: ConnectionLine[] = [];
  const answers = {
    webhook: (): Delivery => ({ outcome: "delivered" }),
    directory: (): Delivery => ({ outcome: "delivered" }),
  };
  const now = { at: start };
  const forgotten = vi.fn<() => void>();
  const webhook: EventSink = {
    name: "webhook:a",
    follows: "events",
    fingerprint: 1,
    types: ["connection.connected", "connection.disconnected", "connection.pending"],
    batchSize: 2,
    retryAt,
    failureLine: (reason) => deliveryFailed("webhook:a", reason),
    async send(events) {
      sent.push({ sink: "webhook:a", seqs: events.map(({ seq }) => seq) });
      return answers.webhook();
    },
  };
  const directory: StateSink = {
    name: "directory",
    follows: "state",
    fingerprint: 0,
    retryAt: (failed) => new DirectorySink("user:ada", undefined).retryAt(failed),
    failureLine: (reason) => ({ level: "warn", event: "directory_failed", error_name: reason }),
    async send(entry, leaving) {
      sent.push({ sink: "directory", entry, leaving });
      return answers.directory();
    },
  };
  const sinks = [directory, webhook];
  const { state, events } = make(sinks);
  const delivery = new SinkDelivery({
    links: { event: (event) => event },
    openChanges: async () => [],
    connectionId: "user:ada",
    state,
    sinks,
    now: () => now.at,
    random: () => 0,
    log: (line) => lines.push(line),
    forgotten,
  });
  const relay = new OutboxRelay({
    state,
    deliver: (row) => delivery.deliver(row),
    now: () => now.at,
    rearm: () => {},
  });
  return { state, events, sent, lines, answers, now, relay, forgotten };
}

describe("one round of deliveries", () => {
  test("brings each sink what it follows: all events in order, and the last state alone", async () => {
    const { state, sent, relay, now } = deliveries();
    state.disconnect(start + 1);
    now.at = start + 1;
    await relay.run();
    expect(sent.filter(({ sink }) => sink === "webhook:a").map(({ seqs }) => seqs)).toEqual([
      [1, 2],
      [3],
    ]);
    const states = sent.filter(({ sink }) => sink === "directory");
    expect(states).toEqual([
      { sink: "directory", leaving: false, entry: directoryEntry("user:ada", state) },
    ]);
    expect(state.outbox.waiting()).toEqual([]);
    expect(relay.deliveries).toBe(3);
  });

  test("removes the row of a sink that is no longer configured", async () => {
    const { state, relay } = deliveries();
    state.outbox.put("webhook:gone", start);
    await relay.run();
    expect(state.outbox.read("webhook:gone")).toBeUndefined();
  });
});

describe("a state that changes while it is written", () => {
  test.each<Delivery>([{ outcome: "delivered" }, { outcome: "failed", reason: "TimeoutError" }])(
    "is written again: $outcome",
    async (first) => {
      const { state, sent, relay, answers, lines } = deliveries();
      answers.directory = () => {
        answers.directory = () => ({ outcome: "delivered" });
        state.reportToDirectory(start);
        return first;
      };
      await relay.run();
      const versions = sent.flatMap(({ entry }) => entry?.version ?? []);
      expect(versions).toHaveLength(2);
      expect(versions[1]).toBe(state.grant().version);
      expect(state.outbox.read("directory")).toBeUndefined();
      expect(lines).toEqual([]);
    },
  );
});

describe("a sink that fails", () => {
  const failed: Delivery = { outcome: "failed", reason: "http_500" };

  test("of events is tried again by its own policy, and paused after three days", async () => {
    const { state, relay, answers, now, lines } = deliveries();
    answers.webhook = () => failed;
    await relay.run();
    expect(state.outbox.read("webhook:a")).toMatchObject({ attempts: 1, due_at: start + 2_500 });
    expect(lines).toContainEqual(deliveryFailed("webhook:a", "http_500"));
    now.at = start + 3 * day;
    const { version } = state.grant();
    await relay.run();
    expect(state.outbox.paused()).toEqual(["webhook:a"]);
    expect(state.grant().version).toBeGreaterThan(version);
    expect(lines.at(-1)).toMatchObject({ event: "delivery_paused", code: "http_500" });
  });

  test("of the state is tried again after a minute or two, and never paused", async () => {
    const { state, relay, answers, now, lines } = deliveries();
    answers.directory = () => ({ outcome: "failed", reason: "TimeoutError" });
    await relay.run();
    expect(state.outbox.read("directory")).toMatchObject({ attempts: 1, due_at: start + 60_000 });
    now.at = start + 30 * day;
    await relay.run();
    expect(state.outbox.read("directory")).toMatchObject({ attempts: 2, due_at: now.at + 120_000 });
    expect(lines).toContainEqual({
      level: "warn",
      event: "directory_failed",
      error_name: "TimeoutError",
    });
  });

  test("and asked for no more is paused at once", async () => {
    const { state, relay, answers } = deliveries();
    answers.webhook = () => ({ outcome: "gone" });
    await relay.run();
    expect(state.outbox.read("webhook:a")?.paused).toMatchObject({ reason: "gone" });
  });

  test("does not hold up another one", async () => {
    const { state, relay, answers } = deliveries();
    answers.webhook = () => failed;
    await relay.run();
    expect(state.outbox.read("directory")).toBeUndefined();
  });
});

describe("a connection that never came to be", () => {
  test("leaves the directory, and then there is nothing of it, of which whoever watches is told", async () => {
    const { state, sent, relay, forgotten } = deliveries(newConnection);
    await relay.run();
    expect(forgotten).not.toHaveBeenCalled();
    state.reportToDirectory(start);
    await relay.run();
    expect(sent.findLast(({ sink }) => sink === "directory")?.leaving).toBe(true);
    expect(state.exists).toBe(false);
    expect(forgotten).toHaveBeenCalledOnce();
  });

  test("stays while a sink still waits for its events", async () => {
    const { state, sent, relay, answers } = deliveries(newConnection);
    answers.webhook = () => ({ outcome: "failed", reason: "http_500" });
    await relay.run();
    expect(sent.find(({ sink }) => sink === "directory")?.leaving).toBe(false);
    expect(state.exists).toBe(true);
  });

  test("stays where a sign-in begins while its entry is removed", async () => {
    const { state, sent, relay, answers, forgotten } = deliveries(newConnection);
    state.outbox.remove("webhook:a");
    answers.directory = () => {
      answers.directory = () => ({ outcome: "delivered" });
      state.commit(start, () => state.grants.update({ refresh_token: "sealed" }), {
        signedIn: true,
      });
      return { outcome: "delivered" };
    };
    await relay.run();
    expect(state.exists).toBe(true);
    expect(forgotten).not.toHaveBeenCalled();
    expect(sent.filter(({ sink }) => sink === "directory").map(({ leaving }) => leaving)).toEqual([
      true,
      false,
    ]);
  });
});

describe("a delivery under way", () => {
  test("has a lease, is joined, and is not begun a second time", async () => {
    const { relay, answers, sent } = deliveries();
    let leases: ReadonlyMap<string, number> = new Map();
    let joined: Promise<void> | undefined;
    answers.webhook = () => {
      leases = relay.leases;
      joined ??= relay.run();
      return { outcome: "delivered" };
    };
    await relay.run();
    await joined;
    expect(leases.get("webhook:a")).toBe(start + 30_000);
    expect(sent.filter(({ sink }) => sink === "webhook:a")).toHaveLength(1);
    expect(relay.leases.size).toBe(0);
  });
});

describe("the directory's sink", () => {
  const entry = (): DirectoryEntry => directoryEntry("user:ada", signedInConnection().state);

  test("takes everything where the deployment has no directory", async () => {
    const sink = new DirectorySink("user:ada", undefined);
    expect(await sink.send(entry(), false)).toEqual({ outcome: "delivered" });
    expect(await sink.send(entry(), true)).toEqual({ outcome: "delivered" });
  });

  test("writes the entry, removes one that leaves, and names what went wrong", async () => {
    const calls: unknown[] = [];
    const directory: Pick<Directory, "upsert" | "removePending"> = {
      upsert: async (written) => void calls.push(written),
      removePending: async (...removed) => {
        calls.push(removed);
        throw new RangeError("D1");
      },
    };
    const sink = new DirectorySink("user:ada", directory);
    const written = entry();
    expect(await sink.send(written, false)).toEqual({ outcome: "delivered" });
    expect(await sink.send(written, true)).toEqual({ outcome: "failed", reason: "RangeError" });
    expect(calls).toEqual([written, ["user:ada", written.version]]);
  });
});
