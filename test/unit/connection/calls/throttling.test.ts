import { expect, test } from "vitest";
import { Throttling } from "../../../../src/connection/calls/throttling.ts";
import { signedInConnection, start } from "../support/connection.ts";

const arm = {
  target: {
    resource: "arm",
    subscription: undefined,
    resourceGraph: false,
    url: new URL("https://management.azure.com/subscriptions?api-version=2022-12-01"),
  },
  scope: "arm:tenant:read",
} as const;

/** Microsoft's answers to calls of a signed-in connection, and what is told of them. */
function throttled() {
  const { state, events } = signedInConnection();
  const cooled: string[] = [];
  const throttling = new Throttling({
    state,
    now: () => start,
    rearm: () => undefined,
    cooled: (service) => cooled.push(service),
  });
  const tooMany = () =>
    new Response(null, {
      status: 429,
      headers: { "retry-after": "30", "x-ms-ratelimit-remaining-tenant-reads": "0" },
    });
  return { state, events, cooled, throttling, tooMany };
}

test("a 429 begins a cool-down, and emits it", () => {
  const { state, events, cooled, throttling, tooMany } = throttled();
  throttling.record({ ...arm, ends: state.ends }, tooMany());
  expect(throttling.check(arm.target, arm.scope)).toMatchObject({
    code: "throttled",
    retry_after: 30,
  });
  expect(events.map(({ type }) => type)).toEqual(["call.throttled"]);
  expect(cooled).toEqual(["arm"]);
  expect(Object.keys(throttling.armQuota)).toHaveLength(1);
});

test("the last query of a user's quota begins one until the quota is filled again", () => {
  const { state, events, throttling } = throttled();
  const target = { ...arm.target, resourceGraph: true };
  const scope = "arm:resource-graph:read";
  const answered = (left: string) =>
    throttling.record(
      { target, scope, ends: state.ends },
      new Response("{}", {
        headers: {
          "x-ms-user-quota-remaining": left,
          "x-ms-user-quota-resets-after": "00:00:04",
        },
      }),
    );
  answered("1");
  expect(throttling.check(target, scope)).toBeUndefined();
  answered("0");
  expect(throttling.check(target, scope)).toMatchObject({ code: "throttled", retry_after: 4 });
  expect(throttling.check(arm.target, arm.scope)).toBeUndefined();
  expect(events.map(({ type }) => type)).toEqual(["call.throttled"]);
});

test("a 429 to a call of an account that is gone says nothing of the next one", () => {
  const { state, events, cooled, throttling, tooMany } = throttled();
  const { ends } = state;
  state.disconnect(start);
  throttling.record({ ...arm, ends }, tooMany());
  expect(throttling.check(arm.target, arm.scope)).toBeUndefined();
  expect(events.map(({ type }) => type)).toEqual(["connection.disconnected"]);
  expect(cooled).toEqual([]);
  expect(throttling.armQuota).toEqual({});
});
