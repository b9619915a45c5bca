import { describe, expect, test } from "vitest";
import { mailQuery, type MailFilters } from "../../../src/mcp/toolsets/mail-query.ts";

const asked = (filters: MailFilters) => {
  const { only: _, ...query } = mailQuery(filters);
  return query;
};
const newest = { orderBy: "receivedDateTime desc" };
const ever = "receivedDateTime ge 1970-01-01T00:00:00Z";

describe("filters of mail in Graph's words", () => {
  test.each<[string, MailFilters, object]>([
    ["nothing", {}, {}],
    ["unread", { unread: true }, { filter: `${ever} and isRead eq false`, ...newest }],
    ["read", { unread: false }, { filter: `${ever} and isRead eq true`, ...newest }],
    [
      "a date, its midnight in UTC",
      { since: "2026-11-01" },
      { filter: "receivedDateTime ge 2026-11-01T00:00:00.000Z", ...newest },
    ],
    [
      "a time with an offset",
      { since: "2026-11-01T09:00:00+01:00" },
      { filter: "receivedDateTime ge 2026-11-01T08:00:00.000Z", ...newest },
    ],
    [
      "an address, its quote doubled",
      { from: "o'brien@contoso.example" },
      { filter: `${ever} and from/emailAddress/address eq 'o''brien@contoso.example'`, ...newest },
    ],
    [
      "words of the subject that would end the filter",
      { subject: "a') or (isRead eq true" },
      { filter: `${ever} and contains(subject,'a'') or (isRead eq true')`, ...newest },
    ],
    ["a name, by a search", { from: "Ada" }, { search: String.raw`"from:\"Ada\""` }],
    [
      "words and a subject, by a search",
      { query: "annual report", subject: "draft", since: "2026-11-01" },
      { search: String.raw`"\"annual report\" AND subject:\"draft\" AND received>=2026-11-01"` },
    ],
    [
      "a word that would be a property",
      { query: "from:grace" },
      { search: String.raw`"\"from:grace\""` },
    ],
    [
      "words that would be a query of their own",
      { query: 'x" OR from:"grace' },
      { search: String.raw`"\"x  OR from: grace\""` },
    ],
  ])("%s", (_, filters, query) => {
    expect(asked(filters)).toEqual(query);
  });

  test("sort out of a search what it cannot be asked for", () => {
    const { only } = mailQuery({ query: "x", unread: true, since: "2026-11-01T12:00:00Z" });
    const at = (receivedDateTime: string, isRead: boolean) => only({ receivedDateTime, isRead });
    expect(at("2026-11-01T12:00:00Z", false)).toBe(true);
    expect(at("2026-11-01T11:59:59Z", false)).toBe(false);
    expect(at("2026-11-02T00:00:00Z", true)).toBe(false);
    expect(only({})).toBe(false);
  });
});
