import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ADA, codeOf, createGraphHarness, GRACE, namesOf } from "./graph-harness.ts";
import type { Entity, GraphHarness } from "./graph-harness.ts";
import { createEndpoint } from "./notification-endpoint.ts";

const endpoint = createEndpoint();
let graph: GraphHarness;
let grace: string;
beforeAll(async () => {
  graph = await createGraphHarness({ outbound: endpoint.outbound });
  grace = await graph.tokenOf(GRACE, ["Calendars.Read", "Calendars.ReadWrite", "Mail.Read"]);
});
beforeEach(() => {
  graph.world.reset();
  graph.world.settings.mailbox_latency_ms = 0;
  endpoint.clear();
});

const at = (hour: number, day = "2026-12-01") => ({
  dateTime: `${day}T${String(hour).padStart(2, "0")}:00:00`,
  timeZone: "UTC",
});
const write = (method: string, path: string, json?: unknown, token = graph.ada) =>
  graph.send(method, path, { token, ...(json === undefined ? {} : { json }) });
const idOf = ({ body }: { body: { [member: string]: unknown } }) => String(body["id"]);
const create = (json: Record<string, unknown> = {}, path = "/me/events") =>
  write("POST", path, { subject: "Tea", start: at(16), end: at(17), ...json });
const DECEMBER = "startDateTime=2026-12-01&endDateTime=2027-01-01&$top=100";
const view = async (token = graph.ada, path = "/me") =>
  (await graph.get(`${path}/calendarView?${DECEMBER}`, { token })).body.value ?? [];
const found = async (subject: string, token = graph.ada): Promise<Entity | undefined> =>
  (await view(token)).find((event) => event["subject"] === subject);
const subjects = async (token: string) =>
  namesOf((await graph.get("/me/messages?$top=2", { token })).body, "subject");

describe("An event", () => {
  it("is changed where the body says so, and nowhere else", async () => {
    const id = idOf(await create({ location: { displayName: "Garden" } }));
    const changed = await write("PATCH", `/me/events/${id}`, {
      Subject: "Coffee",
      end: at(18),
      isReminderOn: false,
    });
    expect(changed.body).toMatchObject({
      id,
      subject: "Coffee",
      start: { dateTime: "2026-12-01T16:00:00.0000000" },
      end: { dateTime: "2026-12-01T18:00:00.0000000" },
      location: { displayName: "Garden" },
      isReminderOn: false,
    });
  });

  it.each([
    [{ end: at(3) }, "ErrorCalendarEndDateIsEarlierThanStartDate"],
    [{ isAllDay: true }, "ErrorPropertyValidationFailure"],
    [{ start: null }, "ErrorPropertyValidationFailure"],
    [{ start: { dateTime: "soon", timeZone: "UTC" } }, "ErrorPropertyValidationFailure"],
    [{ colour: "red" }, "RequestBodyRead"],
  ])("stays as it was when it is told %j", async (json, code) => {
    const id = idOf(await create());
    const said = await write("PATCH", `/me/events/${id}`, json);
    expect([said.status, codeOf(said)]).toEqual([400, code]);
    expect((await graph.get(`/me/events/${id}`)).body["start"]).toMatchObject({
      dateTime: "2026-12-01T16:00:00.0000000",
    });
  });

  it("is told of to who subscribed", async () => {
    await write("POST", "/subscriptions", {
      changeType: "created,updated,deleted",
      resource: "me/events",
      notificationUrl: "https://worker.example/notifications",
      expirationDateTime: new Date(graph.world.now() + 7_200_000).toISOString(),
    });
    const id = idOf(await create());
    await write("PATCH", `/me/events/${id}`, { subject: "Coffee" });
    await write("DELETE", `/me/events/${id}`);
    await expect
      .poll(() => endpoint.told().map(({ changeType }) => changeType))
      .toEqual(["created", "updated", "deleted"]);
  });
});

describe("A series", () => {
  const series = {
    recurrence: {
      pattern: { type: "daily", interval: 1 },
      range: { type: "numbered", startDate: "2026-12-01", numberOfOccurrences: 4 },
    },
  };

  it("has instances, of which one is changed and one taken out", async () => {
    const id = idOf(await create(series));
    const instances = async () =>
      (await graph.get(`/me/events/${id}/instances?${DECEMBER}`)).body.value ?? [];
    const [, second, third] = await instances();
    const delta = (await graph.pages(`/me/calendarView/delta?${DECEMBER.split("&$")[0]}`)).at(-1);
    const later = { start: at(20, "2026-12-02"), end: at(21, "2026-12-02"), subject: "Supper" };
    const changed = await write("PATCH", `/me/events/${second?.id}`, later);
    expect(changed.body).toMatchObject({ id: second?.id, type: "exception", seriesMasterId: id });
    expect((await write("DELETE", `/me/events/${third?.id}`)).status).toBe(204);
    expect((await instances()).map(({ subject, type }) => [subject, type])).toEqual([
      ["Tea", "occurrence"],
      ["Supper", "exception"],
      ["Tea", "occurrence"],
    ]);
    expect((await graph.get(`/me/events/${third?.id}`)).status).toBe(404);
    expect((await graph.get(`/me/events/${id}`)).body["type"]).toBe("seriesMaster");
    const changes = await graph.get(delta?.["@odata.deltaLink"] ?? "");
    expect(changes.body.value).toContainEqual(
      expect.objectContaining({ id: third?.id, "@removed": { reason: "deleted" } }),
    );
  });

  it("alone has instances", async () => {
    const said = await graph.get(`/me/events/${idOf(await create())}/instances?${DECEMBER}`);
    expect([said.status, codeOf(said)]).toEqual([400, "ErrorInvalidRequest"]);
  });
});

