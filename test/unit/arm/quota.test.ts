import { expect, it } from "vitest";
import { quotaOf } from "../../../src/arm/quota.ts";

it("reads every remaining-quota header as a number and leaves the rest", () => {
  const headers = new Headers({
    "content-type": "application/json",
    "x-ms-ratelimit-remaining-subscription-reads": "249",
    "X-Ms-Ratelimit-Remaining-Subscription-Global-Reads": "3749",
    "x-ms-ratelimit-remaining-tenant-writes": "soon",
    "x-ms-request-id": "1",
  });
  expect(quotaOf(headers)).toEqual({
    "x-ms-ratelimit-remaining-subscription-reads": 249,
    "x-ms-ratelimit-remaining-subscription-global-reads": 3749,
  });
});

it("reads the several buckets of one resource provider", () => {
  const headers = new Headers({
    "x-ms-ratelimit-remaining-resource":
      "Microsoft.Compute/HighCostGet3Min;107, Microsoft.Compute/HighCostGet30Min;541,broken",
  });
  expect(quotaOf(headers)).toEqual({
    "x-ms-ratelimit-remaining-resource/Microsoft.Compute/HighCostGet3Min": 107,
    "x-ms-ratelimit-remaining-resource/Microsoft.Compute/HighCostGet30Min": 541,
  });
});

it.each([
  ["99999999999999999999", { "x-ms-ratelimit-remaining-tenant-reads": 2 ** 53 - 1 }],
  ["9".repeat(400), { "x-ms-ratelimit-remaining-tenant-reads": 2 ** 53 - 1 }],
  ["12.5", {}],
  ["-1", {}],
  ["1e3", {}],
  ["", {}],
  ["a b;7, <script>;8, ;9, A/B;10", { "x-ms-ratelimit-remaining-tenant-reads/A/B": 10 }],
  [`${"x".repeat(200)};7`, {}],
  ["A/B;7.5,A/C;many,A/D", {}],
])("reads %s into whole numbers under plain names", (value, expected) => {
  expect(quotaOf(new Headers({ "x-ms-ratelimit-remaining-tenant-reads": value }))).toEqual(
    expected,
  );
});

it("is empty for headers without quota", () => {
  expect(quotaOf(new Headers())).toEqual({});
});
