import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ADA, codeOf, createGraphHarness, namesOf } from "./graph-harness.ts";
import type { GraphHarness } from "./graph-harness.ts";
import { createEndpoint } from "./notification-endpoint.ts";

const endpoint = createEndpoint();
let graph: GraphHarness;
let writer: string;
beforeAll(async () => {
  graph = await createGraphHarness({ outbound: endpoint.outbound });
  writer = await graph.tokenOf(ADA, ["Contacts.ReadWrite"]);
});
beforeEach(() => {
  graph.world.reset();
  graph.world.settings.mailbox_latency_ms = 0;
  endpoint.clear();
});

describe("Contacts", () => {
  it("are listed in pages of ten, each once", async () => {
    const pages = await graph.pages("/me/contacts");
    expect(pages.map(({ value }) => value?.length)).toEqual([10, 10, 10, 6]);
    const ids = pages.flatMap((page) => namesOf(page, "id") ?? []);
    expect(new Set(ids).size).toBe(36);
  });

  it("of a folder are listed under its id, and under the name of the default folder", async () => {
    const folders = await graph.get("/me/contactFolders");
    expect(namesOf(folders.body, "displayName")).toEqual(["Suppliers"]);
    const [{ id = "" } = {}] = folders.body.value ?? [];
    const suppliers = await graph.get(`/me/contactFolders/${id}/contacts`);
    expect(namesOf(suppliers.body, "parentFolderId")).toEqual([id, id, id]);
    const own = await graph.get("/me/contactFolders/contacts/contacts?$top=1");
    expect(own.body.value).toEqual((await graph.get("/me/contacts?$top=1")).body.value);
  });

  it("are filtered, ordered and selected", async () => {
    const said = await graph.get(
      "/me/contacts?$filter=surname ge 'S'&$orderby=surname desc&$select=surname&$count=true",
    );
    expect(said.body.error).toBeUndefined();
    const surnames = namesOf(said.body, "surname")?.map(String) ?? [];
    expect(surnames).toEqual(Array.from({ length: 6 }, () => "Somerville"));
    expect(said.body["@odata.count"]).toBe(6);
    expect(Object.keys(said.body.value?.[0] ?? {}).toSorted()).toEqual([
      "@odata.etag",
      "id",
      "surname",
    ]);
  });

  it("keep what Microsoft's have of family, work and names, too", async () => {
    const json = {
      assistantName: "Byron",
      businessHomePage: "https://engines.example",
      children: ["Annabella"],
      generation: "II",
      manager: "Charles",
      spouseName: "William",
      yomiGivenName: "エイダ",
    };
    const made = await graph.send("POST", "/me/contacts", { token: writer, json });
    expect([made.status, made.body]).toMatchObject([201, json]);
    const found = await graph.get("/me/contacts?$filter=children/any(c:c eq 'Annabella')");
    expect(found.body.value).toMatchObject([json]);
  });

  it.each([
    ["a property that contacts have not", "/me/contacts?$filter=subject eq 'x'", 400],
    ["a search, which the list does not take", "/me/contacts?$search=x", 400],
    ["a folder that no id names", "/me/contactFolders/nonsense/contacts", 400],
    ["a folder of another mailbox", `/me/contactFolders/AQMkAD${"x".repeat(40)}/contacts`, 404],
  ])("refuse %s", async (_, path, status) => {
    expect((await graph.get(path)).status).toBe(status);
  });

  it("are nothing for a token without permission", async () => {
    const token = await graph.tokenOf(ADA, ["User.Read", "Mail.ReadWrite"]);
    const said = await graph.get("/me/contacts", { token });
    expect([said.status, codeOf(said)]).toEqual([403, "ErrorAccessDenied"]);
  });
});

