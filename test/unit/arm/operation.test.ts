import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { phaseOf } from "../../../src/arm/operation-status.ts";
import { readPoll, startOperation } from "../../../src/arm/operation.ts";
import type {
  OperationAnswer,
  OperationMethod,
  OperationState,
} from "../../../src/arm/operation-state.ts";
import { headerText, oddJson, oddRecord } from "../http/odd-json.ts";

const url = "https://management.azure.com/subscriptions/s/resourceGroups/g?api-version=2021-04-01";
const statusUrl = "https://management.azure.com/subscriptions/s/operations/1?t=abc";
const resultUrl = "https://management.azure.com/subscriptions/s/results/1?t=abc";

const answer = (
  status: number,
  headers: Record<string, string> = {},
  body: unknown = undefined,
  retryAfter?: number,
): OperationAnswer => ({
  status,
  headers: new Headers(headers),
  body,
  ...(retryAfter !== undefined && { retryAfter }),
});

const state = (changes: Partial<OperationState> = {}): OperationState => ({
  method: "PUT",
  resource: url,
  mode: "status",
  poll: statusUrl,
  ...changes,
});

const provisioning = (provisioningState: string) => ({
  id: "x",
  properties: { provisioningState },
});

describe("startOperation", () => {
  it.each<[string, OperationMethod, OperationAnswer, string, string]>([
    [
      "Operation-Location before Azure-AsyncOperation",
      "PUT",
      answer(201, { "operation-location": statusUrl, "azure-asyncoperation": resultUrl }),
      "status",
      statusUrl,
    ],
    [
      "Azure-AsyncOperation before Location",
      "DELETE",
      answer(202, { "azure-asyncoperation": statusUrl, location: resultUrl }),
      "status",
      statusUrl,
    ],
    ["Location after a 202", "DELETE", answer(202, { location: resultUrl }), "location", resultUrl],
    [
      "a Location without an origin against the request's",
      "POST",
      answer(202, { location: "/subscriptions/s/results/1?t=abc" }),
      "location",
      resultUrl,
    ],
    [
      "the resource itself for a PUT that says it is not ready",
      "PUT",
      answer(201, { location: resultUrl }, provisioning("Creating")),
      "resource",
      url,
    ],
    ["the resource itself for a bare 202 to PUT", "PUT", answer(202), "resource", url],
    ["the resource itself for a bare 202 to PATCH", "PATCH", answer(202), "resource", url],
    ["the resource itself for a PUT that shows none", "PUT", answer(200), "resource", url],
    [
      "the resource itself for a list",
      "PUT",
      answer(201, {}, [provisioning("x")]),
      "resource",
      url,
    ],
    ["the resource itself for a text", "PATCH", answer(200, {}, "Succeeded"), "resource", url],
    [
      "the resource itself for a PATCH that says it is not ready",
      "PATCH",
      answer(200, {}, provisioning("Updating")),
      "resource",
      url,
    ],
    [
      "Location where the status header is empty",
      "DELETE",
      answer(202, { "azure-asyncoperation": "", location: resultUrl }),
      "location",
      resultUrl,
    ],
    [
      "Location where the status header is no URL",
      "DELETE",
      answer(202, { "operation-location": "https://", location: resultUrl }),
      "location",
      resultUrl,
    ],
  ])("polls %s", (_, method, start, mode, poll) => {
    expect(startOperation({ method, url }, start)).toMatchObject({
      kind: "running",
      state: { method, resource: url, mode, poll },
    });
  });

  it.each<[string, OperationMethod, OperationAnswer, unknown]>([
    [
      "a PUT whose resource has Succeeded",
      "PUT",
      answer(200, {}, provisioning("Succeeded")),
      provisioning("Succeeded"),
    ],
    ["a PUT without any provisioningState", "PUT", answer(200, {}, { id: "x" }), { id: "x" }],
    ["a 204 to DELETE", "DELETE", answer(204), undefined],
    ["a 200 to DELETE, whatever its body", "DELETE", answer(200, {}, { id: "x" }), undefined],
    ["a 200 to PATCH", "PATCH", answer(200, {}, { id: "x" }), { id: "x" }],
    [
      "a 201 to POST with the Location of what it created",
      "POST",
      answer(201, { location: resultUrl }, { id: "x" }),
      { id: "x" },
    ],
  ])("is over at once after %s", (_, method, start, value) => {
    expect(startOperation({ method, url }, start)).toEqual({ kind: "succeeded", value });
  });

  it.each<[string, OperationMethod, OperationAnswer]>([
    ["a DELETE that was accepted without a link", "DELETE", answer(202)],
    ["a POST that was accepted without a link", "POST", answer(202, {}, { status: "Succeeded" })],
    ["a DELETE whose links are empty", "DELETE", answer(202, { location: "" })],
    ["a POST whose link is no URL", "POST", answer(202, { location: "http://" })],
    ["a DELETE that was redirected", "DELETE", answer(302, { location: resultUrl })],
    ["a PUT that was redirected", "PUT", answer(307, { location: resultUrl }, { id: "x" })],
  ])("cannot tell what became of %s", (_, method, start) => {
    expect(startOperation({ method, url }, start)).toEqual({ kind: "unreadable" });
  });

  it("fails at once when the resource says Failed", () => {
    expect(startOperation({ method: "PUT", url }, answer(200, {}, provisioning("FAILED")))).toEqual(
      {
        kind: "failed",
        status: "Failed",
      },
    );
  });

  it("keeps the wait the service asks for", () => {
    const step = startOperation(
      { method: "DELETE", url },
      answer(202, { location: resultUrl }, undefined, 17),
    );
    expect(step).toMatchObject({ kind: "running", retryAfter: 17, status: "Accepted" });
  });
});