describe("A meeting", () => {
  const meet = async () => {
    const asked = await create({ attendees: [{ emailAddress: { address: GRACE } }] });
    expect(asked.status).toBe(201);
    return `/me/events/${idOf(asked)}`;
  };
  const copy = async () => `/me/events/${(await found("Tea", grace))?.id}`;
  const statusOf = async (path: string) =>
    ((await graph.get(path)).body["attendees"] as { status: { response: string } }[])[0]?.status
      .response;

  it("comes to everybody who is asked, who cannot cancel it", async () => {
    const path = await meet();
    expect(await found("Tea", grace)).toMatchObject({
      isOrganizer: false,
      showAs: "tentative",
      responseStatus: { response: "notResponded" },
      organizer: { emailAddress: { address: ADA } },
      iCalUId: (await graph.get(path)).body["iCalUId"],
    });
    expect((await subjects(grace))?.[0]).toBe("Tea");
    const said = await write("POST", `${await copy()}/cancel`, {}, grace);
    expect([said.status, codeOf(said)]).toEqual([400, "ErrorInvalidRequest"]);
  });

  it.each([
    ["accept", "accepted", "Accepted: Tea"],
    ["tentativelyAccept", "tentativelyAccepted", "Tentative: Tea"],
  ])("is answered by %s", async (action, response, subject) => {
    const path = await meet();
    const json = { comment: "With pleasure" };
    expect((await write("POST", `${await copy()}/${action}`, json, grace)).status).toBe(202);
    expect(await found("Tea", grace)).toMatchObject({ responseStatus: { response } });
    expect(await statusOf(path)).toBe(response);
    expect((await subjects(graph.ada))?.[0]).toBe(subject);
  });

  it("is declined in silence, and is gone", async () => {
    const path = await meet();
    const json = { sendResponse: false };
    expect((await write("POST", `${await copy()}/decline`, json, grace)).status).toBe(202);
    expect(await found("Tea", grace)).toBeUndefined();
    expect(await statusOf(path)).toBe("none");
  });

  it("is not answered by whoever called it", async () => {
    const said = await write("POST", `${await meet()}/accept`);
    expect([said.status, codeOf(said)]).toEqual([400, "ErrorInvalidRequest"]);
  });

  it("changes for everybody, who keep their answers, and is cancelled for everybody", async () => {
    const path = await meet();
    await write("POST", `${await copy()}/accept`, {}, grace);
    await write("PATCH", path, { location: { displayName: "Orangery" } });
    expect(await found("Tea", grace)).toMatchObject({
      location: { displayName: "Orangery" },
      responseStatus: { response: "accepted" },
    });
    expect((await write("POST", `${path}/cancel`, { Comment: "Rain" })).status).toBe(202);
    expect((await graph.get(path)).status).toBe(404);
    expect(await found("Canceled: Tea", grace)).toMatchObject({ isCancelled: true });
    expect((await subjects(grace))?.[0]).toBe("Canceled: Tea");
  });

  it("is cancelled for who is asked no more", async () => {
    await write("PATCH", await meet(), { attendees: [] });
    expect(await found("Canceled: Tea", grace)).toMatchObject({ isCancelled: true });
  });
});

describe("Calendars", () => {
  const make = async (name: string) => idOf(await write("POST", "/me/calendars", { name }));

  it("hold events of their own", async () => {
    const id = await make("Garden");
    const event = idOf(await create({ subject: "Weeding" }, `/me/calendars/${id}/events`));
    expect(await view(graph.ada, `/me/calendars('${id}')`)).toMatchObject([{ subject: "Weeding" }]);
    expect(await found("Weeding")).toBeUndefined();
    expect((await graph.get(`/me/events/${event}`)).body["subject"]).toBe("Weeding");
    expect((await graph.get(`/me/calendar/events/${event}`)).status).toBe(404);
    expect((await write("DELETE", `/me/calendars/${id}`)).status).toBe(204);
    expect((await graph.get(`/me/events/${event}`)).status).toBe(404);
  });

  it("are renamed, each name once, and the default one stays", async () => {
    const id = await make("Garden");
    expect((await write("PATCH", `/me/calendars/${id}`, { name: "Calendar" })).status).toBe(409);
    const changed = await write("PATCH", `/me/calendars/${id}`, { color: "lightGreen" });
    expect(changed.body).toMatchObject({ name: "Garden", color: "lightGreen" });
    const own = await graph.get("/me/calendar");
    expect(own.body).toMatchObject({ name: "Calendar", isDefaultCalendar: true });
    expect((await write("DELETE", `/me/calendars/${idOf(own)}`)).status).toBe(403);
    const { body } = await graph.get("/me/calendars");
    expect(namesOf(body, "name")).toEqual(["Calendar", "Birthdays", "Garden"]);
  });
});
