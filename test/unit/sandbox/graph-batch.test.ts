import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createGraphHarness, codeOf } from "./graph-harness.ts";
import type { GraphHarness } from "./graph-harness.ts";

let graph: GraphHarness;
beforeAll(async () => {
  graph = await createGraphHarness();
});
beforeEach(() => graph.world.reset());
afterEach(() => {
  delete graph.world.fault;
});

interface Inner {
  id: string;
  status: number;
  headers: Record<string, string>;
  body?: Record<string, unknown>;
}

async function batch(requests: readonly unknown[]): Promise<Inner[]> {
  const said = await graph.send("POST", "/$batch", { json: { requests } });
  expect(said.status).toBe(200);
  const { responses }: { responses: Inner[] } = JSON.parse(said.text);
  return responses;
}

const get = (id: string, url: string, more = {}) => ({ id, method: "GET", url, ...more });
const of = (responses: readonly Inner[], id: string) => responses.find((one) => one.id === id);

describe("A batch", () => {
  it("answers twenty requests, each once, in an order of its own", async () => {
    const ids = Array.from({ length: 20 }, (_, index) => String(index + 1));
    const requests = ids.map((id) => get(id, `/me/messages?$skip=${id}&$top=1&$select=id`));
    const responses = await batch(requests);
    expect(responses.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const answered = responses.map(({ id }) => id);
    expect(answered).not.toEqual(ids);
    expect([...answered].sort()).toEqual([...ids].sort());
    expect((await batch(requests)).map(({ id }) => id)).toEqual(answered);
  });

  it.each([{ "a b": "c" }, { x: "1\n2" }, { "": "c" }, { "x:y": "c" }])(
    "refuses a request whose headers are none: %j",
    async (headers) => {
      const requests = [get("1", "/me", { headers })];
      const said = await graph.send("POST", "/$batch", { json: { requests } });
      expect([said.status, codeOf(said)]).toEqual([400, "BadRequest"]);
    },
  );

  it("gives each request its own status, headers and body", async () => {
    const responses = await batch([
      get("me", "/me?$select=displayName"),
      get("none", "/me/messages/x"),
      get("file", "/me/drive/root:/Welcome.html:/content"),
      get("count", "users/$count", { headers: { ConsistencyLevel: "eventual" } }),
      {
        id: "mail",
        method: "POST",
        url: "/me/sendMail",
        headers: { "Content-Type": "application/json" },
        body: { message: { toRecipients: [{ emailAddress: { address: "a@example.com" } }] } },
      },
    ]);
    expect(of(responses, "me")?.body).toMatchObject({ displayName: "Ada Lovelace" });
    expect(of(responses, "me")?.headers["Content-Type"]).toContain("application/json");
    expect(of(responses, "none")?.status).toBe(400);
    expect(of(responses, "file")).toMatchObject({
      status: 302,
      headers: { Location: expect.stringContaining("contoso-my.sharepoint.com") },
    });
    expect(of(responses, "count")?.body).toBe(btoa("3"));
    expect(of(responses, "mail")).toEqual({ id: "mail", status: 202, headers: {} });
  });

  it("takes bodies other than JSON in base64", async () => {
    const [answer] = await batch([
      {
        id: "1",
        method: "PUT",
        url: "/me/drive/root:/b.txt:/content",
        headers: { "Content-Type": "text/plain" },
        body: btoa("hello"),
      },
    ]);
    expect([answer?.status, answer?.body?.["size"]]).toEqual([201, 5]);
  });

  it("waits for what a request depends on, and fails with it", async () => {
    const responses = await batch([
      get("4", "/me", { dependsOn: ["3"] }),
      get("3", "/me/messages/x", { dependsOn: ["1"] }),
      get("1", "/me"),
      get("5", "/me", { dependsOn: ["4"] }),
      get("6", "/me", { dependsOn: ["1"] }),
    ]);
    expect(["1", "3", "4", "5", "6"].map((id) => of(responses, id)?.status)).toEqual([
      200, 400, 424, 424, 200,
    ]);
  });

  it("finds what a request depends on in any letter case", async () => {
    const responses = await batch([get("First", "/me"), get("2", "/me", { dependsOn: ["FIRST"] })]);
    expect(responses.map(({ id, status }) => [id, status]).toSorted()).toEqual([
      ["2", 200],
      ["First", 200],
    ]);
  });

  it("is 200 while one request inside is throttled, as a fault asks", async () => {
    const seen: string[] = [];
    graph.world.fault = async (request) => {
      seen.push(`${request.method} ${request.url} ${request.headers.has("authorization")}`);
      return request.url.includes("/me/events")
        ? Response.json(
            { error: { code: "TooManyRequests", message: "Slow down." } },
            { status: 429, headers: { "retry-after": "2.128" } },
          )
        : undefined;
    };
    const responses = await batch([get("1", "/me"), get("2", "/me/events?$top=1")]);
    expect(of(responses, "2")).toMatchObject({
      status: 429,
      headers: { "Retry-After": "2.128" },
      body: { error: { code: "TooManyRequests" } },
    });
    expect(of(responses, "1")?.status).toBe(200);
    expect(seen.sort()).toEqual([
      "GET https://graph.microsoft.com/v1.0/me true",
      "GET https://graph.microsoft.com/v1.0/me/events?$top=1 true",
    ]);
  });

  const many = Array.from({ length: 21 }, (_, index) => get(String(index), "/me"));
  it.each([
    ["more than twenty requests", many, "exceeds the maximum value of 20"],
    ["none at all", [], "Invalid batch payload format."],
    ["an id twice", [get("1", "/me"), get("1", "/me")], "has to be unique"],
    ["ids that differ in case", [get("a", "/me"), get("A", "/me")], "has to be unique"],
    [
      "ids that differ in case, far apart",
      [get("Mail", "/me"), get("2", "/me"), get("mAIL", "/me")],
      "has to be unique",
    ],
    ["accented ids that differ in case", [get("É", "/me"), get("é", "/me")], "has to be unique"],
    [
      "a circle by another case",
      [get("a", "/me", { dependsOn: ["B"] }), get("b", "/me", { dependsOn: ["A"] })],
      "depends on itself",
    ],
    ["a request without id", [{ method: "GET", url: "/me" }], "Invalid batch payload format."],
    [
      "a body without Content-Type",
      [{ id: "1", method: "POST", url: "/me/events", body: {} }],
      "Write request id : 1 does not contain Content-Type header or body.",
    ],
    ["an unknown dependency", [get("1", "/me", { dependsOn: ["9"] })], "unknown request Id 9"],
    [
      "a circle",
      [get("1", "/me", { dependsOn: ["2"] }), get("2", "/me", { dependsOn: ["1"] })],
      "depends on itself",
    ],
    ["a batch", [{ id: "1", method: "POST", url: "/$batch" }], "cannot hold a batch"],
    ["a batch's other name", [{ id: "1", method: "POST", url: "%24BATCH" }], "cannot hold a batch"],
  ])("is refused with %s", async (_, requests, message) => {
    const said = await graph.send("POST", "/$batch", { json: { requests } });
    expect([said.status, codeOf(said)]).toEqual([400, "BadRequest"]);
    expect(said.body.error?.message).toContain(message);
  });

  it("needs a token of its own", async () => {
    const said = await graph.send("POST", "/$batch", { token: "", json: { requests: [] } });
    expect(said.status).toBe(401);
  });
});