describe("readPoll of a status document", () => {
  it("goes on for any word that is not terminal, and follows a new URL", () => {
    const step = readPoll(
      state(),
      answer(
        200,
        { "azure-asyncoperation": `${statusUrl}2` },
        { status: "Updating", percentComplete: 40 },
      ),
    );
    expect(step).toEqual({
      kind: "running",
      state: state({ poll: `${statusUrl}2` }),
      status: "Updating",
      percentComplete: 40,
    });
  });

  it.each<[string, Partial<OperationState>, string | undefined]>([
    ["PUT: the original URL", { method: "PUT" }, url],
    [
      "PUT: the original URL though a Location was given",
      { method: "PUT", location: resultUrl },
      url,
    ],
    ["PATCH: Location when given", { method: "PATCH", location: resultUrl }, resultUrl],
    ["PATCH: the original URL otherwise", { method: "PATCH" }, url],
    [
      "PATCH via original-uri",
      { method: "PATCH", location: resultUrl, finalStateVia: "original-uri" },
      url,
    ],
    ["POST: Location", { method: "POST", location: resultUrl }, resultUrl],
    ["POST via original-uri", { method: "POST", finalStateVia: "original-uri" }, url],
    ["POST without Location: the document", { method: "POST" }, undefined],
    [
      "POST via azure-async-operation: the document",
      { method: "POST", location: resultUrl, finalStateVia: "azure-async-operation" },
      undefined,
    ],
  ])("reads the result of %s", (_, changes, poll) => {
    const body = { status: "succeeded", properties: { output: 1 } };
    const step = readPoll(state(changes), answer(200, {}, body));
    expect(step).toMatchObject(
      poll === undefined
        ? { kind: "succeeded", value: body }
        : { kind: "running", state: { mode: "result", poll }, retryAfter: 0 },
    );
  });

  it("has no result to read after DELETE", () => {
    const step = readPoll(
      state({ method: "DELETE", location: resultUrl }),
      answer(200, {}, { status: "Succeeded" }),
    );
    expect(step).toEqual({ kind: "succeeded", value: undefined });
  });

  it.each([
    ["goes on", { status: "InProgress" }, { kind: "running", status: "InProgress" }],
    ["goes on", { properties: { provisioningState: "Deleting" } }, { kind: "running" }],
    ["goes on by a word nobody knows", { status: "Weird" }, { kind: "running", status: "Weird" }],
    [
      "failed",
      { status: "Failed", error: { code: "ScopeLocked", message: "…" } },
      { kind: "failed", status: "Failed", code: "ScopeLocked" },
    ],
    ["is over", { status: "Succeeded" }, { kind: "succeeded" }],
    ["is over", {}, { kind: "succeeded" }],
  ])("a deletion followed by Location %s where its 200 says so: %j", (_, body, expected) => {
    const followed = state({ method: "DELETE", mode: "location", poll: resultUrl });
    expect(readPoll(followed, answer(200, {}, body))).toMatchObject(expected);
  });

  it("ends with Microsoft's code when it failed", () => {
    const body = {
      status: "Failed",
      error: { code: "ResourceGroupDeletionBlocked", message: "…" },
    };
    expect(readPoll(state(), answer(200, {}, body))).toEqual({
      kind: "failed",
      status: "Failed",
      code: "ResourceGroupDeletionBlocked",
      message: "…",
    });
  });

  it.each(["Canceled", "cancelled"])("ends when it was %s", (status) => {
    expect(readPoll(state(), answer(200, {}, { status }))).toEqual({
      kind: "failed",
      status: "Canceled",
    });
  });

  it("goes on after a 202, whatever the document says", () => {
    for (const body of [undefined, {}, [], { status: 7 }]) {
      expect(readPoll(state({ method: "POST" }), answer(202, {}, body))).toMatchObject({
        kind: "running",
        status: "InProgress",
      });
    }
  });

  it.each<[string, unknown]>([
    ["an odd status", { status: [], properties: { provisioningState: "Creating" } }],
    ["a status that is null", { status: null, properties: { provisioningState: "Creating" } }],
    ["no status", { properties: { provisioningState: "Creating" } }],
    ["odd properties", { status: {}, properties: [], provisioningState: "Creating" }],
    ["an odd percentage", { status: "Creating", percentComplete: {} }],
    ["an odd error", { status: "Creating", error: "none" }],
    ["odd properties behind it", { status: "Creating", properties: "none" }],
  ])("goes on by the word that can be read beside %s", (_, body) => {
    expect(readPoll(state(), answer(200, {}, body))).toEqual({
      kind: "running",
      state: state(),
      status: "Creating",
    });
  });

  it.each<[string, unknown]>([
    ["no body", undefined],
    ["an empty object", {}],
    ["a document without a word", { name: "1", properties: { output: 1 } }],
    ["a list", ["Succeeded"]],
    ["a text", "Succeeded"],
    ["a number", 200],
    ["null", null],
    ["a status in a list", { status: ["Succeeded"] }],
    ["a status that is true", { status: true }],
    ["a status in an object", { status: { value: "Succeeded" } }],
    [
      "an odd status before a resource that is ready",
      { status: 200, properties: { provisioningState: "Succeeded" } },
    ],
    ["odd properties before the word", { properties: "Succeeded", provisioningState: "Succeeded" }],
  ])("cannot tell whether it is over from %s", (_, body) => {
    for (const method of ["PUT", "PATCH", "POST", "DELETE"] as const) {
      expect(readPoll(state({ method }), answer(200, {}, body))).toEqual({ kind: "unreadable" });
    }
  });

  it.each([301, 302, 304])("does not know from a %i whether it is over", (status) => {
    const body = { status: "Succeeded" };
    for (const mode of ["status", "location", "resource", "result"] as const) {
      expect(readPoll(state({ mode }), answer(status, {}, body))).toEqual({ kind: "unreadable" });
    }
  });

  it.each<[unknown, number | undefined]>([
    [40, 40],
    ["40.9", 40],
    [140, 100],
    [1e300, 100],
    [-1, undefined],
    [[40], undefined],
    ["half", undefined],
  ])("reads a percentage of %j as %j", (percentComplete, expected) => {
    const step = readPoll(state(), answer(200, {}, { status: "Running", percentComplete }));
    expect(step).toMatchObject({ kind: "running" });
    expect("percentComplete" in step ? step.percentComplete : undefined).toBe(expected);
  });

  it.each<[string, unknown, object]>([
    ["a code of another type", { code: 7, message: "m" }, { message: "m" }],
    ["a message of another type", { code: "c", message: {} }, { code: "c" }],
    ["an error that is a list", [{ code: "c" }], {}],
    ["an error that is a text", "c", {}],
  ])("ends as failed with %s", (_, error, told) => {
    const step = readPoll(state(), answer(200, {}, { status: "ProvisioningFailed", error }));
    expect(step).toEqual({ kind: "failed", status: "Failed", ...told });
  });
});