describe("A contact", () => {
  const write = (method: string, path: string, json?: unknown) =>
    graph.send(method, path, { token: writer, ...(json === undefined ? {} : { json }) });
  const pavel = {
    givenName: "Pavel",
    surname: "Bansky",
    emailAddresses: [{ address: "pavel@fabrikam.example", name: "Pavel Bansky" }],
    businessPhones: ["+1 732 555 0102"],
  };

  it("is made, read, changed and deleted", async () => {
    const made = await write("POST", "/me/contacts", pavel);
    expect([made.status, made.body]).toEqual([
      201,
      expect.objectContaining({ ...pavel, displayName: "Pavel Bansky", fileAs: "Bansky, Pavel" }),
    ]);
    const path = `/me/contacts/${String(made.body["id"])}`;
    const changed = await write("PATCH", path, {
      homeAddress: { city: "Prague" },
      birthday: "1974-07-22T00:00:00Z",
      surname: null,
    });
    expect(changed.body).toMatchObject({
      displayName: "Pavel",
      homeAddress: { city: "Prague" },
      birthday: "1974-07-22T00:00:00Z",
      businessPhones: pavel.businessPhones,
    });
    expect(changed.body["changeKey"]).not.toBe(made.body["changeKey"]);
    expect((await graph.get(`${path}?$select=displayName`)).body["displayName"]).toBe("Pavel");
    expect((await write("DELETE", path)).status).toBe(204);
    expect((await graph.get(path)).status).toBe(404);
  });

  it.each([
    [{ colour: "red" }, "RequestBodyRead"],
    [{ emailAddresses: "pavel@fabrikam.example" }, "RequestBodyRead"],
    [
      { emailAddresses: Array.from({ length: 4 }, () => ({ address: "a@b.example" })) },
      "ErrorInvalidArgument",
    ],
  ])("is refused as %j", async (json, code) => {
    const said = await write("POST", "/me/contacts", json);
    expect([said.status, codeOf(said)]).toEqual([400, code]);
  });

  it("lies in a folder, which is made, renamed and deleted with it", async () => {
    const folder = await write("POST", "/me/contactFolders", { displayName: "Friends" });
    const path = `/me/contactFolders/${String(folder.body["id"])}`;
    const made = await write("POST", `${path}/contacts`, pavel);
    expect(made.body["parentFolderId"]).toBe(folder.body["id"]);
    const below = await write("POST", `${path}/childFolders`, { displayName: "Old" });
    expect(below.body["parentFolderId"]).toBe(folder.body["id"]);
    await write("PATCH", path, { displayName: "Foes" });
    expect(namesOf((await graph.get("/me/contactFolders")).body, "displayName")).toEqual([
      "Suppliers",
      "Foes",
    ]);
    expect((await write("DELETE", path)).status).toBe(204);
    expect((await graph.get(`/me/contacts/${String(made.body["id"])}`)).status).toBe(404);
    const own = await write("DELETE", "/me/contactFolders/contacts");
    expect([own.status, codeOf(own)]).toEqual([403, "ErrorDeleteDistinguishedFolder"]);
  });

  it("is told of to who subscribed, and in the next delta", async () => {
    const first = (await graph.pages("/me/contacts/delta")).at(-1);
    const subscribed = await graph.send("POST", "/subscriptions", {
      json: {
        changeType: "created,updated,deleted",
        resource: "me/contacts",
        notificationUrl: "https://worker.example/notifications",
        expirationDateTime: new Date(graph.world.now() + 7_200_000).toISOString(),
      },
    });
    expect(subscribed.status).toBe(201);
    const { body } = await write("POST", "/me/contacts", pavel);
    const path = `/me/contacts/${String(body["id"])}`;
    await write("PATCH", path, { jobTitle: "Engineer" });
    await write("DELETE", path);
    await expect
      .poll(() => endpoint.told().map(({ changeType }) => changeType))
      .toEqual(["created", "updated", "deleted"]);
    expect((await graph.get(first?.["@odata.deltaLink"] ?? "")).body.value).toEqual([
      expect.objectContaining({ id: body["id"], "@removed": { reason: "deleted" } }),
    ]);
  });
});
