import { describe, expect, it } from "vitest";
import { collect } from "../http/collect.ts";
import { failureOf, scriptedGraph } from "./scripted-graph.ts";
import { storageDouble, uploadUrl, type Fault } from "./storage-double.ts";

const unit = 320 * 1024;
const size = 13 * unit + 5;
const content =
  Array.from({ length: 13 }, (_, place) => String.fromCharCode(97 + place).repeat(unit)).join("") +
  "tail!";
const chunkSize = 4 * unit;
const lostAnswer: Fault = { lose: "answer" };
const lostRequest: Fault = { lose: "request" };

const puts = (calls: { method: string; headers: Headers }[]) =>
  calls
    .filter(({ method }) => method === "PUT")
    .map(({ headers }) => headers.get("content-range")?.replace("bytes ", ""));

describe("list, stat and download", () => {
  it("address items by their path from the root", async () => {
    const { graph, calls } = scriptedGraph(() => Response.json({ value: [] }));
    await collect(graph.files.list());
    await collect(graph.files.list("Docs/Q1 report"));
    await collect(graph.files.list("a", { drive: "b!1" }));
    await collect(graph.files.list("a", { user: "ada" }));
    await graph.files.stat("a/b.txt");
    expect(calls.map(({ path }) => path)).toEqual([
      "/v1.0/me/drive/root/children",
      "/v1.0/me/drive/root:/Docs/Q1%20report:/children",
      "/v1.0/drives/b!1/root:/a:/children",
      "/v1.0/users/ada/drive/root:/a:/children",
      "/v1.0/me/drive/root:/a/b.txt",
    ]);
  });

  it("refuse a path that climbs", async () => {
    const { graph, calls } = scriptedGraph(() => Response.json({}));
    for (const work of [
      collect(graph.files.list("../x")),
      graph.files.stat("a/../b"),
      graph.files.download(".."),
      graph.files.upload("..", "", 0),
      graph.files.upload("/", "", 0),
    ]) {
      expect(await failureOf(work)).toMatchObject({ details: { field: "path" } });
    }
    expect(calls).toHaveLength(0);
  });

  it("stream what the connection has followed", async () => {
    const { graph, calls } = scriptedGraph(() => new Response("bytes", { status: 206 }));
    const answer = await graph.files.download("a.txt", { range: "bytes=0-4" });
    expect([answer.status, await answer.text()]).toEqual([206, "bytes"]);
    expect(calls[0]?.headers.get("range")).toBe("bytes=0-4");
  });

  it("follow a redirect to the storage without the token's fetch", async () => {
    const { graph, calls, storageCalls } = scriptedGraph(({ url }) =>
      url.includes("sharepoint")
        ? new Response("bytes")
        : new Response(null, {
            status: 302,
            headers: { location: "https://contoso.sharepoint.com/f?tempauth=t" },
          }),
    );
    const answer = await graph.files.download("a.txt", { range: "bytes=0-4" });
    expect(await answer.text()).toBe("bytes");
    expect(calls).toHaveLength(1);
    expect(storageCalls[0]?.headers.get("range")).toBe("bytes=0-4");
    expect(storageCalls[0]?.headers.has("authorization")).toBe(false);
  });

  it("do not follow a redirect out of Microsoft's storage", async () => {
    const { graph, storageCalls } = scriptedGraph(
      () => new Response(null, { status: 302, headers: { location: "https://evil.example/f" } }),
    );
    expect(await failureOf(graph.files.download("a.txt"))).toMatchObject({
      details: { reason: "foreign_link" },
    });
    expect(storageCalls).toHaveLength(0);
  });
});

describe("upload of a small file", () => {
  it("puts it in one request", async () => {
    const { graph, calls } = scriptedGraph(() => Response.json({ id: "i" }, { status: 201 }));
    const options = { contentType: "text/plain", conflictBehavior: "fail" } as const;
    expect(await graph.files.upload("a b.txt", "hello", 5, options)).toEqual({ id: "i" });
    expect(calls[0]).toMatchObject({
      method: "PUT",
      path: "/v1.0/me/drive/root:/a%20b.txt:/content?@microsoft.graph.conflictBehavior=fail",
      body: "hello",
    });
    expect(calls[0]?.headers.get("content-type")).toBe("text/plain");
  });

  it("can be empty", async () => {
    const { graph, calls } = scriptedGraph(() => Response.json({ id: "i" }, { status: 201 }));
    await graph.files.upload("a", new Uint8Array(), 0);
    expect(calls[0]?.body).toBe("");
  });

  it.each([4, 6, -1, 1.5])("refuses a size of %d for five bytes", async (wrong) => {
    const { graph, calls } = scriptedGraph(() => Response.json({ id: "i" }));
    expect(await failureOf(graph.files.upload("a", "hello", wrong))).toMatchObject({
      code: "invalid_request",
      details: { field: "size" },
    });
    expect(calls).toHaveLength(0);
  });

  it("is repeated where it replaces, and not where a second file would come of it", async () => {
    for (const [conflictBehavior, expected] of [
      ["replace", 8],
      ["rename", 1],
    ] as const) {
      const { graph, calls } = scriptedGraph(() => Promise.reject(new TypeError("reset")));
      await failureOf(graph.files.upload("a", "x", 1, { conflictBehavior }));
      expect(calls).toHaveLength(expected);
    }
  });
});