describe("readPoll of Location", () => {
  const location = (changes: Partial<OperationState> = {}) =>
    state({ method: "POST", mode: "location", poll: resultUrl, ...changes });

  it("goes on while the answer is 202, at the newest Location", () => {
    expect(readPoll(location(), answer(202, { location: `${resultUrl}2` }))).toMatchObject({
      kind: "running",
      state: { mode: "location", poll: `${resultUrl}2` },
    });
  });

  it.each([200, 201])("takes the answer %i as the result itself", (status) => {
    expect(readPoll(location(), answer(status, {}, { id: "x" }))).toEqual({
      kind: "succeeded",
      value: { id: "x" },
    });
  });

  it("reads the resource of a PUT when the last answer is empty", () => {
    expect(readPoll(location({ method: "PUT" }), answer(204))).toMatchObject({
      state: { mode: "result", poll: url },
    });
  });

  it("follows the resource that comes with it, when that is not ready", () => {
    const put = location({ method: "PUT" });
    expect(readPoll(put, answer(200, {}, provisioning("Updating")))).toMatchObject({
      kind: "running",
      state: { mode: "resource", poll: url },
      status: "Updating",
    });
    expect(readPoll(put, answer(200, {}, provisioning("Failed")))).toMatchObject({
      kind: "failed",
    });
  });

  it.each([[[1]], ["done"], [7], [null]])("reads the resource of a PATCH when it is %j", (body) => {
    expect(readPoll(location({ method: "PATCH" }), answer(200, {}, body))).toMatchObject({
      state: { mode: "result", poll: url },
    });
  });

  it("gives nothing for DELETE", () => {
    expect(readPoll(location({ method: "DELETE" }), answer(200, {}, { id: "x" }))).toEqual({
      kind: "succeeded",
      value: undefined,
    });
  });
});

