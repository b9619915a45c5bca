import { describe, expect, it } from "vitest";
import { AzureError, failure } from "../../../src/errors.ts";
import { PagedItems, type PageAnswer, type PageRequest } from "../../../src/http/page.ts";
import { err, ok } from "../../../src/result.ts";
import { collect } from "./collect.ts";

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

  it("ends at an empty link", async () => {
    const { list } = pages({ first: { items: [1], nextLink: "" } });
    expect(await collect(list.byPage())).toEqual([{ items: [1] }]);
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
