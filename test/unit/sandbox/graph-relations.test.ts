import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CONTOSO_TENANT } from "../../sandbox/constants.ts";
import { ADA, codeOf, createGraphHarness, GRACE, namesOf } from "./graph-harness.ts";
import type { GraphHarness } from "./graph-harness.ts";

let graph: GraphHarness;
let token: string;
beforeAll(async () => {
  graph = await createGraphHarness();
  token = await graph.tokenOf(ADA, [
    "User.Read",
    "User.ReadWrite",
    "User.Read.All",
    "Group.Read.All",
  ]);
});
beforeEach(() => graph.world.reset());

const get = (path: string, headers: Record<string, string> = {}) =>
  graph.get(path, { token, headers });
const names = async (path: string) => namesOf((await get(path)).body, "displayName");

describe("Who is above whom", () => {
  it("is read from both sides", async () => {
    const { body } = await get(`/users/${GRACE}/manager?$select=id,displayName`);
    const me = await get("/me");
    expect(body).toMatchObject({
      "@odata.type": "#microsoft.graph.user",
      id: me.body["id"],
      displayName: me.body["displayName"],
    });
    expect((await get("/me/directReports")).body.value).toMatchObject([
      { "@odata.type": "#microsoft.graph.user", mail: GRACE },
    ]);
    expect((await get(`/users/${GRACE}/directReports`)).body.value).toEqual([]);
  });

  it("ends with somebody without a manager", async () => {
    const said = await get("/me/manager");
    expect([said.status, codeOf(said)]).toEqual([404, "Request_ResourceNotFound"]);
  });
});

describe("Groups", () => {
  it("have members, some of them by other groups", async () => {
    expect(await names("/groups")).toEqual(["Engine Builders", "Everybody"]);
    expect(await names("/me/memberOf")).toEqual(["Engine Builders"]);
    expect(await names("/me/transitiveMemberOf")).toEqual(["Engine Builders", "Everybody"]);
    const { body } = await get("/groups?$filter=displayName eq 'Everybody'");
    const path = `/groups/${body.value?.[0]?.id}`;
    expect((await get(path)).body).toMatchObject({ securityEnabled: true, mailEnabled: false });
    const members = (await get(`${path}/members`)).body.value ?? [];
    expect(members.map((one) => one["@odata.type"])).toEqual([
      "#microsoft.graph.group",
      "#microsoft.graph.user",
    ]);
    expect(namesOf((await get(`${path}/transitiveMembers`)).body, "mail")).toContain(GRACE);
    expect(namesOf((await get(`${path}/owners`)).body, "mail")).toEqual([ADA]);
  });

  it("are filtered, counted and paged as the directory does", async () => {
    const eventual = { consistencylevel: "eventual" };
    const said = await get(
      "/groups?$count=true&$filter=displayName ne 'Everybody'&$select=displayName",
      eventual,
    );
    expect(said.body["@odata.count"]).toBe(1);
    const plain = await get("/groups?$filter=displayName ne 'Everybody'");
    expect([plain.status, codeOf(plain)]).toEqual([400, "Request_UnsupportedQuery"]);
    const first = await get("/groups?$top=1&$orderby=displayName desc");
    expect(namesOf(first.body, "displayName")).toEqual(["Everybody"]);
    const next = await get(first.body["@odata.nextLink"] ?? "");
    expect(namesOf(next.body, "displayName")).toEqual(["Engine Builders"]);
  });

  it.each([
    ["/groups/nobody", 404],
    ["/groups?$filter=colour eq 'red'", 400],
    ["/groups?$skip=1", 400],
  ])("are not at %s", async (path, status) => {
    expect((await get(path)).status).toBe(status);
  });

  it("are an application's to read, whose /me is nobody", async () => {
    const app = await graph.appToken(CONTOSO_TENANT, "Group.Read.All");
    expect((await graph.get("/groups", { token: app })).body.value).toHaveLength(2);
    expect((await graph.get("/me/memberOf", { token: app })).status).toBe(400);
  });
});

describe("A photo", () => {
  it("has a size and bytes, of which its type is told", async () => {
    expect((await get("/me/photo")).body).toMatchObject({ id: "48X48", width: 48, height: 48 });
    const bytes = await get("/me/photo/$value");
    expect([bytes.status, bytes.headers.get("content-type")]).toEqual([200, "image/jpeg"]);
    expect((await get("/me/photos/48x48/$value")).status).toBe(200);
    const larger = await get("/me/photos/648x648/$value");
    expect([larger.status, codeOf(larger)]).toEqual([404, "ImageNotFound"]);
    const others = await graph.tokenOf(ADA, ["ProfilePhoto.Read.All"]);
    expect((await graph.get(`/users/${GRACE}/photo`, { token: others })).status).toBe(404);
  });

  it("is put and deleted, and has to be a picture", async () => {
    const png = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "base64",
    );
    const put = (body: BodyInit) => graph.send("PUT", "/me/photo/$value", { token, body });
    const said = await put("no picture");
    expect([said.status, codeOf(said)]).toEqual([400, "ErrorInvalidImage"]);
    expect((await put(new Uint8Array(png))).status).toBe(200);
    expect((await get("/me/photo")).body).toMatchObject({ id: "1X1" });
    expect((await graph.send("DELETE", "/me/photo", { token })).status).toBe(204);
    expect((await get("/me/photo")).status).toBe(404);
  });
});
