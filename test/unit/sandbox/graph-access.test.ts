import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CONTOSO_TENANT } from "../../sandbox/constants.ts";
import { ADA, codeOf, createGraphHarness, GRACE } from "./graph-harness.ts";
import type { GraphHarness } from "./graph-harness.ts";

let graph: GraphHarness;
beforeAll(async () => {
  graph = await createGraphHarness();
});
beforeEach(() => graph.world.reset());

describe("A token that Graph does not take", () => {
  it.each([
    ["missing", "", "Access token is empty."],
    ["no JWT", "abc", "JWT is not well formed"],
  ])("is refused when %s", async (_, token, message) => {
    const said = await graph.get("/me", { token });
    expect([said.status, codeOf(said)]).toEqual([401, "InvalidAuthenticationToken"]);
    expect(said.body.error?.message).toContain(message);
    expect(said.headers.get("www-authenticate")).toBe(
      'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"',
    );
  });

  it("is refused when it is for another resource", async () => {
    const { token } = await graph.world.issueAccessToken({ audience: "arm", user: ADA });
    const said = await graph.get("/me", { token });
    expect([said.status, said.body.error?.message]).toEqual([
      401,
      "Access token validation failure. Invalid audience.",
    ]);
  });

  it("is refused when it has expired", async () => {
    graph.world.settings.clock_offset_s = 7200;
    const said = await graph.get("/me");
    expect([said.status, said.body.error?.message]).toEqual([
      401,
      "Lifetime validation failed, the token is expired.",
    ]);
  });

  it("is challenged with claims when it was revoked, in Graph's irregular form", async () => {
    graph.world.revocations.add({
      upn: ADA,
      audience: "graph",
      tick: graph.world.tick(),
      time: graph.world.now(),
    });
    const said = await graph.get("/me");
    expect([said.status, codeOf(said)]).toEqual([401, "InvalidAuthenticationToken"]);
    const challenge = said.headers.get("www-authenticate") ?? "";
    expect(challenge).toContain(
      "authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize, ",
    );
    expect(challenge).toMatch(/errorDescription="[^"]*,[^"]*"$/);
    const claims = /error="insufficient_claims", claims="([^"]+)"/.exec(challenge)?.[1] ?? "";
    expect(JSON.parse(atob(claims))).toMatchObject({ access_token: { nbf: { essential: true } } });
  });
});

