import { beforeAll, describe, expect, test } from "vitest";
import { CONTOSO_SUBSCRIPTION } from "../sandbox/constants.ts";
import { connected, type Stub } from "./support/connections.ts";
import { asAll, call, http, json, type Answer } from "./support/http.ts";
import { sandbox } from "./support/sandbox.ts";

const everything = ["Mail.Send", "Calendars.ReadWrite", "Files.ReadWrite", "User.ReadBasic.All"];
let who: string;
let id: string;
let stub: Stub;
beforeAll(async () => {
  ({ id, stub } = await connected("ada@contoso.example", { scopes: everything }));
  who = `user_id=${id.slice("user:".length)}`;
});

const get = (path: string): Promise<Answer> =>
  call(`${path}${path.includes("?") ? "&" : "?"}${who}`, asAll());
const send = (path: string, request: RequestInit): Promise<Answer> =>
  call(`${path}${path.includes("?") ? "&" : "?"}${who}`, asAll(request));

interface Item {
  id: string;
  [field: string]: unknown;
}
const items = ({ body }: Answer) => body["data"] as Item[];
const item = ({ body }: Answer) => body["data"] as Item;

describe("people", () => {
  test("are described by Graph's own fields", async () => {
    expect(item(await get("/user?select=id,displayName"))).toMatchObject({
      displayName: "Ada Lovelace",
    });
    const users = await get("/users?top=2&select=id,userPrincipalName");
    expect(items(users)).toHaveLength(2);
    const [first] = items(users);
    const one = await get(`/users/${first?.id}`);
    expect(item(one).id).toBe(first?.id);
    const named = await get("/users/grace@contoso.example?select=userPrincipalName");
    expect(item(named)).toMatchObject({ userPrincipalName: "grace@contoso.example" });
  });
});

describe("a field that a route of the operation has in its path", () => {
  test.each([
    [`/subscriptions/${CONTOSO_SUBSCRIPTION}/resources?resource_group=any`, "resource_group"],
    ["/user?id=any", "id"],
  ])("is no parameter of the others: %s", async (path, field) => {
    const refused = await get(path);
    expect([refused.status, refused.body["details"]]).toEqual([400, { field }]);
    expect(refused.body["error"]).toBe(`${field} is not a parameter of this request.`);
  });
});

describe("mail", () => {
  test("is read to its end by cursors that say nothing", async () => {
    const seen = new Set<string>();
    let path = "/mail?top=60&select=id,subject";
    let pages = 0;
    for (;;) {
      const answer = await get(path);
      expect(answer.status).toBe(200);
      for (const message of items(answer)) seen.add(message.id);
      pages += 1;
      const cursor = answer.body["next_cursor"];
      if (typeof cursor !== "string") break;
      path = `/mail?cursor=${encodeURIComponent(cursor)}`;
    }
    expect([seen.size, pages]).toEqual([250, 5]);
  });

  test("is found, read, and sent", async () => {
    const [message] = items(await get("/mail?top=1"));
    expect(item(await get(`/mail/${encodeURIComponent(message?.id ?? "")}`)).id).toBe(message?.id);
    expect((await get("/mail/unknown-id")).status).toBeGreaterThanOrEqual(400);
    const sent = await send(
      "/mail/send",
      json("POST", {
        message: {
          subject: "Hello",
          body: { contentType: "Text", content: "from a test" },
          toRecipients: [{ emailAddress: { address: "grace@contoso.example" } }],
        },
      }),
    );
    expect([sent.status, sent.body]).toEqual([202, { success: true, data: { accepted: true } }]);
    expect(items(await get("/mail?folder=sentitems&top=1&select=subject"))[0]).toMatchObject({
      subject: "Hello",
    });
  });
});

