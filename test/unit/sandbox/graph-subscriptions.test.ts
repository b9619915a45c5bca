import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CLIENT_ID, CONTOSO_TENANT, FABRIKAM_TENANT } from "../../sandbox/constants.ts";
import { servicePrincipalId } from "../../sandbox/access-token.ts";
import { ADA, codeOf, createGraphHarness, GRACE, namesOf } from "./graph-harness.ts";
import type { GraphHarness, SendOptions } from "./graph-harness.ts";
import { createEndpoint } from "./notification-endpoint.ts";

const endpoint = createEndpoint();
const address = "https://worker.example/notifications?watch=1";
const minute = 60_000;

let graph: GraphHarness;
let ada: string;
let app: string;
beforeAll(async () => {
  graph = await createGraphHarness({ outbound: endpoint.outbound });
  const scopes = [
    "Mail.Read",
    "Calendars.Read",
    "Contacts.Read",
    "Files.ReadWrite.All",
    "User.Read.All",
  ];
  ada = await graph.tokenOf(ADA, scopes);
  app = await graph.appToken(CONTOSO_TENANT, "Mail.Read", "User.Read.All", "Files.ReadWrite.All");
});
beforeEach(() => {
  graph.world.reset();
  graph.world.settings.mailbox_latency_ms = 0;
  endpoint.clear();
});

const inMinutes = (minutes: number) => new Date(graph.world.now() + minutes * minute).toISOString();

const wanted = (change: Record<string, unknown> = {}) => ({
  changeType: "created,updated",
  notificationUrl: address,
  resource: "me/messages",
  expirationDateTime: inMinutes(60),
  clientState: "secret",
  ...change,
});
const create = (change: Record<string, unknown> = {}, options: SendOptions = {}) =>
  graph.send("POST", "/subscriptions", { token: ada, json: wanted(change), ...options });
const messageOf = ({ body }: Awaited<ReturnType<typeof create>>) => body.error?.message ?? "";
const pathOf = ({ body }: Awaited<ReturnType<typeof create>>) =>
  `/subscriptions/${String(body["id"])}`;

