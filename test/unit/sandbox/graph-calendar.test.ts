import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  isoDateOf,
  dayOf,
  occurrenceDays,
  recurrenceInput,
} from "../../sandbox/graph/calendar/recurrence.ts";
import {
  instantOf,
  localTime,
  readLocal,
  writeLocal,
  zoneNamed,
} from "../../sandbox/graph/calendar/time-zone.ts";
import { codeOf, createGraphHarness, namesOf } from "./graph-harness.ts";
import type { GraphHarness } from "./graph-harness.ts";

let graph: GraphHarness;
beforeAll(async () => {
  graph = await createGraphHarness();
});
beforeEach(() => graph.world.reset());

const AUTUMN = "startDateTime=2026-10-19T00:00:00Z&endDateTime=2026-11-04T00:00:00Z";

describe("Time zones", () => {
  it.each([
    ["Pacific Standard Time", "America/Los_Angeles"],
    ["pacific standard time", "America/Los_Angeles"],
    ["Europe/Berlin", "Europe/Berlin"],
    ["UTC", "UTC"],
    ["Mars Standard Time", undefined],
    ["+02:00", undefined],
    ["", undefined],
  ])("%s is %s", (name, zone) => {
    expect(zoneNamed(name)).toBe(zone);
  });

  const at = (text: string) => readLocal(text) ?? Number.NaN;
  it.each([
    ["Europe/Berlin", "2026-07-01T09:00:00", "2026-07-01T07:00:00.000Z"],
    ["Europe/Berlin", "2026-01-05T09:00:00", "2026-01-05T08:00:00.000Z"],
    ["America/New_York", "2026-11-24T10:00:00", "2026-11-24T15:00:00.000Z"],
    ["Asia/Calcutta", "2026-11-24T10:00:00", "2026-11-24T04:30:00.000Z"],
    // Skipped in spring: half past two is half past three.
    ["Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:30:00.000Z"],
    // Repeated in autumn: the first of the two.
    ["Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00.000Z"],
  ])("in %s the clock shows %s at %s", (zone, local, instant) => {
    expect(new Date(instantOf(at(local), zone)).toISOString()).toBe(instant);
  });

  it("show an instant with seven digits", () => {
    const shown = localTime(Date.parse("2026-07-01T07:00:00.5Z"), "Europe/Berlin");
    expect(writeLocal(shown)).toBe("2026-07-01T09:00:00.5000000");
  });

  it.each(["2026-13-01T00:00:00", "2026-02-30", "2026-01-01T00:00:00+01:00", "tomorrow"])(
    "%s is no local time",
    (text) => {
      expect(readLocal(text)).toBeUndefined();
    },
  );
});

describe("A recurrence", () => {
  const days = (pattern: object, range: object, until: string) => {
    const recurrence = recurrenceInput.parse({
      pattern: { interval: 1, ...pattern },
      range: { type: "noEnd", startDate: "2026-01-05", ...range },
    });
    return occurrenceDays(recurrence, dayOf(until)).map(isoDateOf);
  };

  it.each([
    [
      "every third day",
      { type: "daily", interval: 3 },
      {},
      "2026-01-12",
      ["2026-01-05", "2026-01-08", "2026-01-11"],
    ],
    [
      "every second week on two days",
      { type: "weekly", interval: 2, daysOfWeek: ["monday", "thursday"] },
      {},
      "2026-01-23",
      ["2026-01-05", "2026-01-08", "2026-01-19", "2026-01-22"],
    ],
    [
      "the 31st, or the month's last day",
      { type: "absoluteMonthly", dayOfMonth: 31 },
      {},
      "2026-03-31",
      ["2026-01-31", "2026-02-28", "2026-03-31"],
    ],
    [
      "the second Tuesday",
      { type: "relativeMonthly", daysOfWeek: ["tuesday"], index: "second" },
      {},
      "2026-03-01",
      ["2026-01-13", "2026-02-10"],
    ],
    [
      "the last weekday of March",
      {
        type: "relativeYearly",
        month: 3,
        daysOfWeek: ["monday", "tuesday", "wednesday", "thursday", "friday"],
        index: "last",
      },
      {},
      "2027-12-31",
      ["2026-03-31", "2027-03-31"],
    ],
    [
      "a birthday every second year",
      { type: "absoluteYearly", interval: 2, month: 12, dayOfMonth: 10 },
      {},
      "2030-01-01",
      ["2026-12-10", "2028-12-10"],
    ],
    [
      "up to an end date",
      { type: "daily" },
      { type: "endDate", endDate: "2026-01-06" },
      "2026-02-01",
      ["2026-01-05", "2026-01-06"],
    ],
    [
      "a number of times",
      { type: "daily" },
      { type: "numbered", numberOfOccurrences: 2 },
      "2026-02-01",
      ["2026-01-05", "2026-01-06"],
    ],
  ])("can be %s", (_, pattern, range, until, expected) => {
    expect(days(pattern, range, until)).toEqual(expected);
  });
});