describe("readPoll of a resource or a result", () => {
  it("goes by the resource's provisioningState", () => {
    const polled = state({ mode: "resource", poll: url });
    expect(readPoll(polled, answer(200, {}, provisioning("Updating")))).toMatchObject({
      kind: "running",
      status: "Updating",
    });
    expect(readPoll(polled, answer(200, {}, provisioning("Succeeded")))).toMatchObject({
      kind: "succeeded",
    });
  });

  it("takes the result as it is, but for a 202", () => {
    const result = state({ mode: "result", poll: resultUrl });
    expect(readPoll(result, answer(200, {}, provisioning("Updating")))).toMatchObject({
      kind: "succeeded",
    });
    expect(readPoll(result, answer(202))).toMatchObject({ kind: "running", state: result });
    const action = state({ method: "POST", mode: "result", poll: resultUrl });
    expect(readPoll(action, answer(204))).toEqual({ kind: "succeeded", value: undefined });
    expect(readPoll(action, answer(200, {}, [1]))).toEqual({ kind: "succeeded", value: [1] });
  });

  it.each([undefined, null, [], "x", 7, { error: {} }, { error: { code: "NotFound" } }])(
    "does not take %j for the resource of a PUT",
    (body) => {
      for (const mode of ["resource", "result"] as const) {
        const polled = state({ mode, poll: url });
        expect(readPoll(polled, answer(200, {}, body))).toEqual({ kind: "unreadable" });
      }
    },
  );

  it.each<[string, unknown, object]>([
    ["at the root", { provisioningState: "Creating" }, { kind: "running", status: "Creating" }],
    ["at the root, failed", { provisioningState: "Failed" }, { kind: "failed" }],
    [
      "in the properties before the root",
      { properties: { provisioningState: "Updating" }, provisioningState: "Succeeded" },
      { kind: "running", status: "Updating" },
    ],
    [
      "at the root beside properties that are null",
      { properties: null, provisioningState: "Accepted" },
      { kind: "running", status: "Accepted" },
    ],
    [
      "of another type, with one of the root that is not over",
      { properties: { provisioningState: 1 }, provisioningState: "Deleting" },
      { kind: "running", status: "Deleting" },
    ],
    [
      "of another type, with one of the root that is",
      { properties: { provisioningState: 1 }, provisioningState: "Succeeded" },
      { kind: "unreadable" },
    ],
    [
      "of another type",
      { properties: { provisioningState: ["Succeeded"] } },
      { kind: "unreadable" },
    ],
    ["nowhere in an error", { error: {} }, { kind: "unreadable" }],
    ["nowhere in ARM's error", { error: { code: "Conflict" } }, { kind: "unreadable" }],
    ["nowhere in an odd error", { error: { code: [], message: 1 } }, { kind: "unreadable" }],
    ["beside an error", { error: {}, provisioningState: "Failed" }, { kind: "failed" }],
    ["in properties of another type", { properties: ["x"] }, { kind: "unreadable" }],
    ["nowhere", { id: "x", properties: {} }, { kind: "succeeded" }],
    ["null", { properties: { provisioningState: null } }, { kind: "succeeded" }],
  ])("reads a provisioningState %s", (_, body, expected) => {
    const polled = state({ mode: "resource", poll: url });
    expect(readPoll(polled, answer(200, {}, body))).toMatchObject(expected);
    expect(startOperation({ method: "PUT", url }, answer(201, {}, body))).toMatchObject(expected);
    expect(startOperation({ method: "PATCH", url }, answer(200, {}, body))).toMatchObject(expected);
  });
});

