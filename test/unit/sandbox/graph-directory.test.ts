import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CONTOSO_TENANT } from "../../sandbox/constants.ts";
import { ADA, codeOf, createGraphHarness, GRACE, namesOf } from "./graph-harness.ts";
import type { GraphHarness } from "./graph-harness.ts";

const EVENTUAL = { consistencylevel: "eventual" };

let graph: GraphHarness;
beforeAll(async () => {
  graph = await createGraphHarness();
});
beforeEach(() => graph.world.reset());

describe("A user", () => {
  it("has exactly eleven properties unasked", async () => {
    const { body } = await graph.get("/me");
    expect(Object.keys(body)).toEqual([
      "@odata.context",
      "businessPhones",
      "displayName",
      "givenName",
      "jobTitle",
      "mail",
      "mobilePhone",
      "officeLocation",
      "preferredLanguage",
      "surname",
      "userPrincipalName",
      "id",
    ]);
    expect(body["@odata.context"]).toBe("https://graph.microsoft.com/v1.0/$metadata#users/$entity");
  });

  it("has nothing in the properties of Microsoft's that nobody filled in", async () => {
    const { body } = await graph.get("/me?$select=city,otherMails,onPremisesSyncEnabled");
    expect(body).toMatchObject({ city: null, otherMails: [], onPremisesSyncEnabled: null });
    const { status, body: none } = await graph.get(
      "/users?$filter=onPremisesSyncEnabled eq true or identities/any(i:i/issuer eq 'x')",
    );
    expect([status, none.value]).toEqual([200, []]);
    expect((await graph.get("/me")).body).not.toHaveProperty("city");
  });

  it("has only what $select names, without an id of its own accord", async () => {
    const { body } = await graph.get("/me?$select=displayName,userType");
    expect(body).toEqual({
      "@odata.context":
        "https://graph.microsoft.com/v1.0/$metadata#users(displayName,userType)/$entity",
      displayName: "Ada Lovelace",
      userType: "Member",
    });
  });

  it.each([GRACE, "GRACE@contoso.example", "aaaaaaaa-2222-4000-8000-000000000002"])(
    "is found as %s",
    async (key) => {
      expect((await graph.get(`/users/${key}`)).body["displayName"]).toBe("Grace Hopper");
      expect((await graph.get(`/users('${key}')`)).body["displayName"]).toBe("Grace Hopper");
    },
  );

  it("of another tenant is not found", async () => {
    const said = await graph.get("/users/alan@fabrikam.example");
    expect([said.status, codeOf(said)]).toEqual([404, "Request_ResourceNotFound"]);
  });

  it("who is a guest goes by another name and id in the host tenant", async () => {
    const token = await graph.tokenOf("lin@fabrikam.example", ["User.Read"], CONTOSO_TENANT);
    const { body } = await graph.get("/me?$select=id,userPrincipalName,userType", { token });
    expect(body).toMatchObject({
      id: "aaaaaaaa-2222-4000-8000-000000000003",
      userPrincipalName: "lin_fabrikam.example#EXT#@contoso.example",
      userType: "Guest",
    });
  });

  it("with a personal account has a CID for an id and no directory around", async () => {
    const token = await graph.tokenOf("pat@outlook.example", ["User.Read", "User.ReadBasic.All"]);
    expect((await graph.get("/me", { token })).body["id"]).toBe("8a7b6c5d4e3f2a1b");
    expect((await graph.get("/users", { token })).status).toBe(400);
  });
});