describe("POST /subscriptions", () => {
  it("answers the subscription as it is kept", async () => {
    const expirationDateTime = inMinutes(60);
    const { status, body } = await create({ expirationDateTime });
    expect(status).toBe(201);
    expect(body).toEqual({
      "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#subscriptions/$entity",
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      resource: "me/messages",
      applicationId: CLIENT_ID,
      changeType: "created,updated",
      clientState: "secret",
      notificationUrl: address,
      notificationQueryOptions: null,
      lifecycleNotificationUrl: null,
      expirationDateTime,
      creatorId: "aaaaaaaa-2222-4000-8000-000000000001",
      includeResourceData: null,
      latestSupportedTlsVersion: "v1_2",
      encryptionCertificate: null,
      encryptionCertificateId: null,
      notificationUrlAppId: null,
    });
  });

  it("asks each endpoint to repeat a token that has to be decoded", async () => {
    const lifecycleNotificationUrl = "https://worker.example/lifecycle";
    expect((await create({ lifecycleNotificationUrl })).status).toBe(201);
    expect(endpoint.validated.map((url) => url.split("validationToken=")[0])).toEqual([
      `${address}&`,
      `${lifecycleNotificationUrl}?`,
    ]);
    expect(endpoint.validated[0]).toMatch(/validationToken=Validation%3A\+.*%2B/);
  });

  it.each([
    [
      "what is not decoded",
      (token: string) => new Response(encodeURIComponent(token)),
      "exactly match",
    ],
    ["an error", () => new Response("", { status: 500 }), "InternalServerError"],
    ["a redirect", () => new Response(null, { status: 302, headers: { location: "/" } }), "Found"],
  ])("refuses an endpoint that answers %s", async (_, answer, words) => {
    endpoint.validateBy(answer);
    const refused = await create();
    expect([refused.status, codeOf(refused)]).toEqual([400, "ValidationError"]);
    expect(messageOf(refused)).toContain(words);
    expect((await graph.get("/subscriptions", { token: ada })).body.value).toEqual([]);
  });

  it.each([
    [{ resource: "me/events" }, 10_080],
    [{ resource: "me/contacts" }, 10_080],
    [{ resource: "me/drive/root", changeType: "updated" }, 42_300],
    [{ resource: "users", changeType: "updated,deleted" }, 41_760],
  ])("takes %o for at most %d minutes", async (change, most) => {
    const far = await create({ ...change, expirationDateTime: inMinutes(most + 1) });
    expect([far.status, codeOf(far)]).toEqual([400, "ExtensionError"]);
    expect(messageOf(far)).toBe(
      `Subscription expiration can only be ${most} minutes in the future.`,
    );
    expect((await create({ ...change, expirationDateTime: inMinutes(most - 1) })).status).toBe(201);
  });

  it("takes Outlook's for as long as the setting says", async () => {
    graph.world.settings.outlook_subscription_min = 4_230;
    expect(messageOf(await create({ expirationDateTime: inMinutes(10_000) }))).toContain("4230");
  });

  it.each([
    [{ changeType: undefined }, "changeType is a required property"],
    [{ resource: undefined }, "resource is a required property"],
    [{ notificationUrl: undefined }, "notificationUrl is a required property"],
    [{ expirationDateTime: undefined }, "expirationDateTime is a required property"],
    [{ expirationDateTime: "2031-01-01T00:00:00" }, "Check: expirationDateTime."],
    [{ expirationDateTime: "2020-01-01T00:00:00Z" }, "must be in the future"],
    [{ colour: "red" }, "Check: colour."],
    [{ clientState: "x".repeat(129) }, "Check: clientState."],
    [{ changeType: "created,seen" }, "Invalid 'changeType' attribute: 'created,seen'."],
    [{ changeType: "created,created" }, "Invalid 'changeType'"],
    [{ changeType: "created", resource: "me/drive/root" }, "Invalid 'changeType'"],
    [{ changeType: "created", resource: "users" }, "Invalid 'changeType'"],
    [{ resource: "groups" }, "Resource 'groups' is not supported."],
    [{ resource: "me/mailFolders('nowhere')/messages" }, "Id is malformed."],
    [{ notificationUrl: "http://worker.example/n" }, "'notificationUrl' must be an absolute URL"],
    [{ notificationUrl: "/n" }, "'notificationUrl' must be an absolute URL"],
    [{ lifecycleNotificationUrl: "https://other.example/n" }, "must be the same as the host"],
    [{ includeResourceData: true }, "select clause should be present"],
    [
      { includeResourceData: true, resource: "me/messages?$select=subject" },
      "encryptionCertificate and encryptionCertificateId are required",
    ],
    [
      { encryptionCertificate: "AAAA" },
      "'encryptionCertificate' is not a base64-encoded certificate",
    ],
    [
      { includeResourceData: true, resource: "me/drive/root", changeType: "updated" },
      "'includeResourceData' is not supported",
    ],
  ])("refuses %o", async (change, words) => {
    const refused = await create(change);
    expect(refused.status).toBe(400);
    expect(messageOf(refused)).toContain(words);
    expect(endpoint.validated).toEqual([]);
  });

  it("takes loopback addresses without https", async () => {
    expect((await create({ notificationUrl: "http://localhost:1/n" })).status).toBe(201);
    expect((await create({ notificationUrl: "http://[::1]:1/n" })).status).toBe(201);
  });

  it("refuses what is there already, unless it is set to double", async () => {
    const first = await create();
    const again = await create({ resource: "/me/Messages", changeType: "updated,created" });
    expect([again.status, codeOf(again)]).toEqual([409, "ObjectIdentifierInUse"]);
    expect(messageOf(again)).toContain(String(first.body["id"]));
    expect((await create({ notificationUrl: "https://worker.example/2" })).status).toBe(201);
    graph.world.settings.duplicate_subscriptions = true;
    expect((await create()).status).toBe(201);
  });

  it("makes one of two that are asked for at the same time", async () => {
    const both = await Promise.all([create(), create()]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([201, 409]);
  });

  it("refuses more to a mailbox than there may be, whoever asks", async () => {
    graph.world.settings.subscription_quota = 1;
    expect((await create()).status).toBe(201);
    const more = await create({ resource: "me/events" });
    expect([more.status, codeOf(more)]).toEqual([403, "ExtensionError"]);
    expect(messageOf(more)).toContain("has reached its limit of '1'");
    const byApp = await create({ resource: `users/${ADA}/messages` }, { token: app });
    expect(byApp.status).toBe(403);
    expect((await create({ resource: `users/${GRACE}/messages` }, { token: app })).status).toBe(
      201,
    );
    const users = { resource: "users", changeType: "updated" };
    expect((await create(users)).status).toBe(201);
    expect(messageOf(await create(users, { token: app }))).toContain(
      `'USERS' subscription on tenant`,
    );
  });
});

describe("Who may subscribe", () => {
  it.each([
    ["me/messages", "Mail.ReadBasic", "Calendars.Read"],
    ["me/mailFolders('inbox')/messages", "Mail.Read", "User.Read"],
    ["me/events", "Calendars.Read", "Mail.Read"],
    ["me/contacts", "Contacts.Read", "Mail.Read"],
    ["me/drive/root", "Files.ReadWrite.All", "Files.ReadWrite"],
    ["users", "User.Read.All", "User.ReadBasic.All"],
  ])("to %s: who has %s, and not %s", async (resource, enough, other) => {
    const ask = { resource, changeType: "updated" };
    const held = await create(ask, { token: await graph.tokenOf(ADA, [enough]) });
    expect(held.status).toBe(201);
    const refused = await create(
      { ...ask, notificationUrl: "https://worker.example/2" },
      { token: await graph.tokenOf(ADA, [other]) },
    );
    expect([refused.status, codeOf(refused)]).toEqual([403, "ExtensionError"]);
  });

  it("sends no resource data to who may read the basics alone", async () => {
    const rich = { includeResourceData: true, resource: "me/messages?$select=subject" };
    const basic = await create(rich, { token: await graph.tokenOf(ADA, ["Mail.ReadBasic"]) });
    expect(basic.status).toBe(403);
    expect(messageOf(await create(rich))).toContain("encryptionCertificate");
  });

  it("lets a person watch nobody else's mail", async () => {
    expect((await create({ resource: `users/${ADA}/messages` })).status).toBe(201);
    const other = await create({ resource: `users/${GRACE}/messages` });
    expect(other.status).toBe(403);
    expect((await create({ resource: "users/nobody@contoso.example/messages" })).status).toBe(404);
  });

  it("lets the application watch anybody's in its tenant, and has no me for it", async () => {
    const made = await create({ resource: `users/${GRACE}/messages` }, { token: app });
    expect(made.body["creatorId"]).toBe(servicePrincipalId(CONTOSO_TENANT));
    const me = await create({}, { token: app });
    expect(me.status).toBe(400);
    expect(messageOf(me)).toContain("delegated authentication flow");
    const elsewhere = await graph.appToken(FABRIKAM_TENANT, "Mail.Read");
    expect((await create({ resource: `users/${ADA}/messages` }, { token: elsewhere })).status).toBe(
      404,
    );
  });

  it("lets a personal account watch its drive by a lesser permission, and no users", async () => {
    const pat = await graph.tokenOf("pat@outlook.example", ["Files.ReadWrite", "User.Read.All"]);
    const drive = await create(
      { resource: "me/drive/root", changeType: "updated" },
      { token: pat },
    );
    expect(drive.status).toBe(201);
    expect(
      (await create({ resource: "users", changeType: "updated" }, { token: pat })).status,
    ).toBe(403);
  });

  it("watches a drive by its id", async () => {
    const { body } = await graph.get("/me/drive");
    const resource = `drives/${String(body["id"])}/root`;
    expect((await create({ resource, changeType: "updated" })).status).toBe(201);
    expect((await create({ resource: "drives/b!none/root", changeType: "updated" })).status).toBe(
      404,
    );
  });
});

describe("A subscription that lives", () => {
  it("is listed page by page, without its secret, to who made it", async () => {
    graph.world.settings.page_size = 1;
    await create();
    await create({ resource: "me/events" });
    await create({ resource: `users/${ADA}/messages` }, { token: app });
    const pages = await graph.pages("/subscriptions", { token: ada });
    expect(pages.flatMap((page) => namesOf(page, "resource"))).toEqual([
      "me/messages",
      "me/events",
    ]);
    expect(pages.flatMap((page) => namesOf(page, "clientState"))).toEqual([null, null]);
    const grace = await graph.tokenOf(GRACE, ["Mail.Read"]);
    expect((await graph.get("/subscriptions", { token: grace })).body.value).toEqual([]);
    expect((await graph.get("/subscriptions?$top=1", { token: ada })).status).toBe(400);
  });

  it("is read by who made it, with its secret", async () => {
    const made = await create();
    const read = await graph.get(pathOf(made), { token: ada });
    expect(read.body).toEqual(made.body);
    const other = await graph.get(pathOf(made), { token: app });
    expect([other.status, codeOf(other)]).toEqual([404, "ResourceNotFound"]);
  });

  it("is renewed, and its endpoint asked again only where that is set", async () => {
    const made = await create();
    endpoint.clear();
    const expirationDateTime = inMinutes(600);
    const renew = () =>
      graph.send("PATCH", pathOf(made), { token: ada, json: { expirationDateTime } });
    expect((await renew()).body).toMatchObject({ expirationDateTime, clientState: "secret" });
    expect(endpoint.validated).toEqual([]);
    graph.world.settings.validate_on_renewal = true;
    expect((await renew()).status).toBe(200);
    expect(endpoint.validated).toHaveLength(1);
    endpoint.validateBy(() => new Response("", { status: 404 }));
    expect((await renew()).status).toBe(400);
  });

  it("moves to another endpoint that says yes, and else stays where it was", async () => {
    const made = await create();
    const move = (notificationUrl: string) =>
      graph.send("PATCH", pathOf(made), { token: ada, json: { notificationUrl } });
    expect((await move("https://worker.example/2")).body["notificationUrl"]).toBe(
      "https://worker.example/2",
    );
    endpoint.validateBy(() => new Response("", { status: 404 }));
    expect((await move("https://worker.example/3")).status).toBe(400);
    const read = await graph.get(pathOf(made), { token: ada });
    expect(read.body["notificationUrl"]).toBe("https://worker.example/2");
  });

  it.each([
    [{ lifecycleNotificationUrl: "https://worker.example/l" }, "lifecycleNotificationUrl"],
    [{ resource: "me/events" }, "resource"],
    [{ expirationDateTime: "tomorrow" }, "expirationDateTime"],
    [{ encryptionCertificate: "AAAA" }, "encryptionCertificate"],
  ])("is not changed by %o", async (json, words) => {
    const made = await create();
    const refused = await graph.send("PATCH", pathOf(made), { token: ada, json });
    expect(refused.status).toBe(400);
    expect(messageOf(refused)).toContain(words);
    expect((await graph.get(pathOf(made), { token: ada })).body).toEqual(made.body);
  });

  it("is reauthorized by who may still read, with nothing to answer", async () => {
    const made = await create();
    const again = (token: string) => graph.send("POST", `${pathOf(made)}/reauthorize`, { token });
    expect((await again(ada)).status).toBe(204);
    const refused = await again(await graph.tokenOf(ADA, ["User.Read"]));
    expect(refused.status).toBe(403);
    expect(messageOf(refused)).toContain("Operation: Reauthorize");
  });

  it("is deleted once", async () => {
    const made = await create();
    const remove = () => graph.send("DELETE", pathOf(made), { token: ada });
    expect((await remove()).status).toBe(204);
    expect((await remove()).status).toBe(404);
  });

  it("ends when its time has come", async () => {
    const made = await create({ expirationDateTime: inMinutes(46) });
    const token = await graph.tokenOf(ADA, ["Mail.Read"]);
    graph.world.settings.clock_offset_s = 45 * 60;
    expect((await graph.get(pathOf(made), { token })).status).toBe(200);
    graph.world.settings.clock_offset_s = 46 * 60 + 1;
    expect((await graph.get(pathOf(made), { token })).status).toBe(404);
    const renew = { token, json: { expirationDateTime: inMinutes(60) } };
    expect((await graph.send("PATCH", pathOf(made), renew)).status).toBe(404);
  });

  it("is made and listed in a batch too", async () => {
    const request = {
      method: "POST",
      url: "/subscriptions",
      headers: { "content-type": "application/json" },
    };
    const { body } = await graph.send("POST", "/$batch", {
      token: ada,
      json: {
        requests: [
          { id: "1", ...request, body: wanted() },
          { id: "2", method: "GET", url: "/subscriptions", dependsOn: ["1"] },
        ],
      },
    });
    expect(body["responses"]).toHaveLength(2);
    expect(body["responses"]).toContainEqual(
      expect.objectContaining({
        id: "2",
        body: expect.objectContaining({ value: [expect.anything()] }),
      }),
    );
  });
});
