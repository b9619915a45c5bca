import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ADA, codeOf, createGraphHarness, namesOf } from "./graph-harness.ts";
import type { GraphHarness } from "./graph-harness.ts";

let graph: GraphHarness;
beforeAll(async () => {
  graph = await createGraphHarness();
});
beforeEach(() => graph.world.reset());

const idAt = async (path: string) =>
  String((await graph.get(`/me/drive/root:/${path}`)).body["id"]);
const names = async (path: string) => namesOf((await graph.get(path)).body, "name");
const inDocuments = () => names("/me/drive/root:/Documents:/children");
const change = (path: string, json: unknown, headers: Record<string, string> = {}) =>
  graph.send("PATCH", `/me/drive/root:/${path}`, { json, headers });

describe("An item of a drive", () => {
  it("is renamed, and keeps its id and content", async () => {
    const id = await idAt("Documents/Notes.txt");
    const said = await change("Documents/Notes.txt", { name: "Notes.csv" });
    expect(said.body).toMatchObject({ id, name: "Notes.csv", file: { mimeType: "text/csv" } });
    expect((await graph.get("/me/drive/root:/Documents/Notes.txt")).status).toBe(404);
  });

  it("is moved by the id and by the path of another folder", async () => {
    const parentReference = { id: await idAt("Pictures") };
    await change("Documents/Notes.txt", { parentReference });
    expect(await names("/me/drive/root:/Pictures:/children")).toEqual(["Engine.png", "Notes.txt"]);
    const back = { path: "/drive/root:/Documents/Reports" };
    const said = await change("Pictures/Notes.txt", { name: "N.txt", parentReference: back });
    expect(said.body).toMatchObject({
      name: "N.txt",
      parentReference: { path: "/drive/root:/Documents/Reports" },
    });
  });

  it("keeps what is said of it, and the times that its file had elsewhere", async () => {
    const times = {
      createdDateTime: "2020-01-01T00:00:00Z",
      lastModifiedDateTime: "2021-01-01T00:00:00Z",
    };
    const said = await change("Documents/Notes.txt", {
      description: "Of 1843",
      fileSystemInfo: times,
    });
    expect(said.body).toMatchObject({
      name: "Notes.txt",
      description: "Of 1843",
      fileSystemInfo: times,
    });
    await change("Documents/Notes.txt", { name: "N.txt" });
    const path = "/me/drive/root:/Documents/N.txt";
    expect((await graph.get(path)).body).toMatchObject({
      description: "Of 1843",
      fileSystemInfo: times,
    });
    await graph.send("PUT", `${path}:/content`, { body: "new" });
    const { body } = await graph.get(path);
    expect(body["fileSystemInfo"]).toEqual({
      createdDateTime: times.createdDateTime,
      lastModifiedDateTime: body["lastModifiedDateTime"],
    });
    expect((await change("Documents/N.txt", { description: null })).body).not.toHaveProperty(
      "description",
    );
    const wrong = await change("Documents/N.txt", { fileSystemInfo: { createdDateTime: "soon" } });
    expect([wrong.status, codeOf(wrong)]).toEqual([400, "invalidRequest"]);
  });

  it("does not take the place of the folder that it lies in", async () => {
    const said = await change("Documents/Reports", {
      name: "Documents",
      parentReference: { path: "/drive/root:" },
      "@microsoft.graph.conflictBehavior": "replace",
    });
    expect([said.status, codeOf(said)]).toEqual([409, "nameAlreadyExists"]);
    expect(await names("/me/drive/root:/Documents/Reports:/children")).toEqual([
      "2025 Überblick.csv",
      "Empty.txt",
    ]);
  });

  it("takes a free name, or another's place, only if told to", async () => {
    const taken = await change("Documents/Notes.txt", { name: "reports" });
    expect([taken.status, codeOf(taken)]).toEqual([409, "nameAlreadyExists"]);
    const json = { name: "Reports", "@microsoft.graph.conflictBehavior": "rename" };
    expect((await change("Documents/Notes.txt", json)).body["name"]).toBe("Reports 1");
    // Its own name in other letters is no conflict.
    expect((await change("Documents/Reports", { name: "REPORTS" })).body["name"]).toBe("REPORTS");
  });

  it.each([
    ["Documents", { parentReference: { path: "/drive/root:/Documents/Reports" } }, 400],
    ["Documents/Notes.txt", { parentReference: { id: "nowhere" } }, 404],
    ["Documents/Notes.txt", { parentReference: { path: "/drive/root:/Welcome.html" } }, 400],
    ["Documents/Notes.txt", { name: "a:b" }, 400],
    ["Documents/Notes.txt", { colour: "red" }, 400],
    ["Nowhere.txt", { name: "b" }, 404],
  ])("stays where it is: %s %j", async (path, json, status) => {
    expect((await change(path, json)).status).toBe(status);
    expect(await inDocuments()).toEqual(["Notes.txt", "Reports"]);
  });

  it("that somebody else has changed meanwhile is left alone", async () => {
    const { headers } = await graph.get("/me/drive/root:/Documents/Notes.txt");
    const match = { "if-match": headers.get("etag") ?? "" };
    expect((await change("Documents/Notes.txt", { name: "One.txt" }, match)).status).toBe(200);
    const said = await change("Documents/One.txt", { name: "Two.txt" }, match);
    expect([said.status, codeOf(said)]).toEqual([412, "resourceModified"]);
  });
});

