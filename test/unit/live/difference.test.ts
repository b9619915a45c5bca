import { base64url } from "jose";
import { describe, expect, test } from "vitest";
import { answerShape } from "../../live/answer.ts";
import { compare } from "../../live/difference.ts";

const json = { "content-type": "application/json" };
interface Side {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

const shape = ({ status = 200, headers = json, body = {} }: Side) =>
  answerShape({
    status,
    headers: new Headers(headers),
    text: typeof body === "string" ? body : JSON.stringify(body),
  });
const differences = (microsoft: Side, sandbox: Side) =>
  compare(shape(microsoft), shape(sandbox)).differences;

const idToken = (claims: unknown) => `e30.${base64url.encode(JSON.stringify(claims))}.x`;

describe("two answers are the same", () => {
  const guid = "2dc8a1ff-6f4e-4f4a-9d7e-a1b2c3d4e5f6";
  test.each<[string, unknown, unknown]>([
    ["whatever they say", { id: guid, n: 1 }, { id: crypto.randomUUID(), n: 2.5 }],
    ["where one knows nothing", { mail: null }, { mail: "ada@contoso.example" }],
    ["where one has empty text", { title: "" }, { title: guid }],
    ["at any moment", { at: "2026-01-05T09:00:00Z" }, { at: "2025-12-31T23:59:59.123Z" }],
    [
      "whoever they are of",
      { "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users('1')/messages" },
      { "@odata.context": "http://localhost:1/graph/v1.0/$metadata#users('2')/messages" },
    ],
    [
      "with pages anywhere",
      { "@odata.nextLink": "https://graph.microsoft.com/v1.0/me/messages?$top=1&$skip=1" },
      { "@odata.nextLink": "http://localhost/graph/v1.0/me/messages?$skip=9&$top=9" },
    ],
    [
      "where some items have a member",
      { value: [{ id: "a", flag: true }, { id: "b" }] },
      { value: [{ id: "c" }] },
    ],
    [
      "where items of one list have a member that no item of another has",
      { value: [{ to: [{ a: 1 }] }, { to: [{ b: 1 }] }] },
      { value: [{ to: [{ b: 1 }] }, { to: [{ a: 1 }] }] },
    ],
    ["with other counts of items", { value: [{ id: "a" }] }, { value: [{ id: "b" }, { id: "c" }] }],
  ])("%s", (_, one, other) => {
    expect(differences({ body: one }, { body: other })).toEqual([]);
    expect(differences({ body: other }, { body: one })).toEqual([]);
  });
});

describe("two answers differ", () => {
  test.each<[string, Side, Side, object]>([
    ["in their status", {}, { status: 404 }, { kind: "status", microsoft: "200", sandbox: "404" }],
    [
      "in an error's code",
      { status: 404, body: { error: { code: "itemNotFound" } } },
      { status: 404, body: { error: { code: "ErrorItemNotFound" } } },
      { kind: "code", microsoft: "itemNotFound", sandbox: "ErrorItemNotFound" },
    ],
    [
      "in Entra's number of an error",
      { status: 400, body: { error: "invalid_grant", error_codes: [70008] } },
      { status: 400, body: { error: "invalid_grant", error_codes: [70043] } },
      { kind: "code", microsoft: "invalid_grant 70008" },
    ],
    [
      "in a header's words",
      {},
      { headers: { "content-type": "application/json; charset=utf-8" } },
      { kind: "header", at: "content-type" },
    ],
    [
      "in a header that lacks",
      { headers: { ...json, "request-id": crypto.randomUUID() } },
      {},
      { kind: "header", at: "request-id", microsoft: "guid", sandbox: "absent" },
    ],
    [
      "in the parameters of a challenge",
      { headers: { ...json, "www-authenticate": 'Bearer realm="", client_id="x"' } },
      { headers: { ...json, "www-authenticate": 'Bearer realm=""' } },
      { kind: "header", microsoft: "Bearer realm client_id", sandbox: "Bearer realm" },
    ],
    ["in a member", { body: { a: 1, b: 1 } }, { body: { a: 1 } }, { kind: "missing", at: "b" }],
    ["in one too many", { body: {} }, { body: { b: null } }, { kind: "extra", at: "b" }],
    [
      "in a member of all items",
      { body: { value: [{ from: { name: "a" } }] } },
      { body: { value: [{ from: {} }, { from: {} }] } },
      { kind: "missing", at: "value[].from.name" },
    ],
    [
      "in how a moment is written",
      { body: { at: "2026-01-05T09:00:00.0000000" } },
      { body: { at: "2026-01-05T09:00:00Z" } },
      { kind: "kind", microsoft: "date-time without a zone", sandbox: "date-time in UTC" },
    ],
    [
      "in a number that is text",
      { body: { size: 1 } },
      { body: { size: "1" } },
      { kind: "kind", microsoft: "number", sandbox: "whole number in text" },
    ],
    [
      "in the kind of a list's items",
      { body: { value: ["x"] } },
      { body: { value: [1] } },
      { kind: "kind", at: "value[]" },
    ],
    [
      "in the query of a page",
      { body: { "@odata.nextLink": "https://x.example/?$skiptoken=1" } },
      { body: { "@odata.nextLink": "https://x.example/?$skip=1" } },
      { kind: "kind", microsoft: "link with $skiptoken" },
    ],
    [
      "in a member of objects that lie deeper, whichever item shows it",
      { body: { value: [{ to: [] }, { to: [{ mail: { name: "a" } }] }] } },
      { body: { value: [{ to: [{ mail: {} }] }, { to: [{ mail: {} }] }] } },
      { kind: "missing", at: "value[].to[].mail.name" },
    ],
    [
      "in the kind of a member that the first item does not have",
      { body: { value: [{ from: {} }, { from: { size: 1 } }] } },
      { body: { value: [{ from: { size: "x" } }] } },
      { kind: "kind", at: "value[].from.size" },
    ],
    [
      "in the items of lists in lists",
      { body: { rows: [[], [{ a: 1 }]] } },
      { body: { rows: [[{ a: 1, b: 1 }], []] } },
      { kind: "extra", at: "rows[][].b" },
    ],
    [
      "in a claim of the id_token",
      { body: { id_token: idToken({ aud: "a", tid: crypto.randomUUID() }) } },
      { body: { id_token: idToken({ aud: "b", tid: "none" }) } },
      { kind: "kind", at: "id_token.tid", microsoft: "guid", sandbox: "text" },
    ],
    ["in whether there is JSON", { body: "" }, { body: {} }, { kind: "extra", at: "body" }],
  ])("%s", (_, one, other, found) => {
    expect(differences(one, other)).toEqual([expect.objectContaining(found)]);
  });
});

test("a list that is empty on one side is told as not compared", () => {
  const found = compare(shape({ body: { value: [] } }), shape({ body: { value: [{ id: "a" }] } }));
  expect(found).toEqual({ differences: [], unknown: ["value[]"] });
});
