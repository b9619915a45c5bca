import { describe, expect, it } from "vitest";
import { phaseOf, readPoll, startOperation } from "../../../src/arm/operation.ts";
import type {
  OperationAnswer,
  OperationMethod,
  OperationState,
} from "../../../src/arm/operation-state.ts";

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

  it("goes by the HTTP status when the document says nothing", () => {
    expect(readPoll(state({ method: "POST" }), answer(202))).toMatchObject({ kind: "running" });
    expect(readPoll(state({ method: "POST" }), answer(200, {}, { name: "1" }))).toMatchObject({
      kind: "succeeded",
    });
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
    expect(readPoll(result, answer(204))).toEqual({ kind: "succeeded", value: undefined });
    expect(readPoll(result, answer(202))).toMatchObject({ kind: "running", state: result });
  });
});

describe("phaseOf", () => {
  it.each([
    ["Succeeded", "succeeded"],
    ["FAILED", "failed"],
    ["Canceled", "canceled"],
    ["FailingOver", "running"],
    ["", "running"],
  ])("reads %j", (status, phase) => {
    expect(phaseOf(status)).toBe(phase);
  });
});