describe("what Microsoft's own names and answers may hold", () => {
  test.each([
    ["AAMk%2F9CU%2BAAA%3D", "AAMk%252F9CU%2BAAA%3D"],
    ["AAMk%252F9CU-_", "AAMk%252F9CU-_"],
    ["AAMk-9CU_AAA=", "AAMk-9CU_AAA%3D"],
    ["AQ%2F%2FE%25", "AQ%252F%252FE%25"],
  ])("an id of a message with a slash: %s reaches Graph as %s", async (ours, graphs) => {
    const mark = await sandbox.mark();
    const answer = await get(`/mail/${ours}`);
    expect(answer.body["code"]).not.toBe("internal_error");
    const asked = (await sandbox.requests(mark)).map(({ url }) => new URL(url).pathname);
    expect(asked).toContain(`/v1.0/me/messages/${graphs}`);
  });

  test.each(["..%2F..%2Fx", "%2e%2e", "a%5C..%5Cb", "a%00b"])(
    "no id that climbs: %s",
    async (id) => {
      const mark = await sandbox.mark();
      expect((await get(`/mail/${id}`)).status).toBeGreaterThanOrEqual(400);
      const asked = (await sandbox.requests(mark)).filter(({ url }) => url.includes("/messages/"));
      expect(asked).toEqual([]);
    },
  );

  test.each([
    ["false", 0],
    ["False", 0],
    ["true", 1],
    [false, 0],
  ])("saveToSentItems %j keeps %i copies", async (saveToSentItems, copies) => {
    const subject = `Kept ${JSON.stringify(saveToSentItems)} ${crypto.randomUUID()}`;
    const message = {
      subject,
      body: { contentType: "Text", content: "x" },
      toRecipients: [{ emailAddress: { address: "grace@contoso.example" } }],
    };
    const sent = await send("/mail/send", json("POST", { message, saveToSentItems }));
    expect(sent.status).toBe(202);
    const kept = items(await get("/mail?folder=sentitems&top=20&select=subject"));
    expect(kept.filter((one) => one["subject"] === subject)).toHaveLength(copies);
  });

  test.each(["no", 1, null, ["false"]])("saveToSentItems is not %j", async (saveToSentItems) => {
    const answer = await send("/mail/send", json("POST", { message: {}, saveToSentItems }));
    expect(answer.body).toMatchObject({
      code: "invalid_request",
      details: { field: "saveToSentItems" },
    });
  });

  test("a body of 200,000 levels is the caller's fault", async () => {
    const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
    const request = { method: "POST", headers: { "content-type": "application/json" } };
    for (const [path, body, field] of [
      ["/mail/send", `{"message":{"body":{"content":"x","deep":${deep}}}}`, "message"],
      ["/calendar/events", `{"start":{},"end":{},"deep":${deep}}`, "body"],
      ["/batch", `{"requests":[{"method":"POST","url":"/me","body":${deep}}]}`, "requests"],
    ] as const) {
      const answer = await send(path, { ...request, body });
      expect(answer.body).toMatchObject({ code: "invalid_request", details: { field } });
    }
  });

  test("a search of users by a bare name, and of mail by a phrase", async () => {
    const users = await get(`/users?search=${encodeURIComponent("Grace")}&select=displayName`);
    expect(items(users).map(({ displayName }) => displayName)).toEqual(["Grace Hopper"]);
    const phrase = encodeURIComponent('subject:"engine" AND from:ada');
    const mark = await sandbox.mark();
    expect((await get(`/mail?search=${phrase}&select=subject`)).status).toBe(200);
    const [asked] = await sandbox.requests(mark);
    expect(new URL(asked?.url ?? "").searchParams.get("$search")).toBe(
      String.raw`"subject:\"engine\" AND from:ada"`,
    );
  });

  test.each([
    ["an answer that is no item", "[]"],
    ["JSON of 200,000 levels", "[".repeat(200_000) + "]".repeat(200_000)],
    ["an edge's page", "<html>"],
  ])("%s is Microsoft's fault, not ours", async (_, body) => {
    await sandbox.fault({
      match: { url: "https://graph.microsoft.com/v1.0/me?$select=id" },
      times: 1,
      respond: { status: 200, headers: { "content-type": "application/json" }, body },
    });
    const answer = await get("/user?select=id");
    expect([answer.status, answer.body["code"]]).toEqual([502, "upstream_error"]);
  });
});

test("the calendar lists events and occurrences between two times, and takes new ones", async () => {
  const event = {
    subject: "Review",
    start: { dateTime: "2026-03-02T10:00:00", timeZone: "UTC" },
    end: { dateTime: "2026-03-02T11:00:00", timeZone: "UTC" },
  };
  const created = await send("/calendar/events", json("POST", event));
  expect([created.status, item(created)["subject"]]).toEqual([200, "Review"]);
  const between = await get(
    "/calendar/events?start=2026-03-02T00:00:00Z&end=2026-03-03T00:00:00Z&time_zone=UTC",
  );
  expect(items(between).map(({ id: found }) => found)).toContain(item(created).id);
  expect((await get("/calendar/events?top=3")).status).toBe(200);
});