describe("upload of a large file", () => {
  it("goes through a session in chunks of whole 320 KiB", async () => {
    const { graph, calls, storageCalls, content: stored } = storageDouble(size);
    const item = await graph.files.upload("big.bin", content, size, { chunkSize: chunkSize + 7 });
    expect(item.id).toBe("item-1");
    expect(stored() === content).toBe(true);
    expect(calls.map(({ path }) => path)).toEqual([
      "/v1.0/me/drive/root:/big.bin:/createUploadSession",
    ]);
    expect(puts(storageCalls)).toEqual([
      `0-${chunkSize - 1}/${size}`,
      `${chunkSize}-${2 * chunkSize - 1}/${size}`,
      `${2 * chunkSize}-${3 * chunkSize - 1}/${size}`,
      `${3 * chunkSize}-${size - 1}/${size}`,
    ]);
    expect(storageCalls.some(({ headers }) => headers.has("authorization"))).toBe(false);
  });

  it.each<[string, Record<number, Fault>]>([
    ["the request of the third chunk", { 3: lostRequest }],
    ["the answer of the third chunk", { 3: lostAnswer }],
    ["half of the third chunk", { 3: { keep: 2 * unit } }],
    ["the third chunk again and again", { 3: lostRequest, 4: lostRequest, 5: { keep: unit } }],
    ["every second answer", { 1: lostAnswer, 3: lostAnswer, 5: lostRequest }],
    ["the answer of the last chunk", { 4: lostAnswer }],
    ["the request of the last chunk", { 4: lostRequest }],
    [
      "a chunk to throttling",
      { 2: { answer: () => new Response(null, { status: 429, headers: { "retry-after": "3" } }) } },
    ],
    ["a chunk to a 503", { 2: { answer: () => new Response("<html>", { status: 503 }) } }],
  ])("survives the loss of %s", async (_, faults) => {
    const { graph, content: stored, storageCalls } = storageDouble(size, faults);
    const item = await graph.files.upload("big.bin", content, size, { chunkSize });
    expect(item.id).toBe("item-1");
    expect(stored() === content).toBe(true);
    expect(storageCalls.some(({ method }) => method === "DELETE")).toBe(false);
  });

  it("resumes from a stream, holding one chunk", async () => {
    const { graph, content: stored } = storageDouble(size, { 2: { keep: unit } });
    const stream = new Blob([content]).stream();
    await graph.files.upload("big.bin", stream, size, { chunkSize });
    expect(stored() === content).toBe(true);
  });

  it("gives up on a chunk that never arrives, cancels, and does not call it unknown", async () => {
    const always = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [at + 2, lostRequest]));
    const { graph, storageCalls } = storageDouble(size, always);
    const reason = await failureOf(graph.files.upload("big.bin", content, size, { chunkSize }));
    expect(reason).toMatchObject({ code: "upstream_unavailable" });
    expect(reason).not.toHaveProperty("details.outcome");
    expect(storageCalls.at(-1)?.method).toBe("DELETE");
  });

  it("calls a last chunk unknown whose answer is lost and whose file may be an older one", async () => {
    const { graph, storageCalls } = storageDouble(size, { 4: lostAnswer });
    const options = { chunkSize, conflictBehavior: "rename" } as const;
    expect(await failureOf(graph.files.upload("big.bin", content, size, options))).toMatchObject({
      code: "upstream_unavailable",
      details: { outcome: "unknown" },
    });
    expect(storageCalls.some(({ method }) => method === "DELETE")).toBe(false);
  });

  it.each([
    ["quota", 507, "upstream_error"],
    ["a taken name", 409, "conflict"],
  ])("fails on %s without repeating the chunk", async (_, status, code) => {
    const { graph, storageCalls } = storageDouble(size, {
      4: { answer: () => new Response(null, { status }) },
    });
    expect(
      await failureOf(graph.files.upload("big.bin", content, size, { chunkSize })),
    ).toMatchObject({ code });
    expect(puts(storageCalls)).toHaveLength(4);
  });

  it.each([
    ["expired", new Response(null, { status: 404 }), "upload_session_lost"],
    ["no longer accepted", new Response(null, { status: 401 }), "link_expired"],
    ["redirected", new Response(null, { status: 302 }), "foreign_link"],
  ])("fails on a session that is %s", async (_, answer, reason) => {
    const { graph, storageCalls } = storageDouble(size, { 2: { answer: () => answer } });
    expect(
      await failureOf(graph.files.upload("big.bin", content, size, { chunkSize })),
    ).toMatchObject({
      code: "upstream_error",
      details: { reason },
    });
    expect(puts(storageCalls)).toHaveLength(2);
  });

  it.each([size - 1, size + 1])(
    "cancels when the body is not of the size told (%d)",
    async (told) => {
      const { graph, storageCalls } = storageDouble(told);
      expect(
        await failureOf(graph.files.upload("big.bin", content, told, { chunkSize })),
      ).toMatchObject({
        code: "invalid_request",
        details: { field: "size" },
      });
      expect(storageCalls.at(-1)?.method).toBe("DELETE");
    },
  );

  it("never sends bytes to a foreign host, nor names the link in its error", async () => {
    const { graph, storageCalls } = scriptedGraph(() =>
      Response.json({ uploadUrl: "https://evil.example/upload?sig=secret" }),
    );
    const reason = await failureOf(graph.files.upload("big.bin", content, size));
    expect(reason).toMatchObject({ code: "upstream_error", details: { reason: "foreign_link" } });
    expect(JSON.stringify(reason) + String(reason)).not.toContain("evil.example");
    expect(storageCalls).toHaveLength(0);
  });

  it("refuses chunks below 320 KiB", async () => {
    const { graph } = storageDouble(size);
    expect(
      await failureOf(graph.files.upload("b", content, size, { chunkSize: 1000 })),
    ).toMatchObject({
      details: { field: "chunkSize" },
    });
  });

  it("uses the upload URL for nothing but the upload", async () => {
    const { graph, calls } = storageDouble(size);
    await graph.files.upload("big.bin", content, size, { chunkSize });
    expect(calls.some(({ url }) => url === uploadUrl)).toBe(false);
  });
});