describe("Permissions", () => {
  it.each([
    ["/me", "Mail.Read", "Authorization_RequestDenied"],
    ["/users", "User.Read", "Authorization_RequestDenied"],
    ["/users/delta", "User.ReadBasic.All", "Authorization_RequestDenied"],
    ["/me/messages", "User.Read", "ErrorAccessDenied"],
    ["/me/events", "Mail.Read", "ErrorAccessDenied"],
    ["/me/drive/root/children", "User.Read", "accessDenied"],
    [`/users/${GRACE}`, "User.Read", "Authorization_RequestDenied"],
    [`/users/${GRACE}/messages`, "Mail.ReadWrite", "ErrorAccessDenied"],
    [`/users/${GRACE}/drive/root`, "Files.ReadWrite.All", "accessDenied"],
  ])("GET %s with %s alone is 403 %s", async (path, scope, code) => {
    const said = await graph.get(path, { token: await graph.tokenOf(ADA, [scope]) });
    expect([said.status, codeOf(said)]).toEqual([403, code]);
  });

  it.each([
    ["/me", "User.Read"],
    ["/me", "User.ReadBasic.All"],
    ["/users", "User.ReadBasic.All"],
    [`/users/${ADA}`, "User.Read"],
    [`/users/${GRACE}`, "User.ReadBasic.All"],
    ["/me/messages", "Mail.ReadBasic"],
    ["/me/messages", "Mail.ReadWrite"],
    ["/me/events", "Calendars.Read"],
    ["/me/drive/root/children", "Files.Read"],
  ])("GET %s with %s is enough", async (path, scope) => {
    const said = await graph.get(path, { token: await graph.tokenOf(ADA, [scope]) });
    expect(said.status).toBe(200);
  });

  it.each([
    ["/me/messages/{id}", "/me/messages", "Mail"],
    ["/me/messages/{id}/attachments", "/me/messages", "Mail"],
    ["/me/events/{id}", "/me/events", "Calendars"],
  ])("GET %s with the permission to read and write is enough", async (path, list, area) => {
    const token = await graph.tokenOf(ADA, [`${area}.ReadWrite`]);
    const { body } = await graph.get(`${list}?$top=1`, {
      token: await graph.tokenOf(ADA, [`${area}.Read`]),
    });
    const said = await graph.get(path.replace("{id}", body.value?.[0]?.id ?? ""), { token });
    expect(said.status).toBe(200);
  });

  it.each([
    ["POST", "/me/sendMail", "Mail.ReadWrite"],
    ["POST", "/me/events", "Calendars.Read"],
    ["PUT", "/me/drive/root:/a.txt:/content", "Files.Read"],
    ["PATCH", "/me", "User.Read"],
  ])("%s %s needs more than %s", async (method, path, scope) => {
    const token = await graph.tokenOf(ADA, [scope]);
    expect((await graph.send(method, path, { token, json: {} })).status).toBe(403);
  });

  it("show no bodies to Mail.ReadBasic", async () => {
    const token = await graph.tokenOf(ADA, ["Mail.ReadBasic"]);
    const { body } = await graph.get("/me/messages?$top=1", { token });
    expect(Object.keys(body.value?.[0] ?? {})).not.toContain("body");
    expect(Object.keys(body.value?.[0] ?? {})).toContain("subject");
  });

  it("of an application reach every mailbox but no /me", async () => {
    const token = await graph.appToken(CONTOSO_TENANT, "Mail.Read", "User.Read.All");
    const me = await graph.get("/me", { token });
    expect([me.status, me.body.error?.message]).toEqual([
      400,
      "/me request is only valid with delegated authentication flow.",
    ]);
    expect((await graph.get("/me/messages", { token })).status).toBe(400);
    const mail = await graph.get(`/users/${GRACE}/messages?$count=true`, { token });
    expect([mail.status, mail.body["@odata.count"]]).toEqual([200, 18]);
    expect((await graph.get("/users", { token })).status).toBe(200);
    expect((await graph.get(`/users/${GRACE}/events`, { token })).status).toBe(403);
  });
});

describe("Every answer", () => {
  it("carries Graph's headers and echoes the client's request id", async () => {
    const { headers } = await graph.get("/me", { headers: { "client-request-id": "mine" } });
    expect(headers.get("client-request-id")).toBe("mine");
    expect(headers.get("request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get("odata-version")).toBe("4.0");
    expect(headers.get("content-type")).toContain("odata.metadata=minimal");
    expect(headers.get("strict-transport-security")).toMatch(/^max-age=/);
    expect(JSON.parse(headers.get("x-ms-ags-diagnostic") ?? "")).toHaveProperty("ServerInfo");
  });

  it("repeats its ids inside an error", async () => {
    const said = await graph.get("/me/messages/x", { headers: { "client-request-id": "mine" } });
    expect(said.body.error?.innerError).toEqual({
      date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
      "request-id": said.headers.get("request-id"),
      "client-request-id": "mine",
    });
  });

  it.each([
    ["/nothing", "Resource not found for the segment 'nothing'."],
    ["/me/nothing", "Resource not found for the segment 'nothing'."],
    ["/users/x/nothing", "Resource not found for the segment 'nothing'."],
  ])("to %s is 400, not 404", async (path, message) => {
    const said = await graph.get(path);
    expect([said.status, codeOf(said), said.body.error?.message]).toEqual([
      400,
      "BadRequest",
      message,
    ]);
  });

  it("is the same under /beta, with links that stay there", async () => {
    const { body } = await graph.get("https://graph.microsoft.com/beta/me/messages?$top=1");
    expect(body["@odata.context"]).toMatch(/^https:\/\/graph\.microsoft\.com\/beta\/\$metadata#/);
    expect(body["@odata.nextLink"]).toMatch(
      /^https:\/\/graph\.microsoft\.com\/beta\/me\/messages\?/,
    );
  });
});
