import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Outcome } from "../../../src/contract/connection-rpc.ts";
import {
  readAccessTokenRequest,
  readBeginAuthorization,
  readCompleteAuthorization,
  readConfirmAuthorization,
  readEventsRequest,
  readImportRequest,
  readOpenedLink,
  readPressedLink,
  readRefreshRequest,
} from "../../../src/connection/requests.ts";

type Read = (options: unknown) => Outcome<unknown>;

const tenant = "aaaaaaaa-0000-4000-8000-00000000000a";
/** Each reader, and an argument it takes with every field that it knows. */
const readers: Readonly<Record<string, [Read, Record<string, unknown>]>> = {
  beginAuthorization: [
    readBeginAuthorization,
    {
      start: "user",
      tenantId: "common",
      scopes: ["Mail.Read"],
      loginHint: "ada@contoso.example",
      prompt: "login",
      returnUrl: "https://app.example/",
      redirectUri: "https://azure.example/callback",
    },
  ],
  completeAuthorization: [
    readCompleteAuthorization,
    { state: "s", response: "code=c", browserBinding: "b", confirmed: true },
  ],
  reconnectRequest: [readOpenedLink, { link: "l" }],
  "beginReconnect, beginAccountLink": [readPressedLink, { link: "l", from: "192.0.2.1" }],
  confirmAuthorization: [readConfirmAuthorization, { flow: "f" }],
  "import, of a refresh token": [readImportRequest, { refreshToken: "r", tenantId: "common" }],
  "import, of a backup": [
    readImportRequest,
    { sealedRefreshToken: "r", tenantId: tenant, scopes: ["Mail.Read"], version: 1 },
  ],
  accessToken: [
    readAccessTokenRequest,
    { resource: "graph", tenantId: tenant, minValiditySeconds: 30, staleGeneration: 1 },
  ],
  refresh: [readRefreshRequest, { resource: "graph" }],
  events: [readEventsRequest, { after: 0, limit: 100 }],
};
const table = Object.entries(readers).map(([name, [read, whole]]) => ({ name, read, whole }));
const fields = table.flatMap((row) => Object.keys(row.whole).map((field) => ({ ...row, field })));

const failureOf = (outcome: Outcome<unknown>) => (outcome.ok ? undefined : outcome.error);

describe("the argument of a stub's method", () => {
  test.each(table)("is read as it is: $name", ({ read, whole }) => {
    expect(read(whole)).toEqual({ ok: true, value: whole });
  });

  test.each(table)("is refused as a whole where it is none: $name", ({ read }) => {
    const throwing = new Proxy({}, { get: thrower, has: thrower, ownKeys: thrower });
    for (const odd of [null, 7, "text", true, [], () => "x", Symbol("x"), 1n, throwing]) {
      expect(failureOf(read(odd))).toMatchObject({ code: "invalid_request" });
    }
  });

  test.each(fields)("is refused by the name of what is wrong: $field of $name", (row) => {
    const { read, whole, field } = row;
    for (const odd of [null, {}, -1.5, "\ud800", "x".repeat(200_000), ["\udfff"], Symbol("x")]) {
      const { code, details } = failureOf(read({ ...whole, [field]: odd })) ?? {};
      expect(code).toBe("invalid_request");
      expect(String(details?.field)).toMatch(new RegExp(`^${field}(?:\\.\\d+)?$`));
    }
  });

  test.each(fields)("may throw when it is read: $field of $name", ({ read, whole, field }) => {
    const odd = Object.defineProperty({ ...whole }, field, { get: thrower, enumerable: true });
    expect(failureOf(read(odd))).toMatchObject({ code: "invalid_request" });
  });

  test("is never passed on with a field of another type, whatever it is", () => {
    const odd = fc.oneof(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true }),
      fc.string({ unit: "binary", maxLength: 300 }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...fields), odd, ({ read, whole, field }, value) => {
        const outcome = read({ ...whole, [field]: value });
        const { code, details } = failureOf(outcome) ?? { code: "invalid_request" };
        expect([code, typeof details]).toEqual([
          "invalid_request",
          outcome.ok ? "undefined" : "object",
        ]);
        expect(JSON.stringify(outcome).isWellFormed()).toBe(true);
      }),
    );
  });
});

describe("what need not be said", () => {
  test.each([
    ["refresh", undefined, { resource: "graph" }],
    ["refresh", {}, { resource: "graph" }],
    ["refresh", { resource: undefined }, { resource: "graph" }],
    ["events", undefined, { after: 0, limit: 100 }],
    ["events", { after: 3 }, { after: 3, limit: 100 }],
    ["accessToken", { resource: "arm" }, { resource: "arm", minValiditySeconds: 30 }],
    ["confirmAuthorization", { flow: "f", more: 1 }, { flow: "f" }],
    ["beginAuthorization", { start: "server", tenantId: undefined }, { start: "server" }],
  ])("by %s: %j", (name, options, value) => {
    const [read = readEventsRequest] = readers[name] ?? [];
    expect(read(options)).toEqual({ ok: true, value });
  });

  test("is a tenant's letter case", () => {
    const request = { resource: "https://api.example/", tenantId: tenant.toUpperCase() };
    expect(readAccessTokenRequest(request)).toMatchObject({
      value: { resource: "https://api.example", tenantId: tenant },
    });
  });
});

function thrower(): never {
  throw new Error("read me not");
}
