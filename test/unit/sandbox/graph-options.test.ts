import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ADA, codeOf, createGraphHarness, namesOf } from "./graph-harness.ts";
import type { GraphHarness } from "./graph-harness.ts";

let graph: GraphHarness;
beforeAll(async () => {
  graph = await createGraphHarness();
});
beforeEach(() => graph.world.reset());

const WINDOW = "startDateTime=2026-11-01&endDateTime=2026-11-30";
const EVENTUAL = { consistencylevel: "eventual" };

const all = [
  "$select=id",
  "$filter=id eq 'x'",
  "$orderby=id",
  "$top=1",
  "$skip=0",
  "$count=true",
  '$search="displayName:x"',
  "$expand=attachments",
  "$skiptoken=x",
  "$deltatoken=x",
] as const;
const nameOf = (option: string) => option.slice(0, option.indexOf("="));

/** Which options each kind of route takes; the others it refuses with this code. */
const routes: readonly [path: string, taken: readonly string[], code: string][] = [
  ["/me", ["$select", "$expand"], "Request_BadRequest"],
  [`/users/${ADA}`, ["$select", "$expand"], "Request_BadRequest"],
  [
    "/users",
    ["$select", "$filter", "$orderby", "$top", "$count", "$search", "$expand", "$skiptoken"],
    "Request_BadRequest",
  ],
  ["/users/$count", ["$filter", "$search"], "Request_BadRequest"],
  [
    "/users/delta",
    ["$select", "$filter", "$top", "$skiptoken", "$deltatoken"],
    "Request_UnsupportedQuery",
  ],
  [
    "/me/messages",
    [
      "$select",
      "$filter",
      "$orderby",
      "$top",
      "$skip",
      "$count",
      "$search",
      "$expand",
      "$skiptoken",
    ],
    "BadRequest",
  ],
  ["/me/messages/x", ["$select", "$expand"], "BadRequest"],
  ["/me/messages/$count", ["$filter", "$search"], "BadRequest"],
  [
    "/me/mailFolders",
    ["$select", "$filter", "$orderby", "$top", "$skip", "$count", "$expand"],
    "BadRequest",
  ],
  ["/me/mailFolders/inbox", ["$select", "$expand"], "BadRequest"],
  [
    "/me/mailFolders/inbox/messages/delta",
    ["$select", "$filter", "$orderby", "$top", "$expand", "$skiptoken", "$deltatoken"],
    "ErrorInvalidUrlQuery",
  ],
  [
    "/me/events",
    ["$select", "$filter", "$orderby", "$top", "$skip", "$count", "$expand"],
    "ErrorInvalidUrlQuery",
  ],
  ["/me/events/x", ["$select", "$expand"], "BadRequest"],
  [
    `/me/calendarView?${WINDOW}`,
    ["$select", "$filter", "$orderby", "$top", "$skip", "$count", "$expand"],
    "ErrorInvalidUrlQuery",
  ],
  [`/me/calendarView/delta?${WINDOW}`, ["$skiptoken", "$deltatoken"], "ErrorInvalidUrlQuery"],
  ["/me/drive", ["$select", "$expand"], "invalidRequest"],
  ["/me/drive/root", ["$select", "$expand"], "invalidRequest"],
  [
    "/me/drive/root/children",
    ["$select", "$filter", "$orderby", "$top", "$count", "$expand", "$skiptoken"],
    "invalidRequest",
  ],
  ["/me/drive/root/delta", ["$select", "$expand", "$top"], "invalidRequest"],
];

const withOption = (path: string, option: string) =>
  `${path}${path.includes("?") ? "&" : "?"}${option}`;

