import { beforeAll, describe, expect, it } from "vitest";
import { ADA, codeOf, createGraphHarness, namesOf } from "./graph-harness.ts";
import type { GraphHarness } from "./graph-harness.ts";

let graph: GraphHarness;
beforeAll(async () => {
  graph = await createGraphHarness();
  graph.world.settings.mailbox_latency_ms = 0;
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
