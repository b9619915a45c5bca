import { describe, expect, test } from "vitest";
import type { FetchFunction } from "../../../../src/http/transport.ts";
import { createTransport } from "../../../../src/http/transport.ts";
import { throughConnection } from "../../../../src/http/upstream-error.ts";
import { GraphSession } from "../../../../src/graph/session.ts";
import { TokenCipher } from "../../../../src/connection/tables/token-cipher.ts";
import { watchDues } from "../../../../src/connection/policy/watch-due.ts";
import { CatchUp } from "../../../../src/connection/watches/catch-up.ts";
import { ChangeIntake } from "../../../../src/connection/watches/change-intake.ts";
import { ChangeReader } from "../../../../src/connection/watches/change-reader.ts";
import { WatchTransitions } from "../../../../src/connection/watches/watch-transitions.ts";
import { signedInConnection, start } from "../support/connection.ts";

const endpoint = "https://graph.microsoft.com";
const id = "0123456789abcdef01234567";
const link = (name: string) => `${endpoint}/v1.0/me/messages/delta?$deltatoken=${name}`;
const later = new Date(start + 60_000).toISOString();
const item = (name: string) => ({
  id: name,
  createdDateTime: later,
  lastModifiedDateTime: later,
});

/** A watch with a gap, whose delta is read from where the last reading ended. */
function missing(fetch: FetchFunction, resource = "me/mailFolders('inbox')/messages") {
  const clock = { at: start };
  const now = () => clock.at;
  const { state, events } = signedInConnection();
  const cipher = new TokenCipher("user:ada", [{ kid: "k1", key: new Uint8Array(32).fill(1) }]);
  state.watches.add({
    id,
    resource,
    change_types: ["created", "deleted"],
    include_data: false,
    selected: null,
    catch_up: true,
    state: "active",
    created_at: start,
  });
  const asked: string[] = [];
  const transport = createTransport({
    peer: throughConnection,
    now,
    budgetMs: 0,
    fetch: (url, init) => {
      asked.push(decodeURIComponent(url.slice(`${endpoint}/v1.0`.length)));
      return fetch(url, init);
    },
  });
  const transitions = new WatchTransitions({ state, now });
  const intake = new ChangeIntake({
    state,
    reader: new ChangeReader({ connectionId: "user:ada", state, cipher, now }),
    transitions,
    publish: () => false,
    now,
    rearm: () => {},
  });
  const session = new GraphSession(transport, { endpoint, version: "v1.0", user: undefined });
  const catchUp = new CatchUp({
    state,
    session,
    cipher,
    transitions,
    intake,
    now,
    random: () => 0,
  });
  const row = () => {
    const found = state.watches.read(id);
    if (found === undefined) throw new Error("the watch is gone");
    return found;
  };
  const begin = async () => {
    state.watches.update(id, {
      delta_link: await cipher.seal("delta_link", link("old")),
      gap_since: start,
      gap_reason: "missed",
    });
  };
  const due = () =>
    watchDues(
      { grant: state.grant(), tokens: [], watches: state.watches.list() },
      { now: now(), watchLeases: new Map() },
    )
      .filter(({ kind }) => kind === "watch_catch_up")
      .map(({ at }) => at);
  /** Reads as often as it is due. */
  const read = async (times: number) => {
    for (let count = 0; count < times; count += 1) {
      const [at] = due();
      if (at === undefined) return;
      clock.at = Math.max(clock.at, at);
      await catchUp.run(id);
    }
  };
  const items = () =>
    state.changes.after(0, 1_000).rows.map((change) => [change.type, change.item]);
  return { state, events, asked, row, begin, due, read, items };
}

const ofLink =
  (old: () => Response): FetchFunction =>
  async (url) =>
    url.includes("=old")
      ? old()
      : Response.json({ value: [item("m1")], "@odata.deltaLink": link("new") });

const refusal = (status: number, code: string) => () =>
  Response.json({ error: { code, message: "No." } }, { status });

describe("a link that leads nowhere any more", () => {
  test.each<[string, () => Response]>([
    ["is refused", refusal(400, "BadRequest")],
    ["is not found", refusal(404, "ErrorItemNotFound")],
    ["leads to itself", () => Response.json({ value: [], "@odata.nextLink": link("old") })],
    [
      "leads to another origin",
      () => Response.json({ value: [], "@odata.deltaLink": "https://x/" }),
    ],
    ["leads to a page without links", () => Response.json({ value: [] })],
    ["leads to HTML", () => new Response("<html>")],
    ["leads to a list that is none", () => Response.json({ value: "none" })],
  ])(
    "because it %s is given up after some attempts, and what was missed is read",
    async (_, old) => {
      const { asked, row, begin, read, items } = missing(ofLink(old));
      await begin();
      await read(7);
      expect(asked.filter((path) => path.includes("=old")).length).toBeGreaterThanOrEqual(5);
      expect(items()).toEqual([["change.created", "m1"]]);
      expect(row()).toMatchObject({ gap_since: null, error: null, attempts: 0 });
    },
  );

  test.each<[string, () => Response]>([
    ["503", refusal(503, "ServiceUnavailable")],
    ["429", refusal(429, "TooManyRequests")],
    ["403", refusal(403, "ErrorAccessDenied")],
  ])("is kept while Graph answers %s: a deletion shows nowhere else", async (_, old) => {
    const { asked, row, begin, read } = missing(ofLink(old));
    await begin();
    await read(9);
    expect(asked.every((path) => path.includes("=old"))).toBe(true);
    expect(row()).toMatchObject({ gap_since: start, attempts: 9 });
    expect(row().delta_link).not.toBeNull();
  });
});

describe("the items of a delta", () => {
  test("that are odd do not void their siblings", async () => {
    const value = [
      null,
      7,
      [],
      {},
      { id: 7 },
      { id: "" },
      { ...item("x"), id: "x".repeat(3_000_000) },
      { ...item("odd-etag"), "@odata.etag": "e".repeat(3_000_000) },
      { ...item("odd-times"), createdDateTime: 7, lastModifiedDateTime: {} },
      { id: "gone", "@removed": 7 },
      item("m1"),
    ];
    const { begin, read, items, row } = missing(async () =>
      Response.json({ value, "@odata.deltaLink": link("new") }),
    );
    await begin();
    await read(1);
    expect(items()).toEqual([
      ["change.created", "odd-etag"],
      ["change.deleted", "gone"],
      ["change.created", "m1"],
    ]);
    expect(row().gap_since).toBeNull();
  });

  test("are each reported once, where Graph loses the state at every reading", async () => {
    const { begin, read, items, row, asked } = missing(async (url) =>
      url.includes("=old")
        ? refusal(410, "syncStateNotFound")()
        : Response.json({ value: [item("m1"), item("m1")], "@odata.deltaLink": link("old") }),
    );
    await begin();
    await read(3);
    expect(items()).toEqual([["change.created", "m1"]]);
    expect(row().gap_since).toBeNull();
    expect(asked).toHaveLength(2);
  });
});

test("what has no delta is not read without end", async () => {
  const { row, begin, read, due, asked } = missing(
    async () => Response.json({ value: [], "@odata.deltaLink": link("new") }),
    "me/mailFolders('it's')/messages",
  );
  await begin();
  await read(3);
  expect([asked, due(), row().catch_up, row().gap_since]).toEqual([[], [], false, start]);
});