describe("files", () => {
  const url = (path: string) => `/files/content?path=${encodeURIComponent(path)}&${who}`;
  const put = (path: string, body: Uint8Array<ArrayBuffer> | string) =>
    call(
      url(path),
      asAll({
        method: "PUT",
        body,
        headers: { "content-length": String(body.length), "content-type": "text/html" },
      }),
    );

  test("come back as they went, and as nobody's page", async () => {
    const stored = await put("Notes/äöü plan.html", "<script>alert(1)</script>");
    expect(stored.status).toBe(200);
    expect(item(stored)["name"]).toBe("äöü plan.html");
    const read = await http(url("Notes/äöü plan.html"), asAll());
    expect(await read.text()).toBe("<script>alert(1)</script>");
    expect(Object.fromEntries(read.headers)).toMatchObject({
      "content-security-policy": "sandbox",
      "x-content-type-options": "nosniff",
    });
    expect(read.headers.get("content-disposition")).toMatch(/^attachment/);
    const part = await http(url("Notes/äöü plan.html"), asAll({ headers: { range: "bytes=0-6" } }));
    expect([part.status, await part.text()]).toEqual([206, "<script"]);
    expect(items(await get("/files?path=Notes")).map(({ name }) => name)).toContain(
      "äöü plan.html",
    );
  });

  test("of more than 4 MiB go through an upload session", async () => {
    const bytes = new Uint8Array(5 * 1024 * 1024).map((_, index) => index % 251);
    const mark = await sandbox.mark();
    expect((await put("large.bin", bytes)).status).toBe(200);
    expect(
      (await sandbox.requests(mark)).some(({ url: asked }) =>
        asked.includes("createUploadSession"),
      ),
    ).toBe(true);
    const read = await http(url("large.bin"), asAll());
    expect(new Uint8Array(await read.arrayBuffer())).toEqual(bytes);
  });

  test.each(["Sale %20 off.txt", "100%.txt", "%2e%2e.txt", "C++ & C.txt", "cafe\u0301.txt"])(
    "named %s keep their name, through the gateway too",
    async (name) => {
      const stored = await put(`Odd/${name}`, "x");
      expect([stored.status, item(stored)["name"]]).toEqual([200, name]);
      expect(await (await http(url(`Odd/${name}`), asAll())).text()).toBe("x");
      expect(items(await get("/files?path=Odd")).map((one) => one["name"])).toContain(name);
      const path = `/graph/v1.0/me/drive/root:/Odd/${encodeURIComponent(name)}`;
      const headers = { "x-azure-connection": id };
      const through = await http(path, asAll({ headers }));
      expect([through.status, (await through.json<Item>())["name"]]).toEqual([200, name]);
    },
  );

  test("that are not there are 404", async () => {
    const missing = await call(url("nothing.txt"), asAll());
    expect([missing.status, missing.body["code"]]).toEqual([404, "not_found"]);
  });
});

describe("a batch", () => {
  test("of more than twenty is answered in the order asked", async () => {
    const requests = Array.from({ length: 25 }, (_, index) => ({
      id: `r${index}`,
      method: "GET",
      url: "/me?$select=id",
    }));
    const answer = await send("/batch", json("POST", { requests }));
    const { responses } = answer.body["data"] as { responses: { id: string; status: number }[] };
    expect(responses.map(({ id: asked }) => asked)).toEqual(requests.map(({ id: asked }) => asked));
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
  });

  test("that changes something needs write, and no header hides that it does", async () => {
    const reader = { authorization: "Bearer azk_reader_reader-secret" };
    const batch = (requests: unknown) => {
      const request = json("POST", { requests });
      return call(`/batch?${who}`, {
        ...request,
        headers: { ...reader, "content-type": "application/json" },
      });
    };
    expect((await batch([{ method: "DELETE", url: "/me/messages/1" }])).status).toBe(403);
    const hidden = await batch([
      { method: "GET", url: "/me?$select=id", headers: { "X-HTTP-Method-Override": "DELETE" } },
    ]);
    expect(hidden.body["data"]).toMatchObject({ responses: [{ status: 200 }] });
  });
});

