import { describe, expect, it } from "vitest";
import { pauseAfter } from "../../sandbox/graph/subscriptions/deliveries.ts";
import {
  requireRepeated,
  validationAddress,
} from "../../sandbox/graph/subscriptions/endpoint-check.ts";
import { endpointState } from "../../sandbox/graph/subscriptions/endpoint-health.ts";
import { Played, playInput } from "../../sandbox/graph/subscriptions/notification-play.ts";
import { occurrenceOf } from "../../sandbox/graph/subscriptions/notification.ts";
import { expiryOf, mostMinutesOf } from "../../sandbox/graph/subscriptions/resource-rules.ts";
import { isDuplicate } from "../../sandbox/graph/subscriptions/subscription-store.ts";
import { stateSchema } from "../../sandbox/state.ts";
import { readResource } from "../../sandbox/graph/subscriptions/watched-resource.ts";

const minute = 60_000;
const now = Date.parse("2026-11-28T12:00:00Z");

const errorOf = (work: () => unknown): string => {
  try {
    work();
    return "";
  } catch (error) {
    return String(error);
  }
};

describe("The lifetime of a subscription", () => {
  it.each([
    ["message", false, 10_080],
    ["event", false, 10_080],
    ["contact", false, 10_080],
    ["message", true, 1_440],
    ["driveItem", false, 42_300],
    ["user", false, 41_760],
  ] as const)("of %s (with resource data: %s) is at most %d minutes", (kind, rich, most) => {
    expect(mostMinutesOf(kind, rich, 10_080)).toBe(most);
  });

  it.each([
    ["what was asked for", 600, 600],
    ["the longest", 10_080, 10_080],
    ["three quarters of an hour where less was asked for", 1, 45],
  ])("is %s", (_, asked, given) => {
    expect(expiryOf(now + asked * minute, now, 10_080)).toBe(now + given * minute);
  });

  it("is refused a millisecond beyond the longest", () => {
    expect(expiryOf(now + 10_080 * minute + 1, now, 10_080)).toBeUndefined();
  });
});

describe("A resource", () => {
  it.each([
    ["me/messages", "message", { by: "me" }, undefined],
    ["/me/mailFolders('inbox')/messages", "message", { by: "me" }, "inbox"],
    ["me/mailfolders/AQMkADx/Messages", "message", { by: "me" }, "AQMkADx"],
    [
      "users/ada@contoso.example/messages",
      "message",
      { by: "user", key: "ada@contoso.example" },
      undefined,
    ],
    ["users('1')/mailFolders('archive')/messages", "message", { by: "user", key: "1" }, "archive"],
    ["me/events", "event", { by: "me" }, undefined],
    ["me/contacts", "contact", { by: "me" }, undefined],
    ["me/drive/root", "driveItem", { by: "me" }, undefined],
    ["drives/b!x/root", "driveItem", { by: "drive", key: "b!x" }, undefined],
    ["users", "user", { by: "all" }, undefined],
    ["/users/1", "user", { by: "user", key: "1" }, undefined],
  ])("%s is read", (text, kind, owner, folder) => {
    expect(readResource(text)).toMatchObject({ kind, owner, folder });
  });

  it("says which properties and which objects", () => {
    const { select, filter } = readResource(
      "me/messages?$select=Subject,from&$filter=isRead eq false",
    );
    expect(select).toEqual(["subject", "from"]);
    expect(filter).toMatchObject({ kind: "compare", operator: "eq" });
  });

  it.each([
    ["groups", "not supported"],
    ["me/messages/1", "not supported"],
    ["me/drive/root/children", "not supported"],
    ["", "not supported"],
    ["me/messages?$top=1", "$top, $skip"],
    ["me/messages?$select=subject,body", "$select=body"],
    ["me/messages?$select=colour", "colour"],
    ["me/messages?$filter=isRead eq", "Status Code: BadRequest"],
  ])("%s is refused", (text, words) => {
    expect(errorOf(() => readResource(text))).toContain(words);
  });
});

describe("A duplicate", () => {
  const first = {
    tenantId: "t",
    applicationId: "a",
    creatorId: "c",
    resource: "/me/Messages",
    changeType: "created,updated",
    notificationUrl: "https://a.example/n",
  };
  it("has the same resource, types and address, in any order and case", () => {
    const second = { ...first, resource: "me/messages", changeType: "Updated, created" };
    expect(isDuplicate(first, second)).toBe(true);
  });
  it.each([
    { tenantId: "u" },
    { applicationId: "b" },
    { creatorId: "d" },
    { resource: "me/events" },
    { changeType: "created" },
    { notificationUrl: "https://a.example/m" },
  ])("is none with another %o", (other) => {
    expect(isDuplicate(first, { ...first, ...other })).toBe(false);
  });
});