describe("The calendar view", () => {
  it.each(["", "startDateTime=2026-10-19T00:00:00Z", "endDateTime=2026-10-19T00:00:00Z"])(
    "wants both ends, not just %j",
    async (query) => {
      for (const path of ["calendarView", "calendar/calendarView", "calendarView/delta"]) {
        const said = await graph.get(`/me/${path}?${query}`);
        expect([said.status, codeOf(said)]).toEqual([400, "ErrorInvalidParameter"]);
      }
    },
  );

  it("expands a series across the change of the clock", async () => {
    const { body } = await graph.get(`/me/calendarView?${AUTUMN}&$select=subject,start,type`);
    const planning = body.value?.filter(({ subject }) => subject === "Weekly planning");
    expect(planning?.map(({ start }) => start)).toEqual([
      { dateTime: "2026-10-19T07:00:00.0000000", timeZone: "UTC" },
      { dateTime: "2026-10-26T08:00:00.0000000", timeZone: "UTC" },
      { dateTime: "2026-11-02T08:00:00.0000000", timeZone: "UTC" },
    ]);
    expect(planning?.every(({ type }) => type === "occurrence")).toBe(true);
  });

  it.each(["W. Europe Standard Time", "Europe/Berlin"])(
    "shows times in %s when asked",
    async (zone) => {
      const prefer = `outlook.timezone="${zone}"`;
      const said = await graph.get(`/me/calendarView?${AUTUMN}`, { headers: { prefer } });
      expect(said.headers.get("preference-applied")).toBe(prefer);
      const planning = said.body.value?.filter(({ subject }) => subject === "Weekly planning");
      expect(planning?.map(({ start }) => start)).toEqual(
        ["2026-10-19", "2026-10-26", "2026-11-02"].map((day) => ({
          dateTime: `${day}T09:00:00.0000000`,
          timeZone: zone,
        })),
      );
    },
  );

  it("reads a window without offset as UTC, and one with offset as what it says", async () => {
    const berlin = { prefer: 'outlook.timezone="Europe/Berlin"' };
    const found = async (window: string) =>
      (await graph.get(`/me/calendarView?${window}`, { headers: berlin })).body.value?.length;
    // The planning of 2 November is at 08:00 to 08:45 UTC.
    expect(await found("startDateTime=2026-11-02T08:50:00&endDateTime=2026-11-02T10:00:00")).toBe(
      0,
    );
    expect(
      await found(
        "startDateTime=2026-11-02T08:50:00%2B01:00&endDateTime=2026-11-02T10:00:00%2B01:00",
      ),
    ).toBe(1);
  });

  it("refuses a zone nobody knows and a window of more than five years", async () => {
    const headers = { prefer: 'outlook.timezone="Mars"' };
    const unknown = await graph.get(`/me/calendarView?${AUTUMN}`, { headers });
    expect([unknown.status, codeOf(unknown)]).toEqual([400, "TimeZoneNotSupportedException"]);
    const long = await graph.get(
      "/me/calendarView?startDateTime=2020-01-01&endDateTime=2026-01-01",
    );
    expect([long.status, codeOf(long)]).toEqual([400, "ErrorCalendarViewRangeTooBig"]);
  });

  it("pages by $skip and orders by start", async () => {
    const pages = await graph.pages(
      `/me/calendarView?startDateTime=2026-01-01&endDateTime=2026-12-31&$top=40&$select=start`,
    );
    expect(pages.map(({ value }) => value?.length)).toEqual([40, 16]);
  });

  it("has occurrences that can be read one by one", async () => {
    const { body } = await graph.get(`/me/calendarView?${AUTUMN}`);
    const [first] = body.value ?? [];
    const one = await graph.get(`/me/events/${first?.id}?$select=type,start,seriesMasterId`);
    expect(one.body).toMatchObject({ type: "occurrence", start: first?.["start"] });
    const series = await graph.get(`/me/events/${one.body["seriesMasterId"]}`);
    expect(series.body).toMatchObject({
      type: "seriesMaster",
      recurrence: { pattern: { type: "weekly", daysOfWeek: ["monday"] } },
    });
  });

  it("lists its changes inside the window alone", async () => {
    const pages = await graph.pages(`/me/calendarView/delta?${AUTUMN}`);
    const deltaLink = pages.at(-1)?.["@odata.deltaLink"] ?? "";
    expect(pages.flatMap(({ value }) => value ?? []).map(({ type }) => type)).toEqual([
      "seriesMaster",
      "occurrence",
      "occurrence",
      "occurrence",
      "singleInstance",
    ]);
    const event = (day: string) => ({
      subject: day,
      start: { dateTime: `${day}T10:00:00`, timeZone: "UTC" },
      end: { dateTime: `${day}T11:00:00`, timeZone: "UTC" },
    });
    const inside = await graph.send("POST", "/me/events", { json: event("2026-10-20") });
    const next = await graph.get(deltaLink);
    expect(namesOf(next.body, "subject")).toEqual(["2026-10-20"]);
    await graph.send("DELETE", `/me/events/${inside.body["id"]}`);
    const after = await graph.get(next.body["@odata.deltaLink"] ?? "");
    expect(after.body.value).toMatchObject([
      { id: inside.body["id"], "@removed": { reason: "deleted" } },
    ]);
  });
});

