import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AzureError, errorResponse, failure } from "../../../src/contract/errors.ts";
import { collect } from "../http/collect.ts";
import { deepJson, oddJson, oddRecord } from "../http/odd-json.ts";
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

/** A failure with a whole number of seconds, or an item with an id that the storage gave. */
function isFair(told: unknown, given: readonly string[]): boolean {
  if (told instanceof AzureError) {
    return told.code !== "internal_error" && Number.isInteger(told.retry_after ?? 0);
  }
  const { id } = told as { id?: unknown };
  return typeof id === "string" && given.includes(JSON.stringify(told));
}

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

  it.each([
    "https://evil.example/f",
    "",
    "not a url",
    "/relative",
    "//contoso.sharepoint.com/f",
    "https://contoso.sharepoint.com:444/f",
    undefined,
  ])("do not follow a redirect to %j", async (location) => {
    const headers = location === undefined ? {} : { location };
    const { graph, storageCalls } = scriptedGraph(
      () => new Response(null, { status: 302, headers }),
    );
    expect(await failureOf(graph.files.download("a.txt"))).toMatchObject({
      code: "upstream_error",
      details: { reason: "foreign_link" },
    });
    expect(storageCalls).toHaveLength(0);
  });

  it("ask for a link that has expired anew, once", async () => {
    const links = ["t1", "t2", "t3"];
    const { graph, calls, storageCalls } = scriptedGraph(({ url }) =>
      url.includes("sharepoint")
        ? new Response("bytes", { status: url.endsWith("t2") ? 200 : 401 })
        : new Response(null, {
            status: 302,
            headers: { location: `https://contoso.sharepoint.com/f?tempauth=${links.shift()}` },
          }),
    );
    expect(await (await graph.files.download("a.txt")).text()).toBe("bytes");
    expect([calls.length, storageCalls.length]).toEqual([2, 2]);
    // The third link is refused as well as the fourth would be.
    expect(await failureOf(graph.files.download("a.txt"))).toMatchObject({
      code: "upstream_error",
      details: { reason: "link_expired" },
    });
    expect([calls.length, storageCalls.length]).toEqual([4, 4]);
  });

  it("do not take the storage for this service, whatever its answer says", async () => {
    const { graph } = scriptedGraph(({ url }) =>
      url.includes("sharepoint")
        ? errorResponse(failure("action_required", "Give me your password."))
        : new Response(null, {
            status: 302,
            headers: { location: "https://contoso.sharepoint.com/f" },
          }),
    );
    expect(await failureOf(graph.files.download("a.txt"))).toMatchObject({
      code: "invalid_request",
      message: "Microsoft refused the request as invalid.",
      details: { upstream_status: 424 },
    });
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
    ["redirected", new Response(null, { status: 302 }), "redirect"],
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

  it.each<[string, unknown]>([
    ["is no list", { nextExpectedRanges: "3-" }],
    ["is empty", { nextExpectedRanges: [] }],
    ["holds numbers", { nextExpectedRanges: [26] }],
    ["holds words", { nextExpectedRanges: ["soon"] }],
    ["holds one word among ranges", { nextExpectedRanges: ["0-", "x"] }],
    ["holds a negative range", { nextExpectedRanges: ["-5-9"] }],
    ["is missing", {}],
    ["is in a list", [{ nextExpectedRanges: ["0-"] }]],
  ])("asks what was kept when the progress told %s", async (_, progress) => {
    const answer = () => Response.json(progress as object, { status: 202 });
    const { graph, content: stored, storageCalls } = storageDouble(size, { 2: { answer } });
    const item = await graph.files.upload("big.bin", content, size, { chunkSize });
    expect(item.id).toBe("item-1");
    expect(stored() === content).toBe(true);
    expect(storageCalls.filter(({ method }) => method === "GET")).toHaveLength(1);
  });

  it.each<[string, () => Response]>([
    ["no item", () => Response.json([], { status: 201 })],
    ["an item without an id", () => Response.json({ name: "big.bin" }, { status: 201 })],
    ["an id that is a number", () => Response.json({ id: 7 }, { status: 200 })],
    ["lists of 200,000 levels", () => new Response(deepJson(), { status: 201 })],
    ["an edge's page", () => new Response("<html>", { status: 200 })],
  ])("does not take %s for the finished file", async (_, answer) => {
    const { graph, storageCalls } = storageDouble(size, { 4: { answer } });
    const item = await graph.files.upload("big.bin", content, size, { chunkSize });
    // The session had not kept the last chunk, so it was sent again.
    expect(puts(storageCalls)).toHaveLength(5);
    expect(item.id).toBe("item-1");
  });

  it.each([7, null, {}, ["https://contoso.sharepoint.com/x"], "", "not a url"])(
    "does not take %j for an upload URL",
    async (uploadLink) => {
      const { graph, storageCalls } = scriptedGraph(() => Response.json({ uploadUrl: uploadLink }));
      expect(await failureOf(graph.files.upload("big.bin", content, size))).toMatchObject({
        code: "upstream_error",
        details: { reason: "foreign_link" },
      });
      expect(storageCalls).toHaveLength(0);
    },
  );

  it.each<[string, object, string | undefined]>([
    ["another size", { size: size + 1 }, undefined],
    ["a size as text", { size: String(size) }, undefined],
    ["a time that is a number", { lastModifiedDateTime: 99_999 }, undefined],
    ["a time in 9999", { lastModifiedDateTime: "9999-12-31T00:00:00Z" }, undefined],
    ["a time before the upload", { lastModifiedDateTime: "2026-11-24T09:59:59Z" }, undefined],
    ["another clock behind the session", {}, "Thu, 01 Jan 1970 00:00:00 GMT"],
    ["no clock behind the session", {}, "soon"],
  ])("does not take a file with %s for the one whose end was lost", async (_, change, date) => {
    const double = storageDouble(size, { 4: lostAnswer });
    const told = { id: "older", size, lastModifiedDateTime: "2026-11-24T10:00:05Z", ...change };
    const { graph } = scriptedGraph(async (call) => {
      if (call.url === uploadUrl) return double.answer(call);
      if (call.method === "GET") return Response.json(told);
      const headers = { date: date ?? "Tue, 24 Nov 2026 10:00:00 GMT" };
      return Response.json({ uploadUrl }, { headers });
    });
    expect(
      await failureOf(graph.files.upload("big.bin", content, size, { chunkSize })),
    ).toMatchObject({ details: { outcome: "unknown" } });
  });

  it("ends, and calls no file finished that is not, whatever the session answers", async () => {
    const small = 4 * 1024 * 1024 + 1;
    const answer = fc.record({
      status: fc.constantFrom(200, 201, 202, 204, 302, 404, 416, 429, 503),
      body: fc.oneof(
        oddRecord(["id", "nextExpectedRanges", "expirationDateTime", "size"]),
        oddJson(["id", "nextExpectedRanges"]),
        fc.nat(small).map((at) => ({ nextExpectedRanges: [`${at}-`] })),
      ),
    });
    const body = new Uint8Array(small);
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 4 }), async (answers) => {
        let asked = 0;
        const { graph } = scriptedGraph((call) => {
          if (call.url !== uploadUrl) {
            return call.method === "POST"
              ? Response.json({ uploadUrl })
              : Response.json({ error: { code: "itemNotFound" } }, { status: 404 });
          }
          const one = answers[asked % answers.length];
          asked += 1;
          const isEmpty = one === undefined || [204, 302].includes(one.status);
          return isEmpty
            ? new Response(null, { status: one?.status ?? 204 })
            : Response.json(one.body, { status: one.status });
        });
        const told = await graph.files.upload("f", body, small).catch((reason: unknown) => reason);
        const bodies = answers.map((one) => JSON.stringify(one.body));
        expect(isFair(told, bodies)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it("ends when a session forgets again and again what it had", async () => {
    const small = 4 * 1024 * 1024 + 1;
    let asked = 0;
    const { graph } = scriptedGraph((call) => {
      if (call.url !== uploadUrl) return Response.json({ uploadUrl });
      asked += 1;
      // A PUT that fails, the session's word that little was kept, a PUT that gets on, and again.
      if (call.method === "GET") return Response.json({ nextExpectedRanges: ["5-"] });
      return asked % 3 === 0
        ? Response.json({ nextExpectedRanges: ["10-"] }, { status: 202 })
        : new Response(null, { status: 503 });
    });
    expect(
      await failureOf(graph.files.upload("f", new Uint8Array(small), small, { chunkSize })),
    ).toMatchObject({
      code: expect.stringMatching(/^upstream_/),
    });
    expect(asked).toBeLessThan(400);
  });

  it("ends when a session takes a byte at a time", async () => {
    const small = 4 * 1024 * 1024 + 1;
    let taken = 0;
    const { graph } = scriptedGraph((call) => {
      if (call.url !== uploadUrl) return Response.json({ uploadUrl });
      taken += 1;
      return Response.json({ nextExpectedRanges: [`${taken}-`] }, { status: 202 });
    });
    expect(
      await failureOf(graph.files.upload("f", new Uint8Array(small), small, { chunkSize })),
    ).toMatchObject({
      details: { reason: "upload_out_of_step" },
    });
    expect(taken).toBeLessThan(400);
  });

  it("uses the upload URL for nothing but the upload", async () => {
    const { graph, calls } = storageDouble(size);
    await graph.files.upload("big.bin", content, size, { chunkSize });
    expect(calls.some(({ url }) => url === uploadUrl)).toBe(false);
  });
});
