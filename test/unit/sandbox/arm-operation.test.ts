import { describe, expect, it } from "vitest";
import { finalAnswer, Operations, statusDocument } from "../../sandbox/arm/operation.ts";
import { planOperation } from "../../sandbox/arm/operation-plan.ts";
import type { Operation, OperationPlan, OperationStatus } from "../../sandbox/arm/operation.ts";

const plan: OperationPlan = { polls: 2, outcome: "Succeeded", retryAfter: 1, endsUnwatched: true };

function begin(changes: Partial<OperationPlan> = {}) {
  const operations = new Operations();
  const finished: OperationStatus[] = [];
  const operation = operations.start({
    id: "one",
    subscriptionId: "s",
    target: "t",
    plan: { ...plan, ...changes },
    startedAt: 0,
    finish: (status) => finished.push(status),
    result: () => ({ status: 200 }),
  });
  return { operations, operation, finished };
}

function pollAll(operations: Operations, operation: Operation, times: number) {
  return Array.from({ length: times }, (_, index) => {
    operations.poll(operation, index + 1);
    return operation.status;
  });
}

describe("a long-running operation", () => {
  it("runs for as many polls as planned and then ends once", () => {
    const { operations, operation, finished } = begin();
    expect(pollAll(operations, operation, 4)).toEqual([
      "InProgress",
      "InProgress",
      "Succeeded",
      "Succeeded",
    ]);
    expect(finished).toEqual(["Succeeded"]);
    expect(operation.endedAt).toBe(3);
    expect(finalAnswer(operation)).toEqual({ status: 200 });
  });

  it("fails with the code of its plan after five polls", () => {
    const { operations, operation, finished } = begin({ polls: 5, outcome: "ScopeLocked" });
    expect(pollAll(operations, operation, 6)).toEqual([
      ...Array<OperationStatus>(5).fill("InProgress"),
      "Failed",
    ]);
    expect(finished).toEqual(["Failed"]);
    expect(finalAnswer(operation)).toMatchObject({
      status: 409,
      failedIn: "service",
      body: { error: { code: "ScopeLocked" } },
    });
    expect(statusDocument(operation, "/operations/one")).toMatchObject({
      name: "one",
      status: "Failed",
      startTime: "1970-01-01T00:00:00.000Z",
      error: { code: "ScopeLocked" },
    });
  });

  it("can be canceled by its plan", () => {
    const { operations, operation } = begin({ polls: 0, outcome: "Canceled" });
    operations.poll(operation, 1);
    expect(operation.status).toBe("Canceled");
  });

  it("reports how far it is and reaches 100 only when it succeeded", () => {
    const { operations, operation } = begin({ polls: 3 });
    const percent = () => statusDocument(operation, "").percentComplete;
    const seen = [percent()];
    for (let poll = 0; poll < 4; poll += 1) {
      operations.poll(operation, poll);
      seen.push(percent());
    }
    expect(seen).toEqual([0, 25, 50, 75, 100]);
  });

  it("ends by itself after a minute that nobody watched", () => {
    const { operations, operation } = begin();
    operations.settle(59_999);
    expect(operation.status).toBe("InProgress");
    operations.settle(60_000);
    expect(operation.status).toBe("Succeeded");
  });

  it("waits for its polls when they were set", () => {
    const { operations, operation } = begin({ endsUnwatched: false });
    operations.settle(10 * 60_000);
    expect(operation.status).toBe("InProgress");
  });

  it("gives way to a newer write", () => {
    const { operations, operation, finished } = begin();
    operations.preempt("t", 5);
    expect(operation.error?.code).toBe("OperationPreempted");
    expect(finished).toEqual(["Failed"]);
    expect(operations.running("t")).toBeUndefined();
  });
});

describe("the plan of an operation", () => {
  it("has two polls and success by default", () => {
    expect(planOperation(new Headers())).toEqual(plan);
  });

  it("reads tags, the resource's before its group's, whatever their case", () => {
    const planned = planOperation(
      new Headers(),
      { "Sandbox-Polls": "5" },
      { "sandbox-polls": "9", "sandbox-outcome": "ScopeLocked", "sandbox-retry-after": "15" },
    );
    expect(planned).toEqual({
      polls: 5,
      outcome: "ScopeLocked",
      retryAfter: 15,
      endsUnwatched: false,
    });
  });

  it("reads headers before tags", () => {
    const headers = new Headers({ "x-sandbox-polls": "1", "x-sandbox-outcome": "Canceled" });
    const planned = planOperation(headers, { "sandbox-polls": "5" });
    expect(planned).toMatchObject({ polls: 1, outcome: "Canceled" });
  });

  it.each(["-1", "many", "1.5", "100000"])("does not take %s for a number of polls", (polls) => {
    expect(planOperation(new Headers(), { "sandbox-polls": polls }).polls).toBe(2);
  });
});