describe("Azure", () => {
  const subscription = `/subscriptions/${CONTOSO_SUBSCRIPTION}`;

  test("lists subscriptions one by one when asked to, though Azure does not", async () => {
    const first = await get("/subscriptions?top=1");
    expect(items(first)).toHaveLength(1);
    const cursor = encodeURIComponent(String(first.body["next_cursor"]));
    const second = await get(`/subscriptions?cursor=${cursor}`);
    expect(items(second)).toHaveLength(1);
    expect(items(second)[0]?.id).not.toBe(items(first)[0]?.id);
    expect(second.body["next_cursor"]).toBeUndefined();
    expect(item(await get(subscription))["subscriptionId"]).toBe(CONTOSO_SUBSCRIPTION);
  });

  test("lists groups, resources, providers and tags", async () => {
    const groups = items(await get(`${subscription}/resourceGroups?top=2`));
    expect(groups.length).toBeGreaterThan(0);
    const name = String(groups[0]?.["name"]);
    expect(item(await get(`${subscription}/resourceGroups/${name}`))["name"]).toBe(name);
    const inGroup = items(await get(`${subscription}/resourceGroups/${name}/resources?top=100`));
    const [resource] = items(await get(`${subscription}/resources?top=1`));
    expect(inGroup.length).toBeGreaterThan(0);
    const resourceId = encodeURIComponent(resource?.id ?? "");
    expect(item(await get(`/resources?id=${resourceId}`)).id.toLowerCase()).toBe(
      resource?.id.toLowerCase(),
    );
    expect((await get(`/resources/tags?id=${resourceId}`)).status).toBe(200);
    expect(items(await get(`${subscription}/providers?top=1`))).toHaveLength(1);
    expect(item(await get(`${subscription}/providers/Microsoft.Storage`))["namespace"]).toBe(
      "Microsoft.Storage",
    );
    expect((await get(`${subscription}/tagNames`)).status).toBe(200);
  });

  test("works at a deletion that its own id follows, and no other connection's", async () => {
    const path = `${subscription}/resourceGroups/routes-test`;
    const created = await send(path, json("PUT", { location: "westeurope", tags: { a: "b" } }));
    expect([created.status, item(created)["name"]]).toEqual([200, "routes-test"]);
    const begun = await send(path, { method: "DELETE" });
    expect(begun.status).toBe(202);
    const { operation } = begun.body["data"] as { operation: string };
    expect(operation).not.toContain("http");
    const poll = `/operations?id=${encodeURIComponent(operation)}`;
    const other = await connected();
    const foreign = await call(`${poll}&connection=${other.id}`, asAll());
    expect([foreign.status, foreign.body["details"]]).toEqual([400, { field: "id" }]);
    await expect
      .poll(async () => (await get(poll)).status, { timeout: 15_000, interval: 300 })
      .toBe(200);
    expect((await get(path)).status).toBe(404);
  });

  test("merges tags", async () => {
    const patch = json("PATCH", { operation: "Merge", tags: { checked: "yes" } });
    const answer = await send(`/resources/tags?id=${encodeURIComponent(subscription)}`, patch);
    expect([200, 202]).toContain(answer.status);
  });
});

describe("a connection", () => {
  test("is shown and refreshed, and lists its events", async () => {
    const { status, body } = await call(`/connections/${encodeURIComponent(id)}`, asAll());
    expect([status, (body["data"] as Item).id]).toEqual([200, id]);
    expect(JSON.stringify(body)).not.toMatch(/eyJ|refresh_token/);
    const refreshed = await call(`/connections/${id}/refresh`, asAll({ method: "POST" }));
    expect(refreshed.status).toBe(200);
    const events = await call(`/connections/${id}/events?after=1&limit=1`, asAll());
    expect(items(events)).toMatchObject([{ seq: 2, type: "connection.connected" }]);
  });

  test("gives a token to a server, for no cache to keep", async () => {
    const answer = await call(`/connections/${id}/token?resource=arm&min_validity=60`, asAll());
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.body["data"]).toMatchObject({
      token: expect.stringMatching(/^eyJ/),
      generation: expect.any(Number),
    });
  });

  test("that is disconnected says so, and what mends it", async () => {
    const { id: gone } = await connected();
    expect((await call(`/connections/${gone}`, asAll({ method: "DELETE" }))).status).toBe(200);
    const after = await call(`/connections/${gone}`, asAll());
    expect([after.status, (after.body["data"] as Item)["status"]]).toEqual([200, "disconnected"]);
    const used = await call(`/user?connection=${gone}`, asAll());
    expect([used.status, used.body["code"]]).toEqual([424, "action_required"]);
    expect(used.body["remedy"]).toMatchObject({ action: "sign_in" });
  });

  test("is taken over from another system by its refresh token", async () => {
    const request = json("POST", {
      user_id: "imported",
      tenant_id: "common",
      refresh_token: "nonsense",
    });
    const { status, body } = await call("/connections", asAll(request));
    expect([status, body["details"]]).toMatchObject([400, { field: "refresh_token" }]);
  });
});

test("a cool-down is reported at once, with its time", async () => {
  const { id: throttled } = await connected();
  await sandbox.fault({
    match: { url: "/me/messages" },
    times: 1,
    respond: { status: 429, headers: { "retry-after": "7" }, body: "" },
  });
  const began = Date.now();
  const first = await call(`/mail?connection=${throttled}`, asAll());
  expect([first.status, first.body["retry_after"], first.headers.get("retry-after")]).toEqual([
    429,
    7,
    "7",
  ]);
  const second = await call(`/mail?connection=${throttled}`, asAll());
  expect([second.status, second.body["code"]]).toEqual([429, "throttled"]);
  expect(Date.now() - began).toBeLessThan(3_000);
  expect(stub).toBeDefined();
});
