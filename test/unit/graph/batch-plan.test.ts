import { describe, expect, it } from "vitest";
import type { BatchRequest } from "../../../src/contract/batch.ts";
import { batchItems, batchParts, type BatchItem } from "../../../src/graph/batch-plan.ts";

const get = (changes: Partial<BatchRequest> = {}): BatchRequest => ({
  method: "GET",
  url: "/me",
  ...changes,
});
const many = (count: number, change: (place: number) => Partial<BatchRequest> = () => ({})) =>
  Array.from({ length: count }, (_, place) => get({ id: `r${place}`, ...change(place) }));
const items = (requests: BatchRequest[]): BatchItem[] => {
  const result = batchItems(requests);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};

describe("batchItems", () => {
  it("gives ids to requests without one and a type to bodies without one", () => {
    expect(
      items([
        get({ method: "post", body: { a: 1 } }),
        get({ body: "eA==", headers: { "content-type": "text/plain" }, dependsOn: ["1"] }),
      ]),
    ).toEqual([
      {
        id: "1",
        method: "POST",
        url: "/me",
        body: { a: 1 },
        headers: { "Content-Type": "application/json" },
      },
      {
        id: "2",
        method: "GET",
        url: "/me",
        body: "eA==",
        headers: { "content-type": "text/plain" },
        dependsOn: ["1"],
      },
    ]);
  });

  it.each<[string, BatchRequest[], string]>([
    ["an id used twice", [get({ id: "a" }), get({ id: "a" })], "requests[1].id"],
    ["ids that differ by letter case", [get({ id: "Ab" }), get({ id: "aB" })], "requests[1].id"],
    ["an id like a place counted before", [get(), get({ id: "1" })], "requests[1].id"],
    ["an empty id", [get({ id: "" })], "requests[0].id"],
    ["a lone surrogate in a url", [get(), get({ url: "/me/\ud800" })], "requests[1].url"],
    ["an unknown method", [get(), get({ method: "TRACE" })], "requests[1].method"],
    ["an absolute url", [get({ url: "https://evil.example/" })], "requests[0].url"],
    ["a url without its slash", [get({ url: "me" })], "requests[0].url"],
    ["a url of another host", [get({ url: "//evil.example" })], "requests[0].url"],
    ["a url that climbs", [get({ url: "/me/../../beta" })], "requests[0].url"],
    ["a url that climbs encoded", [get({ url: "/me/%2e%2e%2fx" })], "requests[0].url"],
    ["a batch in the batch", [get({ url: "/$batch" })], "requests[0].url"],
    ["an unknown dependency", [get({ dependsOn: ["x"] })], "requests[0].dependsOn"],
    [
      "a dependency on a later one",
      [get({ id: "a", dependsOn: ["b"] }), get({ id: "b" })],
      "requests[0].dependsOn",
    ],
    ["a dependency on itself", [get({ id: "a", dependsOn: ["a"] })], "requests[0].dependsOn"],
    [
      "a chain of 21",
      many(21, (place) => (place === 0 ? {} : { dependsOn: [`r${place - 1}`] })),
      "requests[20].dependsOn",
    ],
  ])("refuses %s", (_, requests, field) => {
    expect(batchItems(requests)).toMatchObject({
      ok: false,
      error: { code: "invalid_request", details: { field } },
    });
  });
});

describe("batchParts", () => {
  const ids = (requests: BatchRequest[]) =>
    batchParts(items(requests)).map((part) => part.map(({ id }) => id));

  it.each([
    [0, []],
    [1, [1]],
    [20, [20]],
    [21, [20, 1]],
    [45, [20, 20, 5]],
  ])("splits %i requests at 20", (count, sizes) => {
    expect(ids(many(count)).map((part) => part.length)).toEqual(sizes);
  });

  it("keeps what depends on each other together and in order", () => {
    const parts = ids(many(30, (place) => (place === 29 ? { dependsOn: ["r3", "r7"] } : {})));
    expect(parts.map((part) => part.length)).toEqual([20, 10]);
    const home = parts.find((part) => part.includes("r29"));
    expect(home).toEqual(expect.arrayContaining(["r3", "r7"]));
    expect(home?.indexOf("r29")).toBeGreaterThan(home?.indexOf("r7") ?? 99);
  });

  it("joins groups that a later request brings together", () => {
    const requests = [
      get({ id: "a" }),
      get({ id: "b" }),
      get({ id: "a2", dependsOn: ["a"] }),
      get({ id: "both", dependsOn: ["a2", "b"] }),
      ...many(18),
    ];
    const parts = ids(requests);
    expect(parts.find((part) => part.includes("both"))?.slice(0, 4)).toEqual([
      "a",
      "b",
      "a2",
      "both",
    ]);
    expect(parts.flat()).toHaveLength(22);
  });
});