describe("A query option that a route does not take", () => {
  const refused = routes.flatMap(([path, taken, code]) =>
    all.filter((option) => !taken.includes(nameOf(option))).map((option) => [path, option, code]),
  );

  it.each(refused)("is refused, not dropped: %s with %s", async (path, option, code) => {
    const said = await graph.get(withOption(path, option), { headers: EVENTUAL });
    expect([said.status, codeOf(said)]).toEqual([400, code]);
  });

  it.each(routes)("is refused before a route's own: %s takes %j", async (path, taken) => {
    for (const option of all.filter((one) => taken.includes(nameOf(one)))) {
      const said = await graph.get(withOption(path, option), { headers: EVENTUAL });
      // What is taken may still be wrong in its value: this type has no such relationship or id.
      const message = said.body.error?.message ?? "";
      expect(message).not.toMatch(/not allowed|is not supported by|only on collections/);
    }
  });

  it.each(routes)("is refused when it is nobody's: %s", async (path, _, code) => {
    for (const option of ["$apply=aggregate($count as n)", "$foo=1", "$TOPP=1"]) {
      const said = await graph.get(withOption(path, option));
      expect([option, said.status]).toEqual([option, 400]);
      expect(codeOf(said)).toBe(code.startsWith("Request_") ? "Request_BadRequest" : "BadRequest");
    }
  });

  it.each([
    ["/me?color=red", "Unrecognized query argument specified: 'color'."],
    ["/users?select=id", "Unrecognized query argument specified: 'select'."],
    [`/users/${ADA}?tag=1`, "Unrecognized query argument specified: 'tag'."],
    ["/users/delta?token=latest", "Unrecognized query argument specified: 'token'."],
  ])("is refused by the directory without a $ too: %s", async (path, message) => {
    const said = await graph.get(path);
    expect([said.status, codeOf(said), said.body.error?.message]).toEqual([
      400,
      "Request_BadRequest",
      message,
    ]);
  });

  it("is left alone by the others when it is a client's own", async () => {
    for (const path of ["/me/messages?tag=1", "/me/events?x=y", "/me/drive/root?cachebuster=7"])
      expect((await graph.get(path)).status).toBe(200);
  });

  it.each([
    ["POST", "/me/messages?$filter=id eq 'x'", { subject: "x" }],
    ["POST", "/me/events?$top=1", { subject: "x" }],
    ["POST", "/me/sendMail?$foo=1", { message: {} }],
    ["PATCH", "/me?$select=id", { jobTitle: "x" }],
    ["POST", "/me/drive/root/children?$orderby=name", { name: "New", folder: {} }],
    ["PUT", "/me/drive/root:/new.txt:/content?$search=x", {}],
    ["DELETE", "/me/drive/root:/Welcome.html?$count=true", undefined],
  ])("is refused before a write changes anything: %s %s", async (method, path, json) => {
    const said = await graph.send(method, path, { ...(json && { json }) });
    expect(said.status).toBe(400);
    expect((await graph.get("/me/messages/$count")).text).toBe("250");
    expect((await graph.get("/me/events?$count=true")).body["@odata.count"]).toBe(5);
    expect((await graph.get("/me")).body["jobTitle"]).toBe("Analyst");
    const { body } = await graph.get("/me/drive/root/children");
    expect(namesOf(body, "name")).toEqual(["Documents", "Large.bin", "Pictures", "Welcome.html"]);
  });
});

describe("The name of a query option", () => {
  it.each([
    "/me/messages?$Top=2&$SELECT=Subject&$OrderBy=Subject",
    "/me/messages?$TOP=2&$Filter=IsRead eq false&$Select=SUBJECT",
    "/me/mailFolders/inbox/messages?$ToP=2&$select=subject&$Skip=1",
    '/me/messages?$top=2&$select=subject&$Search="engine"',
    "/users?$Top=2&$Select=DISPLAYNAME&$OrderBy=DisplayName",
    "/me/drive/root/children?$Top=2&$Select=Name&$OrderBy=NAME desc",
    "/me/events?$TOP=2&$select=Subject",
  ])("may be in any letter case: %s", async (path) => {
    const { status, body } = await graph.get(path);
    expect([status, body.value?.length]).toEqual([200, 2]);
    for (const item of body.value ?? [])
      expect(Object.keys(item).filter((name) => !/^@|^id$/.test(name))).toEqual([
        path.includes("/users") ? "displayName" : path.includes("/drive") ? "name" : "subject",
      ]);
  });

  it("needs its $ under /v1.0, and not under /beta", async () => {
    const beta = await graph.get(
      "https://graph.microsoft.com/beta/me/messages?top=3&select=subject",
    );
    expect(beta.body.value).toHaveLength(3);
    expect(Object.keys(beta.body.value?.[0] ?? {})).toEqual(["@odata.etag", "id", "subject"]);
    const next = await graph.get(beta.body["@odata.nextLink"] ?? "");
    expect(next.body.value).toHaveLength(3);
    const stable = await graph.get("/me/messages?top=3&select=subject");
    expect(stable.body.value).toHaveLength(10);
  });

  it.each([
    "/me/messages?$top=1&$top=2",
    "/me/messages?$select=id&$Select=subject",
    "/users?$filter=startswith(mail,'a')&$filter=startswith(mail,'g')",
    "/me/drive/root/children?$TOP=1&$top=1",
    "https://graph.microsoft.com/beta/me/events?top=1&$top=1",
  ])("may come once: %s", async (path) => {
    const said = await graph.get(path);
    expect([said.status, codeOf(said)]).toEqual([400, "BadRequest"]);
    expect(said.body.error?.message).toMatch(
      /^Query option '\$(?:top|select|filter)' was specified more than once, but it must be specified at most once\.$/,
    );
  });
});

describe("The value of a query option", () => {
  it.each([
    ["/me/messages?$count=yes", "BadRequest"],
    ["/users?$count=1", "Request_BadRequest"],
    ["/me/drive/root/children?$count=", "invalidRequest"],
    ["/me/drive/root/children?$top=1001", "invalidRequest"],
    ["/me/drive/root/children?$top=ten", "invalidRequest"],
  ])("has to be one: %s", async (path, code) => {
    const said = await graph.get(path);
    expect([said.status, codeOf(said)]).toEqual([400, code]);
  });

  it("of $format can only be JSON", async () => {
    expect((await graph.get("/me?$format=json")).status).toBe(200);
    expect(
      (await graph.get("/me/messages?$format=application/json;odata.metadata=none")).status,
    ).toBe(200);
    expect((await graph.get("/me/messages?$format=atom")).status).toBe(415);
  });

  it("of $top may be a thousand for the children of a folder", async () => {
    const { status, body } = await graph.get("/me/drive/root/children?$top=1000");
    expect([status, body.value?.length]).toEqual([200, 4]);
  });
});