describe("A copy", () => {
  const copy = async (path: string, json: unknown) =>
    graph.send("POST", `/me/drive/root:/${path}:/copy`, { json });

  it("is made behind the request, which names where to ask, without a token", async () => {
    const said = await copy("Documents", { name: "Copy of documents" });
    expect([said.status, said.text]).toEqual([202, ""]);
    const monitor = said.headers.get("location") ?? "";
    const first = await graph.store("GET", monitor);
    expect([first.status, first.body["status"]]).toEqual([202, "inProgress"]);
    const last = await graph.store("GET", monitor);
    expect([last.status, last.body["status"]]).toEqual([200, "completed"]);
    const made = await graph.get(`/me/drive/items/${String(last.body["resourceId"])}`);
    expect(made.body).toMatchObject({ name: "Copy of documents", folder: { childCount: 2 } });
    expect(await names("/me/drive/root:/Copy of documents/Reports:/children")).toHaveLength(2);
  });

  it("that cannot be made says so where it is asked for", async () => {
    const said = await copy("Documents/Notes.txt", {});
    const monitor = said.headers.get("location") ?? "";
    await graph.store("GET", monitor);
    expect((await graph.store("GET", monitor)).body).toMatchObject({
      status: "failed",
      errorCode: "nameAlreadyExists",
    });
  });

  it("into itself is refused", async () => {
    const parentReference = { path: "/drive/root:/Documents/Reports" };
    expect((await copy("Documents", { parentReference })).status).toBe(400);
    expect((await graph.store("GET", "https://contoso-my.sharepoint.com/monitor/x")).status).toBe(
      404,
    );
  });
});

describe("A search of a drive", () => {
  it.each([
    ["/me/drive/root/search(q='notes')", ["Notes.txt"]],
    ["/me/drive/search(q='NOTES')", ["Notes.txt"]],
    ["/me/drive/root/microsoft.graph.search(q='pattern')", ["Notes.txt"]],
    ["/me/drive/root:/Documents:/search(q='empty')", ["Empty.txt"]],
    ["/me/drive/root:/Pictures:/search(q='empty')", []],
    ["/me/drive/root/search(q=%27%C3%BCberblick%27)", ["2025 Überblick.csv"]],
    ["/me/drive/root/search(q='it''s')", []],
  ])("%s", async (path, expected) => {
    expect(await names(path)).toEqual(expected);
  });

  it("for nothing finds all there is, in pages", async () => {
    const pages = await graph.pages("/me/drive/root/search(q='')?$top=4&$select=id,name");
    expect(pages.map(({ value }) => value?.length)).toEqual([4, 4, 1]);
  });
});

describe("The lists of a drive", () => {
  it("are its files, the newest first, and what others share", async () => {
    await change("Documents/Notes.txt", { name: "Newest.txt" });
    expect((await names("/me/drive/recent"))?.[0]).toBe("Newest.txt");
    const token = await graph.tokenOf(ADA, ["Files.Read.All"]);
    expect((await graph.get("/me/drive/sharedWithMe", { token })).body.value).toEqual([]);
  });

  it("are the drives of a person", async () => {
    const { body } = await graph.get("/me/drives");
    expect(namesOf(body, "id")).toEqual([(await graph.get("/me/drive")).body["id"]]);
  });
});
