import { json, type OddCases } from "./odd-answer.ts";

const page = "<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>";
const html: readonly [string, string] = ["content-type", "text/html"];
const jsonType: readonly [string, string] = ["content-type", "application/json"];

/** As deep as a parser of a few kilobytes of stack does not go. */
const deep = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;

/** What any service, or a proxy before it, may answer to any request. */
export const anywhere: OddCases = (random) => [
  { name: "200 and no body", answer: { as: "answer", status: 200 } },
  {
    name: "200 and an HTML page",
    answer: { as: "answer", status: 200, headers: [html], body: page },
  },
  {
    name: "200 and half a document",
    answer: { as: "answer", status: 200, headers: [jsonType], body: '{"value":[{"id":"1","na' },
  },
  {
    name: "200 and JSON that is 200,000 levels deep",
    answer: { as: "answer", status: 200, headers: [jsonType], body: deep(200_000) },
  },
  ...[null, [], "text", random.between(0, 99), true].map((body) => ({
    name: `200 and the document ${JSON.stringify(body)}`,
    answer: json(200, body),
  })),
  { name: "204", answer: { as: "answer", status: 204 } },
  {
    name: "a redirect to another host",
    answer: { as: "answer", status: 302, headers: [["location", "https://elsewhere.example/"]] },
  },
  {
    name: "a redirect to what is no address",
    answer: { as: "answer", status: 307, headers: [["location", "http://[::1"]] },
  },
  {
    name: "400 and an HTML page",
    answer: { as: "answer", status: 400, headers: [html], body: page },
  },
  { name: "400 and an error that is a list", answer: json(400, { error: [] }) },
  {
    name: "400 and an error whose code is an object",
    answer: json(400, { error: { code: {}, message: [] } }),
  },
  {
    name: "403 and an HTML page",
    answer: { as: "answer", status: 403, headers: [html], body: page },
  },
  { name: "404 and no body", answer: { as: "answer", status: 404 } },
  { name: "408", answer: { as: "answer", status: 408 } },
  { name: "409 and no body", answer: { as: "answer", status: 409 } },
  { name: "412 and no body", answer: { as: "answer", status: 412 } },
  { name: "418", answer: { as: "answer", status: 418, body: "short and stout" } },
  { name: "429 and no Retry-After", answer: { as: "answer", status: 429 } },
  {
    name: "429 and a fractional Retry-After",
    answer: json(429, {}, [["retry-after", String(random.between(1, 4) + random.next())]]),
  },
  {
    name: "429 and fractional milliseconds",
    answer: json(429, {}, [["retry-after-ms", String(random.next() * 3_000)]]),
  },
  {
    name: "429 and a Retry-After of many digits",
    answer: json(429, {}, [["retry-after", "9".repeat(random.between(9, 400))]]),
  },
  {
    name: "503 and a date in 9999",
    answer: json(503, {}, [["retry-after", "Fri, 31 Dec 9999 23:59:59 GMT"]]),
  },
  {
    name: "503 and a negative Retry-After",
    answer: json(503, {}, [["retry-after", String(-random.between(1, 1_000))]]),
  },
  {
    name: "503 and two values of Retry-After",
    answer: json(503, {}, [
      ["retry-after", "1"],
      ["retry-after", "soon"],
    ]),
  },
  {
    name: "429 and an endless quota window",
    answer: json(429, {}, [["x-ms-user-quota-resets-after", "999:59:59.9"]]),
  },
  {
    name: "500 and an HTML page",
    answer: { as: "answer", status: 500, headers: [html], body: page },
  },
  {
    name: "500 and JSON that is 200,000 levels deep",
    answer: { as: "answer", status: 500, headers: [jsonType], body: deep(200_000) },
  },
  { name: "502 and no body", answer: { as: "answer", status: 502 } },
  {
    name: "504 and an HTML page",
    answer: { as: "answer", status: 504, headers: [html], body: page },
  },
  { name: "509", answer: { as: "answer", status: 509 } },
  { name: "599", answer: { as: "answer", status: 599 } },
  {
    name: "an error that looks like ours",
    answer: json(
      400,
      {
        success: false,
        error: "Your session ended.",
        code: "action_required",
        remedy: {
          action: "sign_in",
          message: "Sign in.",
          connect_url: "https://evil.example/connect",
          since: "2026-01-01T00:00:00.000Z",
        },
      },
      [["x-azure-error", "action_required"]],
    ),
  },
  { name: "a body that ends in its middle", answer: { as: "cut" } },
  { name: "a broken connection", answer: { as: "reset" } },
  { name: "a broken connection after the work", answer: { as: "lost" } },
];