describe("The list of users", () => {
  it("pages by an opaque token, with an empty page in the middle", async () => {
    graph.world.settings.page_size = 1;
    const pages = await graph.pages("/users?$select=displayName");
    expect(pages.map((page) => namesOf(page, "displayName"))).toEqual([
      ["Ada Lovelace"],
      [],
      ["Grace Hopper"],
      ["Lin Lanying"],
    ]);
    expect(pages[0]?.["@odata.nextLink"]).toContain("%24skiptoken=");
  });

  it.each([
    ["startswith(displayName,'ad')", ["Ada Lovelace"]],
    ["mail eq 'grace@contoso.example' or surname eq 'Lanying'", ["Grace Hopper", "Lin Lanying"]],
    ["userType eq 'Guest'", ["Lin Lanying"]],
    ["accountEnabled eq true and jobTitle eq null", ["Lin Lanying"]],
  ])("filters by %s", async (filter, expected) => {
    const { body } = await graph.get(`/users?$filter=${encodeURIComponent(filter)}`);
    expect(namesOf(body, "displayName")).toEqual(expected);
  });

  it.each([
    ["$filter=displayName ne 'x'", {}, "Request_UnsupportedQuery"],
    ["$filter=displayName ne 'x'", EVENTUAL, "Request_UnsupportedQuery"],
    ["$filter=displayName ne 'x'&$count=true", {}, "Request_UnsupportedQuery"],
    ["$filter=endswith(mail,'.example')", {}, "Request_UnsupportedQuery"],
    ["$filter=not startswith(mail,'a')", {}, "Request_UnsupportedQuery"],
    ["$filter=contains(mail,'a')&$count=true", EVENTUAL, "Request_UnsupportedQuery"],
    ["$filter=startswith(mail,'a')&$orderby=displayName", {}, "Request_UnsupportedQuery"],
    ['$search="displayName:ada"', {}, "Request_UnsupportedQuery"],
    ["$search=displayName:ada", EVENTUAL, "Request_BadRequest"],
    ['$search="ada"', EVENTUAL, "Request_UnsupportedQuery"],
    ['$search="ada lovelace"', EVENTUAL, "Request_UnsupportedQuery"],
    ['$search="displayName:ada" AND "lovelace"', EVENTUAL, "Request_UnsupportedQuery"],
    ['$search="grace" OR "mail:ada"', EVENTUAL, "Request_UnsupportedQuery"],
    ['$search=":ada"', EVENTUAL, "Request_UnsupportedQuery"],
    ['$search="colour:red"', EVENTUAL, "Request_UnsupportedQuery"],
    ['$search="accountEnabled:true"', EVENTUAL, "Request_UnsupportedQuery"],
    ['$search="displayName:ada" or "mail:ada"', EVENTUAL, "Request_BadRequest"],
    ["$filter=colour eq 'x'", {}, "Request_BadRequest"],
    ["$top=1000", {}, "Request_UnsupportedQuery"],
    ["$skip=1", {}, "Request_BadRequest"],
  ])("refuses %s with %j", async (query, headers, code) => {
    const said = await graph.get(`/users?${query}`, { headers });
    expect([said.status, codeOf(said)]).toEqual([400, code]);
  });

  it.each([
    ["$filter=displayName ne 'Ada Lovelace'&$count=true", ["Grace Hopper", "Lin Lanying"]],
    ["$filter=endswith(mail,'contoso.example')&$count=true", ["Ada Lovelace", "Grace Hopper"]],
    ["$filter=startswith(mail,'g')&$orderby=displayName&$count=true", ["Grace Hopper"]],
    ['$search="displayName:love"', ["Ada Lovelace"]],
    ['$search="DISPLAYNAME:love" AND "Mail:ada"', ["Ada Lovelace"]],
    // Only a display name is searched by its words.
    ['$search="mail:contoso"', []],
    ['$search="mail:ada@"', ["Ada Lovelace"]],
    ['$search="displayName:grace" OR "surname:lov"', ["Ada Lovelace", "Grace Hopper"]],
  ])("answers %s as an advanced query", async (query, expected) => {
    const { body } = await graph.get(`/users?${query}`, { headers: EVENTUAL });
    expect(namesOf(body, "displayName")).toEqual(expected);
  });

  it("forgets $count without the header and counts on the first page only", async () => {
    expect((await graph.get("/users?$count=true")).body).not.toHaveProperty("@odata.count");
    const pages = await graph.pages("/users?$count=true&$top=2", { headers: EVENTUAL });
    expect(pages.map((page) => page["@odata.count"])).toEqual([3, undefined]);
  });

  it("wants the header again on every page of a search", async () => {
    graph.world.settings.page_size = 1;
    const first = await graph.get('/users?$search="mail:grace" OR "mail:ada"', {
      headers: EVENTUAL,
    });
    const next = first.body["@odata.nextLink"] ?? "";
    expect(next).not.toBe("");
    expect((await graph.get(next)).status).toBe(400);
    expect((await graph.get(next, { headers: EVENTUAL })).status).toBe(200);
  });

  it("counts by /users/$count with the header alone", async () => {
    const refused = await graph.get("/users/$count");
    expect([refused.status, refused.body.error?.message]).toEqual([
      400,
      "$count is not currently supported.",
    ]);
    expect((await graph.get("/users/$count", { headers: EVENTUAL })).text).toBe("3");
  });
});

describe("The changes of users", () => {
  it("come in rounds: everything, then what changed, then nothing", async () => {
    const first = await graph.get("/users/delta?$select=jobTitle");
    expect(first.body.value).toHaveLength(3);
    expect(first.body).not.toHaveProperty("@odata.nextLink");
    await graph.send("PATCH", "/me", { json: { jobTitle: "Countess" } });
    await graph.send("DELETE", `/users/${GRACE}`);
    const second = await graph.get(first.body["@odata.deltaLink"] ?? "");
    expect(second.body.value).toEqual([
      { id: "aaaaaaaa-2222-4000-8000-000000000001", jobTitle: "Countess" },
      { id: "aaaaaaaa-2222-4000-8000-000000000002", "@removed": { reason: "changed" } },
    ]);
    const third = await graph.get(second.body["@odata.deltaLink"] ?? "");
    expect(third.body.value).toEqual([]);
  });

  it("begin from now with $deltatoken=latest", async () => {
    const { body } = await graph.get("/users/delta?$deltatoken=latest");
    expect(body.value).toEqual([]);
    await graph.send("PATCH", `/users/${GRACE}`, { json: { department: "Navy" } });
    const next = await graph.get(body["@odata.deltaLink"] ?? "");
    expect(next.body.value).toHaveLength(1);
  });

  it("carry one link a page, never both", async () => {
    graph.world.settings.page_size = 2;
    const pages = await graph.pages("/users/delta");
    const links = pages.map((page) => [
      page["@odata.nextLink"] !== undefined,
      page["@odata.deltaLink"] !== undefined,
    ]);
    expect(links).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  it.each(["a week later", "after a reset"])(
    "are gone %s, with a link to start again",
    async (when) => {
      const { body } = await graph.get("/users/delta");
      if (when === "after a reset") graph.world.reset();
      else graph.world.settings.clock_offset_s = 8 * 86_400;
      const token = await graph.tokenOf(ADA, ["User.Read.All"]);
      const said = await graph.get(body["@odata.deltaLink"] ?? "", { token });
      expect([said.status, codeOf(said)]).toEqual([410, "syncStateNotFound"]);
      const again = await graph.get(said.headers.get("location") ?? "", { token });
      expect(again.body.value).toHaveLength(3);
    },
  );

  it("refuse a token that is none", async () => {
    expect((await graph.get("/users/delta?$deltatoken=abc")).status).toBe(400);
  });
});
