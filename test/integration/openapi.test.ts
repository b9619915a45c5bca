import * as z from "zod";
import { beforeAll, describe, expect, test } from "vitest";
import { createApp } from "../../src/app.ts";
import { CONTOSO_SUBSCRIPTION } from "../sandbox/constants.ts";
import { connected } from "./support/connections.ts";
import { asAll, http, json } from "./support/http.ts";

interface Media {
  schema?: object;
}
interface Operation {
  summary?: string;
  security?: object[];
  parameters?: { name: string; in: string; schema?: object }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { description: string; content?: Record<string, Media> }>;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

let document: Document;
let who: string;
let id: string;
beforeAll(async () => {
  document = await (await http("/openapi.json")).json<Document>();
  ({ id } = await connected("ada@contoso.example", {
    scopes: ["Mail.Send", "Calendars.ReadWrite", "Files.ReadWrite", "User.ReadBasic.All"],
  }));
  who = `user_id=${id.slice("user:".length)}`;
});

/** The schema, standing alone. */
function validatorOf(schema: object): z.ZodType {
  const alone = { ...schema, $defs: document.components.schemas };
  return z.fromJSONSchema(
    JSON.parse(JSON.stringify(alone).replaceAll("#/components/schemas/", "#/$defs/")),
  );
}

/** What an operation leaves unsaid. */
function shortcomings(path: string, operation: Operation): string[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
  const described = (operation.parameters ?? [])
    .filter(({ in: place }) => place === "path")
    .map(({ name }) => name)
    .sort();
  const cannotFail = path === "/health" || path === "/openapi.json";
  return Object.entries({
    summary: (operation.summary ?? "").length >= 8,
    scope: "x-scope" in operation,
    security: operation.security !== undefined,
    parameters: described.join() === inPath.join(),
    failure: cannotFail || "default" in operation.responses,
  }).flatMap(([what, said]) => (said ? [] : [what]));
}

describe("the document", () => {
  test("is OpenAPI 3.1 and open to all", () => {
    expect(document.openapi).toBe("3.1.0");
  });

  test("has every route that the Worker has, and no other", () => {
    const patterns = createApp()
      .routes.filter(({ method, path }) => method !== "ALL" && !path.endsWith("*"))
      // What `/mcp` takes and gives is described by its own protocol; what the console's own page asks
      // for is no part of the API.
      .filter(({ path }) => path !== "/mcp" && !path.startsWith("/console"))
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
    const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const gateways = documented.filter((route) => route.includes("{path}"));
    expect(documented.filter((route) => !gateways.includes(route)).sort()).toEqual(
      [...new Set(patterns)].sort(),
    );
    expect(gateways).toHaveLength(12);
  });

  test("says of every operation what it does, needs, and how it fails", () => {
    const wrong = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, operation]) =>
        shortcomings(path, operation).map((what) => `${method} ${path}: ${what}`),
      ),
    );
    expect(wrong).toEqual([]);
  });

  test("distinguishes whole numbers from text, and names their bounds", () => {
    const top = document.paths["/mail"]?.["get"]?.parameters?.find(({ name }) => name === "top");
    expect(top?.schema).toMatchObject({ type: "integer", minimum: 1, maximum: 100, default: 25 });
  });
});

