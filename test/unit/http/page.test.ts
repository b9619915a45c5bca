import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AzureError, failure } from "../../../src/contract/errors.ts";
import {
  PagedItems,
  readListBody,
  type PageAnswer,
  type PageRequest,
} from "../../../src/http/page.ts";
import { err, ok } from "../../../src/contract/result.ts";
import { collect } from "./collect.ts";
import { oddJson, oddRecord } from "./odd-json.ts";

function pages(answers: Record<string, PageAnswer<number>>) {
  const asked: PageRequest[] = [];
  const list = new PagedItems<number>(async (request) => {
    asked.push(request);
    const answer = answers[request.link ?? "first"];
    return answer === undefined ? err(failure("not_found", "No such page.")) : ok(answer);
  });
  return { asked, list };
}

const three = {
  first: { items: [1, 2], nextLink: "b", count: 3 },
  b: { items: [], nextLink: "c" },
  c: { items: [3] },
};

describe("PagedItems", () => {
  it("goes on past an empty page that has a link", async () => {
    expect(await collect(pages(three).list)).toEqual([1, 2, 3]);
  });

  it("hands out pages, each with the token of the next", async () => {
    expect(await collect(pages(three).list.byPage())).toEqual([
      { items: [1, 2], continuationToken: "b", count: 3 },
      { items: [], continuationToken: "c" },
      { items: [3] },
    ]);
  });

  it("goes on from a continuation token", async () => {
    const { asked, list } = pages(three);
    const rest = await collect(list.byPage({ continuationToken: "b", maxPageSize: 5 }));
    expect(rest.flatMap(({ items }) => items)).toEqual([3]);
    expect(asked[0]).toEqual({ link: "b", maxPageSize: 5 });
  });

  it("asks for nothing that is not read", async () => {
    const { asked, list } = pages(three);
    for await (const item of list) if (item === 2) break;
    expect(asked).toHaveLength(1);
  });

  it("can be read twice", async () => {
    const { list } = pages(three);
    expect(await collect(list)).toEqual(await collect(list));
  });

  it.each([
    ["itself", { b: { items: [2], nextLink: "b" } }],
    ["the page before", { b: { items: [2], nextLink: "c" }, c: { items: [3], nextLink: "b" } }],
  ])("refuses a page that leads to %s, also to who reads one page alone", async (_, answers) => {
    const { list } = pages(answers);
    const byPage = list.byPage({ continuationToken: "b" });
    const read = async () => {
      for (let page = 0; page < 3; page += 1) await byPage.next();
    };
    const error = await read().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "upstream_error", details: { reason: "repeated_link" } });
  });

  it("stops at a link that it has followed before", async () => {
    const { list } = pages({
      first: { items: [1], nextLink: "b" },
      b: { items: [2], nextLink: "b" },
    });
    const error = await collect(list).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AzureError);
    expect(error).toMatchObject({ code: "upstream_error", details: { reason: "repeated_link" } });
  });

  it("throws the failure of a page", async () => {
    const { list } = pages({ first: { items: [1], nextLink: "gone" } });
    const error = await collect(list).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "not_found", status: 404 });
  });
});

const graph = "https://graph.microsoft.com";
const next = `${graph}/v1.0/next`;

/** A failure of Microsoft's, or what stands in the body and nothing else. */
function isFair(read: ReturnType<typeof readListBody>, body: unknown): boolean {
  if (!read.ok) return read.error.code === "upstream_error";
  const { items, nextLink = "", count = 0 } = read.value;
  const { value, "@odata.nextLink": link = "" } = body as Record<string, unknown>;
  const isLink = nextLink === link || (nextLink === "" && String(link ?? "").trim() === "");
  return items === value && isLink && Number.isSafeInteger(count);
}

describe("readListBody", () => {
  it.each<[string, Record<string, unknown>, PageAnswer<unknown>]>([
    ["a page in the middle", { "@odata.nextLink": next }, { items: [1], nextLink: next }],
    ["a page without a link", {}, { items: [1] }],
    ["a link that is null", { "@odata.nextLink": null }, { items: [1] }],
    ["a link that is empty", { "@odata.nextLink": "" }, { items: [1] }],
    ["a link of blanks", { "@odata.nextLink": " " }, { items: [1] }],
    ["a link of ARM's name in a list of Graph", { nextLink: next }, { items: [1] }],
    ["a count as text", { "@odata.count": "7" }, { items: [1], count: 7 }],
    ["a count that is none", { "@odata.count": [7] }, { items: [1] }],
    ["a count beyond all", { "@odata.count": 1e300 }, { items: [1], count: 2 ** 53 - 1 }],
  ])("reads %s", (_, more, expected) => {
    const body = { value: [1], ...more };
    expect(readListBody(graph, body, "@odata.nextLink")).toEqual({ ok: true, value: expected });
  });

  it.each<[string, unknown, string]>([
    ["a list itself", [1], "no_collection"],
    ["nothing", undefined, "no_collection"],
    ["null", null, "no_collection"],
    ["a text", "value", "no_collection"],
    ["no items", { nextLink: null }, "no_collection"],
    ["items that are an object", { value: { 0: 1, length: 1 } }, "no_collection"],
    ["items that are null", { value: null }, "no_collection"],
    ["a link that is a number", { value: [], nextLink: 2 }, "unreadable_link"],
    ["a link that is false", { value: [], nextLink: false }, "unreadable_link"],
    ["a link in a list", { value: [], nextLink: [next] }, "unreadable_link"],
    ["a link in an object", { value: [], nextLink: { href: next } }, "unreadable_link"],
    ["a link to another host", { value: [], nextLink: "https://evil.example/" }, "foreign_link"],
    ["a link to another scheme", { value: [], nextLink: "file:///etc/passwd" }, "foreign_link"],
    [
      "a link with a password",
      { value: [], nextLink: "https://a:b@graph.microsoft.com/" },
      "foreign_link",
    ],
    ["a link without a scheme", { value: [], nextLink: "//evil.example/x" }, "foreign_link"],
  ])("does not take %s for a list that ends", (_, body, reason) => {
    expect(readListBody(graph, body, "nextLink")).toMatchObject({
      ok: false,
      error: { code: "upstream_error", details: { reason } },
    });
  });

  it("reads any JSON into a page, or into upstream_error", () => {
    const names = ["value", "@odata.nextLink", "@odata.count"];
    fc.assert(
      fc.property(fc.oneof(oddJson(names), oddRecord(names)), (body) => {
        expect(isFair(readListBody(graph, body, "@odata.nextLink"), body)).toBe(true);
      }),
    );
  });
});
