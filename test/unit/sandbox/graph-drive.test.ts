import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CONTOSO_TENANT } from "../../sandbox/constants.ts";
import { CHUNK_LIMIT, CHUNK_UNIT, judgeChunk } from "../../sandbox/graph/drive/chunk-policy.ts";
import { parseDriveAddress } from "../../sandbox/graph/drive/drive-address.ts";
import { quickXorHash } from "../../sandbox/graph/drive/quick-xor-hash.ts";
import { readRange } from "../../sandbox/graph/drive/storage.ts";
import { codeOf, createGraphHarness, namesOf } from "./graph-harness.ts";
import type { GraphHarness } from "./graph-harness.ts";

let graph: GraphHarness;
beforeAll(async () => {
  graph = await createGraphHarness();
});
beforeEach(() => graph.world.reset());

describe("An address in a drive", () => {
  it.each([
    ["", { kind: "drive" }],
    ["/root", { kind: "item", base: "root", path: [], action: "item" }],
    ["/root/children", { kind: "item", base: "root", path: [], action: "children" }],
    ["/root/delta", { kind: "item", base: "root", path: [], action: "delta" }],
    ["/items/01A", { kind: "item", base: "01A", path: [], action: "item" }],
    ["/items/01A/content", { kind: "item", base: "01A", path: [], action: "content" }],
    ["/root:/a/b%20c.txt", { kind: "item", base: "root", path: ["a", "b c.txt"], action: "item" }],
    ["/root:/a/b.txt:", { kind: "item", base: "root", path: ["a", "b.txt"], action: "item" }],
    ["/root:/a:/children", { kind: "item", base: "root", path: ["a"], action: "children" }],
    [
      "/root:/content:/content",
      { kind: "item", base: "root", path: ["content"], action: "content" },
    ],
    [
      "/items/01A:/x.txt:/createUploadSession",
      { kind: "item", base: "01A", path: ["x.txt"], action: "createUploadSession" },
    ],
    ["/root/nothing", undefined],
    ["/root:/a:/nothing", undefined],
    ["/root:/%ZZ:/content", undefined],
    ["/elsewhere", undefined],
  ])("%s", (text, expected) => {
    expect(parseDriveAddress(text)).toEqual(expected);
  });
});

describe("A chunk", () => {
  const unit = CHUNK_UNIT;
  it.each([
    ["the first", `bytes 0-${unit - 1}/${unit * 2}`, unit, 0, undefined, undefined],
    [
      "the last, of any size",
      `bytes ${unit}-${unit + 9}/${unit + 10}`,
      10,
      unit,
      unit + 10,
      undefined,
    ],
    ["without a range", undefined, unit, 0, undefined, 400],
    ["with a range that is none", "bytes 5-1/10", 10, 0, undefined, 400],
    ["beyond the file", "bytes 0-10/10", 11, 0, undefined, 400],
    ["longer than its body", "bytes 0-9/10", 9, 0, undefined, 400],
    ["of another file size", `bytes ${unit}-${unit + 9}/${unit + 10}`, 10, unit, unit * 2, 400],
    ["no multiple of 320 KiB", "bytes 0-99/1000", 100, 0, undefined, 400],
    ["already received", `bytes 0-${unit - 1}/${unit * 2}`, unit, unit, unit * 2, 416],
    ["out of order", `bytes ${unit}-${unit * 2 - 1}/${unit * 2}`, unit, 0, undefined, 416],
    ["of 60 MiB", `bytes 0-${CHUNK_LIMIT - 1}/${CHUNK_LIMIT * 2}`, CHUNK_LIMIT, 0, undefined, 413],
  ])("%s", (_, header, length, received, total, status) => {
    const verdict = judgeChunk(header, length, received, total);
    expect(verdict.ok ? undefined : verdict.error.status).toBe(status);
  });
});