/** Requests of every kind of answer: path with its query, the pattern, and what is sent. */
const samples: [string, string, RequestInit?][] = [
  ["/", "/"],
  ["/health", "/health"],
  ["/user", "/user"],
  ["/users?top=2", "/users"],
  ["/users/grace@contoso.example", "/users/{id}"],
  ["/mail?top=2", "/mail"],
  ["/mail/none", "/mail/{id}"],
  [
    "/mail/send",
    "/mail/send",
    json("POST", {
      message: { subject: "x", toRecipients: [{ emailAddress: { address: "a@b.example" } }] },
    }),
  ],
  ["/calendar/events?top=2", "/calendar/events"],
  ["/files", "/files"],
  ["/files/content?path=none", "/files/content"],
  [
    "/files/content?path=a.txt",
    "/files/content",
    { method: "PUT", body: "a", headers: { "content-length": "1" } },
  ],
  ["/files/content?path=a.txt", "/files/content"],
  ["/batch", "/batch", json("POST", { requests: [{ method: "GET", url: "/me" }] })],
  ["/subscriptions?top=1", "/subscriptions"],
  [`/subscriptions/${CONTOSO_SUBSCRIPTION}`, "/subscriptions/{id}"],
  [`/subscriptions/${CONTOSO_SUBSCRIPTION}/resourceGroups`, "/subscriptions/{id}/resourceGroups"],
  [
    `/subscriptions/${CONTOSO_SUBSCRIPTION}/resourceGroups/openapi`,
    "/subscriptions/{id}/resourceGroups/{name}",
    json("PUT", { location: "westeurope" }),
  ],
  [
    `/subscriptions/${CONTOSO_SUBSCRIPTION}/resourceGroups/openapi`,
    "/subscriptions/{id}/resourceGroups/{name}",
    { method: "DELETE" },
  ],
  [`/subscriptions/${CONTOSO_SUBSCRIPTION}/resources?top=1`, "/subscriptions/{id}/resources"],
  [`/subscriptions/${CONTOSO_SUBSCRIPTION}/providers?top=1`, "/subscriptions/{id}/providers"],
  [`/subscriptions/${CONTOSO_SUBSCRIPTION}/tagNames`, "/subscriptions/{id}/tagNames"],
  ["/resources?id=/x", "/resources"],
  ["/operations?id=x", "/operations"],
  ["/connections/{id}", "/connections/{id}"],
  ["/connections/{id}/events", "/connections/{id}/events"],
  ["/connections/{id}/token?resource=graph", "/connections/{id}/token"],
  ["/connections/{id}/tickets", "/connections/{id}/tickets", { method: "POST" }],
  ["/connections/{id}/refresh", "/connections/{id}/refresh", { method: "POST" }],
  ["/connections/{id}/confirm", "/connections/{id}/confirm", json("POST", { flow: "x" })],
  ["/connections/{id}/live", "/connections/{id}/live"],
  ["/connections", "/connections"],
  ["/sessions", "/sessions", json("POST", { user_id: "ada" })],
  ["/connect?return_url=https://app.example", "/connect"],
  ["/callback?state=x", "/callback"],
  ["/logout", "/logout"],
  ["/admin-consent", "/admin-consent"],
  ["/callback/admin", "/callback/admin"],
  ["/graph/v1.0/me", "/graph/{version}/{path}"],
  ["/arm/subscriptions?api-version=2022-12-01", "/arm/{path}"],
];

/** Routes that no connection is named to. */
const ofNone = /^\/(?:$|(?:health|sessions|connections|callback|logout|admin-consent|graph|arm)\b)/;

describe("the Worker answers as the document says", () => {
  test("and the test would see it if it did not", () => {
    const answer = document.paths["/connections/{id}"]?.["get"]?.responses["200"];
    const validator = validatorOf(answer?.content?.["application/json"]?.schema ?? {});
    expect(validator.safeParse({ success: true, data: { id } }).success).toBe(false);
    expect(validator.safeParse({}).success).toBe(false);
  });

  test.each(samples)("%s (%s %#)", async (path, pattern, init = {}) => {
    const url = path.replace("{id}", id);
    const named = ofNone.test(path) ? url : `${url}${url.includes("?") ? "&" : "?"}${who}`;
    const gateway = pattern.includes("{path}") && { "x-azure-connection": id };
    const response = await http(
      named,
      asAll({ ...init, headers: { ...(init.headers as Record<string, string>), ...gateway } }),
    );
    const operation = document.paths[pattern]?.[(init.method ?? "GET").toLowerCase()];
    const range = `${String(response.status)[0]}XX`;
    const answer =
      operation?.responses[response.status] ??
      operation?.responses[range] ??
      (response.status >= 400 ? operation?.responses["default"] : undefined);
    expect(answer).toBeDefined();
    const type = (response.headers.get("content-type") ?? "").split(";")[0] ?? "";
    const types = Object.keys(answer?.content ?? {});
    const bytes = types.includes("application/octet-stream");
    expect(types.length === 0 || bytes ? [type] : types).toContain(type);
    const schema = answer?.content?.["application/json"]?.schema;
    const body: unknown = type === "application/json" ? await response.json() : undefined;
    const parsed = validatorOf(schema ?? {}).safeParse(body ?? {});
    expect(schema === undefined ? [] : (parsed.error?.issues ?? [])).toEqual([]);
  });
});