describe("Creating an event", () => {
  const event = {
    subject: "Demonstration",
    body: { contentType: "HTML", content: "<p>See</p>" },
    start: { dateTime: "2026-12-01T10:00:00", timeZone: "W. Europe Standard Time" },
    end: { dateTime: "2026-12-01T11:00:00", timeZone: "W. Europe Standard Time" },
    attendees: [{ emailAddress: { address: "grace@contoso.example" }, type: "optional" }],
    location: { displayName: "Here" },
  };
  const create = (json: unknown) => graph.send("POST", "/me/calendar/events", { json });

  it("answers 201 with the whole event, times in UTC", async () => {
    const said = await create(event);
    expect(said.status).toBe(201);
    expect(said.body).toMatchObject({
      subject: "Demonstration",
      start: { dateTime: "2026-12-01T09:00:00.0000000", timeZone: "UTC" },
      originalStartTimeZone: "W. Europe Standard Time",
      attendees: [{ type: "optional", emailAddress: { address: "grace@contoso.example" } }],
      organizer: { emailAddress: { address: "ada@contoso.example" } },
      type: "singleInstance",
    });
    const read = await graph.get(`/me/events/${said.body["id"]}`);
    expect(read.body["id"]).toBe(said.body["id"]);
  });

  it("twice with one transactionId makes one event", async () => {
    const json = { ...event, transactionId: "once" };
    const ids = [(await create(json)).body["id"], (await create(json)).body["id"]];
    expect(ids[0]).toBe(ids[1]);
    expect((await create(event)).body["id"]).not.toBe(ids[0]);
  });

  it("takes what may be null or left out of a body and a recurrence", async () => {
    const recurrence = {
      pattern: { type: "daily", interval: 1, daysOfWeek: null, firstDayOfWeek: null, index: null },
      range: {
        type: "numbered",
        startDate: "2026-12-01",
        endDate: null,
        recurrenceTimeZone: null,
        numberOfOccurrences: 3,
      },
    };
    const said = await create({ ...event, body: { content: "See" }, recurrence });
    expect(said.body).toMatchObject({ type: "seriesMaster", bodyPreview: "See" });
  });

  const numbered = { type: "numbered", startDate: "2026-12-01", numberOfOccurrences: 3 };
  const daily = { type: "daily", interval: 1 };
  it.each([
    ["weekly, on no day", { type: "weekly", interval: 1 }, numbered, "pattern.daysOfWeek"],
    [
      "weekly, on none of its days",
      { type: "weekly", interval: 1, daysOfWeek: [] },
      numbered,
      "pattern.daysOfWeek",
    ],
    ["monthly, on no day", { type: "absoluteMonthly", interval: 1 }, numbered, "dayOfMonth"],
    ["monthly, on no weekday", { type: "relativeMonthly", interval: 1 }, numbered, "daysOfWeek"],
    [
      "yearly, in no month",
      { type: "absoluteYearly", interval: 1, dayOfMonth: 3 },
      numbered,
      "pattern.month",
    ],
    ["numbered, but never", daily, { ...numbered, numberOfOccurrences: 0 }, "numberOfOccurrences"],
    ["until no date", daily, { type: "endDate", startDate: "2026-12-01" }, "range.endDate"],
    [
      "until before it begins",
      daily,
      { type: "endDate", startDate: "2026-12-01", endDate: "2026-11-30" },
      "range.endDate",
    ],
  ])("refuses a series that is %s", async (_, pattern, range, field) => {
    const said = await create({ ...event, recurrence: { pattern, range } });
    expect([said.status, codeOf(said)]).toEqual([400, "RequestBodyRead"]);
    expect(said.body.error?.message).toContain(field);
  });

  it("takes a series", async () => {
    const recurrence = {
      pattern: { type: "daily", interval: 1 },
      range: { type: "numbered", startDate: "2026-12-01", numberOfOccurrences: 3 },
    };
    await create({ ...event, recurrence });
    const { body } = await graph.get(
      "/me/calendarView?startDateTime=2026-12-01&endDateTime=2026-12-31&$filter=subject eq 'Demonstration'",
    );
    expect(body.value).toHaveLength(3);
  });

  it.each([
    ["no start", { ...event, start: undefined }, "ErrorPropertyValidationFailure"],
    ["no end", { ...event, end: undefined }, "ErrorPropertyValidationFailure"],
    [
      "no zone",
      { ...event, start: { dateTime: "2026-12-01T10:00:00" } },
      "TimeZoneNotSupportedException",
    ],
    [
      "no date",
      { ...event, start: { dateTime: "soon", timeZone: "UTC" } },
      "ErrorPropertyValidationFailure",
    ],
    [
      "an end before the start",
      { ...event, end: { dateTime: "2026-12-01T09:00:00", timeZone: "Europe/Berlin" } },
      "ErrorCalendarEndDateIsEarlierThanStartDate",
    ],
    [
      "a whole day that begins at ten",
      { ...event, isAllDay: true },
      "ErrorPropertyValidationFailure",
    ],
    ["a property nobody knows", { ...event, colour: "red" }, "RequestBodyRead"],
    ["a value of the wrong kind", { ...event, showAs: "asleep" }, "RequestBodyRead"],
    [
      "a day that there is not",
      { ...event, start: { dateTime: "2026-02-30T10:00:00", timeZone: "UTC" } },
      "ErrorPropertyValidationFailure",
    ],
    [
      "meetings at a provider that Microsoft does not know",
      { ...event, onlineMeetingProvider: "zoom" },
      "RequestBodyRead",
    ],
  ])("refuses %s", async (_, json, code) => {
    const said = await create(json);
    expect([said.status, codeOf(said)]).toEqual([400, code]);
  });
});
