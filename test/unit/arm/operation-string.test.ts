import { describe, expect, test } from "vitest";
import type { OperationState } from "../../../src/arm/operation-state.ts";
import { decodeOperation, encodeOperation } from "../../../src/arm/operation-string.ts";

const endpoint = "https://management.azure.com";
const state: OperationState = {
  method: "DELETE",
  resource: `${endpoint}/subscriptions/s/resourceGroups/ä%20b?api-version=2021-04-01`,
  mode: "status",
  poll: `${endpoint}/subscriptions/s/operationresults/~~~???`,
  location: `${endpoint}/subscriptions/s/results/1`,
  finalStateVia: "location",
};
const written = { ...state, resource: "/r", poll: "/p", location: "/l" };
const textOf = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

test("an operation comes back from its string, under the endpoint of the reader", () => {
  const text = encodeOperation(state, endpoint);
  expect(text).toMatch(/^[\w-]+$/);
  const elsewhere = "https://management.usgovcloudapi.net";
  const read = decodeOperation(text, elsewhere);
  expect(read).toMatchObject({
    ok: true,
    value: { method: "DELETE", poll: expect.stringMatching(`^${elsewhere}/`) },
  });
});

describe("a string of an operation", () => {
  test("may leave out what only some operations have", () => {
    const { location: _, finalStateVia: __, ...rest } = written;
    expect(decodeOperation(textOf(rest), endpoint)).toMatchObject({ ok: true });
    expect(decodeOperation(textOf(written), endpoint)).toMatchObject({ ok: true });
  });

  test.each<[string, string]>([
    ["is empty", ""],
    ["is no base64", "%%%"],
    ["is no JSON", Buffer.from("{").toString("base64url")],
    ["is null", textOf(null)],
    ["is a list", textOf([written])],
    ["has another method", textOf({ ...written, method: "GET" })],
    ["has another mode", textOf({ ...written, mode: "constructor" })],
    ["has another final state", textOf({ ...written, finalStateVia: "somewhere" })],
    ["has a null", textOf({ ...written, location: null })],
    ["has a number for a URL", textOf({ ...written, poll: 1 })],
    ["lacks a field", textOf({ ...written, resource: undefined })],
    ["has one field more", textOf({ ...written, authorization: "Bearer x" })],
    ["leads to another origin", textOf({ ...written, poll: "https://evil.example/" })],
    ["climbs out", textOf({ ...written, poll: "/..//evil.example/" })],
  ])("is refused when it %s", (_, text) => {
    const read = decodeOperation(text, `${endpoint}/arm`);
    expect(read).toMatchObject({
      ok: false,
      error: { code: "invalid_request", details: { field: "operation" } },
    });
  });
});