describe("The validation of an endpoint", () => {
  const token = "Validation: a+b c";
  it.each([
    ["https://a.example/n", "https://a.example/n?validationToken=Validation%3A+a%2Bb+c"],
    ["https://a.example/n?w=1", "https://a.example/n?w=1&validationToken=Validation%3A+a%2Bb+c"],
    ["https://a.example/n#x", "https://a.example/n?validationToken=Validation%3A+a%2Bb+c#x"],
  ])("asks %s at %s", (url, asked) => {
    expect(validationAddress(url, token)).toBe(asked);
    expect(new URL(asked).searchParams.get("validationToken")).toBe(token);
  });

  const good = { status: 200, type: "text/plain; charset=utf-8", text: token };
  it.each([
    ["the token not decoded", { text: "Validation: a%2Bb+c" }, "exactly match"],
    ["plus signs taken for spaces", { text: "Validation: a b c" }, "exactly match"],
    ["a line more", { text: `${token}\n` }, "exactly match"],
    ["HTML", { type: "text/html" }, "text/plain"],
    ["no content type", { type: null }, "text/plain"],
    ["another status", { status: 403 }, "HTTP status code is 'Forbidden'"],
    ["202", { status: 202 }, "HTTP status code is 'Accepted'"],
  ])("refuses %s", (_, change, words) => {
    expect(errorOf(() => requireRepeated(token, { ...good, ...change }))).toContain(words);
  });
  it("takes the token as it was, as plain text", () => {
    expect(errorOf(() => requireRepeated(token, good))).toBe("");
  });
});

describe("An endpoint", () => {
  const answers = (late: number, all: number, age = 0) =>
    Array.from({ length: all }, (_, index) => ({ at: now - age, late: index < late }));
  it.each([
    ["ready", "all are in time", answers(0, 100)],
    ["ready", "a tenth is late", answers(10, 100)],
    ["slow", "more than a tenth is late", answers(11, 100)],
    ["slow", "three in twenty are late", answers(15, 100)],
    ["drop", "more than that is late", answers(16, 100)],
    ["ready", "it was long ago", answers(100, 100, 10 * minute)],
    ["ready", "there are too few to say", answers(9, 9)],
    ["ready", "there are none", []],
  ])("is %s where %s", (state, _, given) => {
    expect(endpointState(given, now)).toBe(state);
  });
});

describe("The pause before another attempt", () => {
  it("doubles, up to an hour", () => {
    expect([1, 2, 3, 20].map((attempts) => pauseAfter(attempts, 10_000))).toEqual([
      10_000, 20_000, 40_000, 3_600_000,
    ]);
  });
});

describe("What a write is to a subscriber", () => {
  const { filter } = readResource("me/messages?$filter=isRead eq false");
  const unread = { id: "1", isRead: false };
  const read = { id: "1", isRead: true };
  it.each([
    ["created", undefined, unread, undefined],
    ["updated", unread, read, undefined],
    ["deleted", read, undefined, undefined],
    ["created", read, unread, filter],
    ["deleted", unread, read, filter],
    ["updated", unread, unread, filter],
    ["deleted", unread, undefined, filter],
    [undefined, undefined, read, filter],
    [undefined, read, undefined, filter],
  ] as const)("is %s", (type, before, after, by) => {
    expect(occurrenceOf({ before, after }, by)?.type).toBe(type);
  });
});

describe("What a test has played", () => {
  const spoil = (text: string) => `${text}!`;
  it.each([
    ["a duplicate", { duplicate: 3 }, ["a"], [["a", "a", "a"]]],
    ["a loss", { drop: true }, ["a"], [[]]],
    ["a batch", { batch: 3 }, ["a", "b", "c"], [undefined, undefined, ["a", "b", "c"]]],
    ["another order", { reorder: true }, ["a", "b"], [undefined, ["b", "a"]]],
    ["a wrong state", { wrong_state: true }, ["a"], [["a!"]]],
    [
      "all at once",
      { batch: 2, reorder: true, duplicate: 2 },
      ["a", "b"],
      [undefined, ["b", "b", "a", "a"]],
    ],
  ])("is %s", (_, play, given, sent) => {
    const played = new Played<string>({ subscription: "1", ...play });
    expect(given.map((one) => played.next(one, spoil))).toEqual(sent);
  });

  it.each([{}, { drop: false }, { duplicate: 1 }, { colour: "red" }])(
    "is something: not %o",
    (play) => {
      expect(playInput.safeParse({ subscription: "1", ...play }).success).toBe(false);
    },
  );
});

describe("A state file", () => {
  it("of before there were subscriptions has none", () => {
    const older = { version: 1, sealingKey: "", consents: [], revocations: [], redeemedCodes: [] };
    expect(stateSchema.parse(older).subscriptions).toEqual([]);
  });
});