describe("A byte range", () => {
  it.each([
    [undefined, undefined],
    ["bytes=0-3", { start: 0, end: 3 }],
    ["bytes=4-", { start: 4, end: 9 }],
    ["bytes=-3", { start: 7, end: 9 }],
    ["bytes=8-99", { start: 8, end: 9 }],
    ["bytes=10-", null],
    ["bytes=5-4", null],
    ["bytes=0-1,3-4", undefined],
  ])("%s of ten bytes", (header, expected) => {
    expect(readRange(header, 10)).toEqual(expected);
  });
});

describe("A file's hash", () => {
  it("of nothing is nothing but zeros", () => {
    expect(quickXorHash(new Uint8Array(0))).toBe("AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
  });

  it("of one byte is that byte and the length at the end", () => {
    const hash = Buffer.from(quickXorHash(new Uint8Array([0x41])), "base64");
    expect([...hash]).toEqual([0x41, ...Array(11).fill(0), 1, ...Array(7).fill(0)]);
  });

  it("puts the second byte eleven bits further", () => {
    const hash = Buffer.from(quickXorHash(new Uint8Array([0, 0xff])), "base64");
    expect([...hash.subarray(0, 4)]).toEqual([0, 0xf8, 0x07, 0]);
  });
});

describe("Files and folders", () => {
  it("are listed by name, with exactly one facet and a download URL for files", async () => {
    const { body } = await graph.get("/me/drive/root/children");
    expect(namesOf(body, "name")).toEqual(["Documents", "Large.bin", "Pictures", "Welcome.html"]);
    for (const item of body.value ?? []) {
      expect("file" in item).toBe(!("folder" in item));
      expect("@microsoft.graph.downloadUrl" in item).toBe("file" in item);
    }
  });

  it.each([
    ["folder ne null", ["Documents", "Pictures"]],
    ["file ne null", ["Large.bin", "Welcome.html"]],
    ["file eq null and name ne 'Pictures'", ["Documents"]],
  ])("are told apart by their facets: %s", async (filter, expected) => {
    const { body } = await graph.get(
      `/me/drive/root/children?$filter=${encodeURIComponent(filter)}`,
    );
    expect(namesOf(body, "name")).toEqual(expected);
  });

  it("lie in folders alone", async () => {
    const file = (await graph.get("/me/drive/root:/Welcome.html")).body["id"];
    for (const [method, path, options] of [
      ["POST", `/me/drive/items/${file}/children`, { json: { name: "x", folder: {} } }],
      ["POST", "/me/drive/root:/Welcome.html:/children", { json: { name: "x", folder: {} } }],
      ["PUT", `/me/drive/items/${file}:/x.txt:/content`, { body: "x" }],
      ["PUT", "/me/drive/root:/Welcome.html/x.txt:/content", { body: "x" }],
      ["POST", `/me/drive/items/${file}:/x.txt:/createUploadSession`, { json: {} }],
    ] as const) {
      const said = await graph.send(method, path, options);
      expect([path, said.status, codeOf(said)]).toEqual([path, 409, "nameAlreadyExists"]);
    }
    expect((await graph.get(`/me/drive/items/${file}:/x`)).status).toBe(404);
  });

  it("are found by path, by id and below an id", async () => {
    const byPath = await graph.get("/me/drive/root:/documents/reports/2025%20%C3%BCberblick.csv");
    expect(byPath.body).toMatchObject({
      name: "2025 Überblick.csv",
      size: 21,
      file: { mimeType: "text/csv" },
      parentReference: { path: "/drive/root:/Documents/Reports", name: "Reports" },
    });
    const byId = await graph.get(`/me/drive/items/${byPath.body["id"]}?$select=name`);
    expect(byId.body).toEqual({
      "@odata.context": expect.any(String),
      name: "2025 Überblick.csv",
    });
    const drive = await graph.get("/me/drive");
    const byDrive = await graph.get(`/drives/${drive.body["id"]}/items/${byPath.body["id"]}`);
    expect(byDrive.body["id"]).toBe(byPath.body["id"]);
    expect((await graph.get("/drives/b!other/root")).status).toBe(404);
  });

  it("page by an opaque token", async () => {
    graph.world.settings.page_size = 3;
    const pages = await graph.pages("/me/drive/root/children?$select=name");
    expect(pages.map((page) => namesOf(page, "name"))).toEqual([
      ["Documents", "Large.bin", "Pictures"],
      ["Welcome.html"],
    ]);
    expect((await graph.get("/me/drive/root/children?$skip=1")).status).toBe(400);
  });

  it("that are unchanged answer 304", async () => {
    const item = await graph.get("/me/drive/root:/Welcome.html");
    const headers = { "if-none-match": String(item.body["eTag"]) };
    const again = await graph.get("/me/drive/root:/Welcome.html", { headers });
    expect([again.status, again.text]).toEqual([304, ""]);
    await graph.send("PUT", "/me/drive/root:/Welcome.html:/content", { body: "new" });
    expect((await graph.get("/me/drive/root:/Welcome.html", { headers })).status).toBe(200);
  });

  it.each([
    ["GET", "/me/drive/root:/nothing.txt", 404, "itemNotFound"],
    ["GET", "/me/drive/items/01NOTHING", 404, "itemNotFound"],
    ["GET", "/me/drive/root/content", 400, "invalidRequest"],
    ["DELETE", "/me/drive/root", 403, "accessDenied"],
    ["PUT", "/me/drive/root:/a%7Cb.txt:/content", 400, "invalidRequest"],
    ["POST", "/me/drive/root:/a.txt:/content", 405, "BadRequest"],
  ])("%s %s is %i %s", async (method, path, status, code) => {
    const said = await graph.send(method, path);
    expect([said.status, codeOf(said)]).toEqual([status, code]);
  });

  it("of a guest do not exist where it is a guest", async () => {
    const token = await graph.tokenOf("lin@fabrikam.example", ["Files.Read"], CONTOSO_TENANT);
    const said = await graph.get("/me/drive/root/children", { token });
    expect([said.status, codeOf(said)]).toEqual([404, "ResourceNotFound"]);
  });
});

describe("Content", () => {
  const NOTES = "/me/drive/root:/Documents/Notes.txt:/content";

  it("lies on a storage host that takes no token and serves ranges", async () => {
    const redirect = await graph.get(NOTES);
    const location = redirect.headers.get("location") ?? "";
    expect([redirect.status, redirect.text]).toEqual([302, ""]);
    expect(new URL(location).host).toBe("contoso-my.sharepoint.com");
    const whole = await graph.store("GET", location);
    expect([whole.status, whole.text]).toEqual([200, "The engine weaves algebraical patterns.\n"]);
    const part = await graph.store("GET", location, { headers: { range: "bytes=4-9" } });
    expect([part.status, part.text, part.headers.get("content-range")]).toEqual([
      206,
      "engine",
      "bytes 4-9/40",
    ]);
    const headers = { authorization: `Bearer ${graph.ada}` };
    expect((await graph.store("GET", location, { headers })).status).toBe(401);
    const outside = await graph.store("GET", location, { headers: { range: "bytes=40-" } });
    expect([outside.status, outside.headers.get("content-range")]).toEqual([416, "bytes */40"]);
  });

  it("cannot be had by a URL that was changed or has expired", async () => {
    const location = (await graph.get(NOTES)).headers.get("location") ?? "";
    expect((await graph.store("GET", `${location.slice(0, -2)}xx`)).status).toBe(401);
    graph.world.settings.clock_offset_s = 3601;
    expect((await graph.store("GET", location)).status).toBe(401);
  });

  it("is 201 for a new file, 200 for an old one, and makes folders on its way", async () => {
    const put = (body: string, query = "") =>
      graph.send("PUT", `/me/drive/root:/New/Sub/a.txt:/content${query}`, { body });
    const created = await put("one");
    const replaced = await put("three");
    expect([created.status, replaced.status]).toEqual([201, 200]);
    expect(replaced.body).toMatchObject({ id: created.body["id"], size: 5 });
    expect(replaced.body["cTag"]).not.toBe(created.body["cTag"]);
    const conflict = await put("x", "?@microsoft.graph.conflictBehavior=fail");
    expect([conflict.status, codeOf(conflict)]).toEqual([409, "nameAlreadyExists"]);
    const renamed = await put("x", "?@microsoft.graph.conflictBehavior=rename");
    expect([renamed.status, renamed.body["name"]]).toEqual([201, "a 1.txt"]);
  });

  it("can be put by parent id and name, or by the file's own id", async () => {
    const root = (await graph.get("/me/drive/root")).body["id"];
    const path = `/me/drive/items/${root}:/b.bin:/content`;
    const created = await graph.send("PUT", path, { body: new Uint8Array([0, 255]) });
    expect([created.status, created.body["size"]]).toEqual([201, 2]);
    const own = `/me/drive/items/${created.body["id"]}/content`;
    expect((await graph.send("PUT", own, { body: "abc" })).status).toBe(200);
    const location = (await graph.get(own)).headers.get("location") ?? "";
    expect((await graph.store("GET", location)).text).toBe("abc");
  });

  it("is not overwritten when If-Match names another state", async () => {
    const headers = { "if-match": '"{OLD},1"' };
    const said = await graph.send("PUT", NOTES, { body: "x", headers });
    expect([said.status, codeOf(said)]).toEqual([412, "resourceModified"]);
  });
});

describe("An upload session", () => {
  const open = async (path: string, behavior?: string) => {
    const item = behavior && { "@microsoft.graph.conflictBehavior": behavior };
    const json = item ? { item } : {};
    const said = await graph.send("POST", `${path}:/createUploadSession`, { json });
    return String(said.body["uploadUrl"]);
  };
  const put = (url: string, start: number, size: number, total: number, headers = {}) =>
    graph.store("PUT", url, {
      body: new Uint8Array(size).fill(7),
      headers: { "content-range": `bytes ${start}-${start + size - 1}/${total}`, ...headers },
    });
  const total = CHUNK_UNIT + 100;

  it("takes chunks in order and answers with the file", async () => {
    const url = await open("/me/drive/root:/Documents/big.bin");
    expect(new URL(url).host).toBe("contoso-my.sharepoint.com");
    const first = await put(url, 0, CHUNK_UNIT, total);
    expect([first.status, first.body["nextExpectedRanges"]]).toEqual([202, [`${CHUNK_UNIT}-`]]);
    const again = await put(url, 0, CHUNK_UNIT, total);
    expect([again.status, codeOf(again)]).toEqual([416, "invalidRange"]);
    const status = await graph.store("GET", url);
    expect(status.body["nextExpectedRanges"]).toEqual([`${CHUNK_UNIT}-`]);
    const last = await put(url, CHUNK_UNIT, 100, total);
    expect([last.status, last.body["size"]]).toEqual([201, total]);
    expect((await graph.get("/me/drive/root:/Documents/big.bin")).body["size"]).toBe(total);
    expect((await graph.store("GET", url)).status).toBe(404);
  });

  it("refuses a token", async () => {
    const url = await open("/me/drive/root:/big.bin");
    const said = await put(url, 0, 100, 100, { authorization: `Bearer ${graph.ada}` });
    expect([said.status, codeOf(said)]).toEqual([401, "unauthenticated"]);
    expect((await put(url, 0, 100, 100)).status).toBe(201);
  });

  it.each([
    ["fail", 409, "nameAlreadyExists", undefined],
    [undefined, 409, "nameAlreadyExists", undefined],
    ["replace", 200, undefined, "Welcome.html"],
    ["rename", 201, undefined, "Welcome 1.html"],
  ])("on a name that is taken, told to %s, ends with %i", async (behavior, status, code, name) => {
    const url = await open("/me/drive/root:/Welcome.html", behavior);
    const said = await put(url, 0, 10, 10);
    expect([said.status, codeOf(said), said.body["name"]]).toEqual([status, code, name]);
  });

  it("keeps the times of the file that it was told", async () => {
    const fileSystemInfo = { lastModifiedDateTime: "2021-01-01T00:00:00Z" };
    const said = await graph.send("POST", "/me/drive/root:/old.bin:/createUploadSession", {
      json: { item: { fileSystemInfo } },
    });
    await put(String(said.body["uploadUrl"]), 0, 10, 10);
    expect((await graph.get("/me/drive/root:/old.bin")).body).toMatchObject({ fileSystemInfo });
  });

  it("ends in the file as it is by then, or nowhere once its place is gone", async () => {
    const notes = "/me/drive/root:/Documents/Notes.txt";
    const { body } = await graph.get(notes);
    const openIt = async () => {
      const path = `/me/drive/items/${body["id"]}/createUploadSession`;
      return String((await graph.send("POST", path, { json: {} })).body["uploadUrl"]);
    };
    const [first, second] = [await openIt(), await openIt()];
    await graph.send("PATCH", notes, { json: { name: "Moved.txt" } });
    expect(await put(first, 0, 10, 10)).toMatchObject({
      status: 200,
      body: { id: body["id"], name: "Moved.txt", size: 10 },
    });
    const inFolder = await open("/me/drive/root:/Documents/new.bin");
    await graph.send("DELETE", "/me/drive/root:/Documents");
    for (const url of [second, inFolder]) {
      const said = await put(url, 0, 10, 10);
      expect([said.status, codeOf(said)]).toEqual([404, "itemNotFound"]);
    }
    expect((await graph.get(`/me/drive/items/${body["id"]}`)).status).toBe(404);
  });

  it("can be cancelled, and ends of itself", async () => {
    const url = await open("/me/drive/root:/c.bin");
    expect((await graph.store("DELETE", url)).status).toBe(204);
    expect((await put(url, 0, 10, 10)).status).toBe(404);
    const other = await open("/me/drive/root:/c.bin");
    graph.world.settings.clock_offset_s = 8 * 86_400;
    expect((await put(other, 0, 10, 10)).status).toBe(404);
  });

  it("with deferCommit waits for the client's word", async () => {
    const said = await graph.send("POST", "/me/drive/root:/d.bin:/createUploadSession", {
      json: { deferCommit: true },
    });
    const url = String(said.body["uploadUrl"]);
    const last = await put(url, 0, 10, 10);
    expect([last.status, last.body["nextExpectedRanges"]]).toEqual([202, []]);
    expect((await graph.get("/me/drive/root:/d.bin")).status).toBe(404);
    expect((await graph.store("POST", url)).status).toBe(201);
  });
});

describe("The changes of a drive", () => {
  it("begin with the root and mark what was deleted", async () => {
    const pages = await graph.pages("/me/drive/root/delta");
    const items = pages.flatMap(({ value }) => value ?? []);
    expect(items[0]).toHaveProperty("root");
    expect(items).toHaveLength(10);
    const folder = items.find(({ name }) => name === "Pictures");
    await graph.send("DELETE", `/me/drive/items/${folder?.id}`);
    await graph.send("PUT", "/me/drive/root:/new.txt:/content", { body: "x" });
    const next = await graph.get(pages.at(-1)?.["@odata.deltaLink"] ?? "");
    expect(next.body.value?.map((item) => ("deleted" in item ? "deleted" : item["name"]))).toEqual([
      "deleted",
      "deleted",
      "new.txt",
    ]);
  });

  it("begin from now with token=latest", async () => {
    const { body } = await graph.get("/me/drive/root/delta?token=latest");
    expect(body.value).toEqual([]);
    expect((await graph.get(body["@odata.deltaLink"] ?? "")).body.value).toEqual([]);
  });

  it("are gone with an old token, with a link to start again", async () => {
    const { body } = await graph.get("/me/drive/root/delta?token=latest");
    graph.world.reset();
    const said = await graph.get(body["@odata.deltaLink"] ?? "");
    expect([said.status, codeOf(said)]).toEqual([410, "resyncChangesApplyDifferences"]);
    const again = await graph.get(said.headers.get("location") ?? "");
    expect(again.body.value).toHaveLength(10);
  });
});