describe("phaseOf", () => {
  it.each([
    ["Succeeded", "succeeded"],
    ["SUCCEEDED", "succeeded"],
    ["succeededWithWarnings", "succeeded"],
    ["PartiallySucceeded", "succeeded"],
    ["FAILED", "failed"],
    ["ProvisioningFailed", "failed"],
    ["failure", "failed"],
    ["SucceededButFailed", "failed"],
    ["Canceled", "canceled"],
    ["cancelled", "canceled"],
    ["UserCancelled", "canceled"],
    ["FailingOver", "running"],
    ["Failover", "running"],
    ["Canceling", "running"],
    ["Cancelling", "running"],
    ["NotSucceeded", "running"],
    ["Not succeeded", "running"],
    ["not_succeeded", "running"],
    ["Unsucceeded", "running"],
    ["Success", "running"],
    ["Ready", "running"],
    ["Accepted", "running"],
    ["", "running"],
  ])("reads %j", (status, phase) => {
    expect(phaseOf(status)).toBe(phase);
  });
});

describe("an operation of any answers", () => {
  const names = ["status", "properties", "provisioningState", "percentComplete", "error", "code"];
  const body = fc.oneof(
    oddRecord(["status", "properties", "provisioningState", "percentComplete", "error"]),
    oddJson(names),
    fc.constant(undefined),
  );
  const headers = fc.dictionary(
    fc.constantFrom("location", "azure-asyncoperation", "operation-location"),
    headerText,
    { noNullPrototype: true },
  );
  const anyAnswer = fc.record({ status: fc.constantFrom(200, 201, 202, 204, 302), headers, body });

  const method = fc.constantFrom<OperationMethod>("PUT", "PATCH", "POST", "DELETE");
  const given = (said: {
    status: number;
    headers: Record<string, string>;
    body: unknown;
  }): OperationAnswer => answer(said.status, said.headers, said.body);

  /** Every value that stands where a document tells its state. */
  const wordsIn = (document: unknown): unknown[] => {
    const of = (value: unknown): Record<string, unknown> =>
      typeof value === "object" && value !== null ? { ...value } : {};
    const { status, properties, provisioningState } = of(document);
    return [status, of(properties)["provisioningState"], provisioningState];
  };
  const saysSo = (document: unknown): boolean =>
    wordsIn(document).some((word) => typeof word === "string" && /succeeded/i.test(word));
  const isReady = (document: unknown): boolean => {
    if (typeof document !== "object" || document === null || Array.isArray(document)) return false;
    const words = wordsIn({ ...document, status: undefined });
    const saysNothing = words.every((word) => word === undefined || word === null);
    return saysNothing || saysSo({ ...document, status: undefined });
  };

  it("has succeeded by a status document only where the document says so", () => {
    fc.assert(
      fc.property(method, anyAnswer, (verb, said) => {
        const step = readPoll(state({ method: verb }), given(said));
        const isOver =
          step.kind === "succeeded" || (step.kind === "running" && step.state.mode === "result");
        expect(isOver && !saysSo(said.body)).toBe(false);
      }),
    );
  });

  it("has succeeded by its resource only where that says so, or has no state at all", () => {
    const resourceMethod = fc.constantFrom<OperationMethod>("PUT", "PATCH");
    fc.assert(
      fc.property(resourceMethod, anyAnswer, (verb, said) => {
        const polled = state({ method: verb, mode: "resource", poll: url });
        const step = readPoll(polled, given(said));
        expect(step.kind === "succeeded" && !isReady(said.body)).toBe(false);
      }),
    );
  });

  it("starts and goes on without an exception, at URLs, and never by a redirect", () => {
    const mode = fc.constantFrom<OperationState["mode"]>(
      "status",
      "location",
      "resource",
      "result",
    );
    fc.assert(
      fc.property(method, mode, anyAnswer, (verb, how, said) => {
        const steps = [
          startOperation({ method: verb, url }, given(said)),
          readPoll(state({ method: verb, mode: how }), given(said)),
        ];
        const running = steps.filter((step) => step.kind === "running");
        expect(running.every(({ state: { poll } }) => URL.canParse(poll))).toBe(true);
        const percentages = running.map(({ percentComplete = 0 }) => percentComplete);
        expect(percentages.every((part) => Number.isInteger(part) && part <= 100)).toBe(true);
        const isRedirect = said.status === 302;
        expect(isRedirect && steps.some(({ kind }) => kind !== "unreadable")).toBe(false);
      }),
    );
  });
});
