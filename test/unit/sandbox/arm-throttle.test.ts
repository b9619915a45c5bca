import { describe, expect, it } from "vitest";
import { Throttle } from "../../sandbox/arm/throttle.ts";

const scope = { kind: "subscription", id: "s", principal: "ada" } as const;

function drain(throttle: Throttle, times: number, now: number) {
  return Array.from({ length: times }, () => throttle.take(scope, "reads", now)).filter(
    ({ allowed }) => allowed,
  ).length;
}

describe("ARM's token bucket", () => {
  it("holds 250 reads, counts them down and gives 25 back a second", () => {
    const throttle = new Throttle();
    expect(throttle.take(scope, "reads", 0)).toMatchObject({
      headers: {
        "x-ms-ratelimit-remaining-subscription-reads": "249",
        "x-ms-ratelimit-remaining-subscription-global-reads": "3749",
      },
    });
    expect(drain(throttle, 300, 0)).toBe(249);
    expect(drain(throttle, 300, 1000)).toBe(25);
    expect(drain(throttle, 300, 60_000)).toBe(250);
  });

  it("refuses with the seconds to wait, in header and words", () => {
    const throttle = new Throttle();
    drain(throttle, 250, 0);
    expect(throttle.take(scope, "reads", 0)).toMatchObject({
      allowed: false,
      refusal: {
        status: 429,
        headers: { "retry-after": "1" },
        body: {
          error: {
            code: "SubscriptionRequestsThrottled",
            message: expect.stringContaining("Please try again after '1' seconds"),
          },
        },
      },
    });
  });

  it("keeps principals, kinds of operation and scopes apart", () => {
    const throttle = new Throttle();
    drain(throttle, 250, 0);
    expect(throttle.take({ ...scope, principal: "grace" }, "reads", 0).allowed).toBe(true);
    expect(throttle.take(scope, "writes", 0).allowed).toBe(true);
    expect(throttle.take({ ...scope, kind: "tenant" }, "reads", 0).allowed).toBe(true);
  });
});
