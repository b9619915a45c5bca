import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { AzureService } from "../../src/service.ts";
import { asAll, inEnvironment, json } from "./support/http.ts";

/** A connection that takes whatever gets through to it. */
const value = { id: "user:ada", authUrl: "https://login.example/", state: "s", expiresAt: "" };
const willing = {
  fetch: async () => Response.json({ value: [], id: "x" }),
  beginAuthorization: async () => ({ ok: true, value }),
  confirmAuthorization: async () => ({ ok: true, value }),
};
// The limit is no part of what is compared here.
const change = { AZURE_CONNECTION: { getByName: () => willing }, RATE_LIMIT: undefined };

type Fields = Record<string, unknown>;

/** What a field takes, and what it may be sent: both good and bad. */
interface Values {
  good: fc.Arbitrary<unknown>;
  any: fc.Arbitrary<unknown>;
}
const values = (good: readonly unknown[], odd: fc.Arbitrary<unknown>): Values => ({
  good: fc.constantFrom(...good),
  any: fc.oneof(odd, fc.constantFrom(...good)),
});

/** Texts, short and around a limit. */
const text = (limit: number, good: readonly string[] = ["x", "contains(subject,'a')", "😀"]) =>
  values(
    good,
    fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 24 }),
      fc.constantFrom("", " ", "a\u0000b"),
      fc.constantFrom(limit - 1, limit, limit + 1).map((length) => "x".repeat(length)),
    ),
  );
/** Of a path, where nothing and dots are other paths. */
const name = (limit: number): Values => {
  const { good, any } = text(limit, ["x", "Contoso_1"]);
  return { good, any: any.filter((one) => !["", ".", ".."].includes(String(one))) };
};
const when = values(
  ["2026-01-01", "2026-01-01T10:00:00Z", "2026-01-01T10:00:00+02:00", "2026-01-01T10:00:00"],
  fc.oneof(
    fc.constantFrom(
      "2026-02-30",
      "2026-13-01",
      "26-01-01",
      "2026-01-01T25:00:00Z",
      "2026-01-01T10:00:00.1234567",
      "2026-01-01 10:00",
      "yesterday",
      "",
    ),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  ),
);
const apiVersion = values(
  ["2021-04-01", "2022-12-01-preview"],
  fc.constantFrom(
    "2022-12-01-preview.1",
    "2021-4-1",
    "2021-04-01-",
    "2021-04-01 ",
    "2021-02-31",
    "latest",
    "",
    "20210401",
  ),
);
const guid = values(
  ["aaaaaaaa-1111-4000-8000-000000000001"],
  fc.oneof(
    fc.uuid(),
    fc.constantFrom(
      "AAAAAAAA-1111-4000-8000-000000000001",
      "00000000-0000-0000-0000-000000000000",
      "{aaaaaaaa-1111-4000-8000-000000000001}",
      "aaaaaaaa11114000800000000000001",
      "me",
    ),
  ),
);
const top = values(
  [1, 25, 100],
  fc.oneof(
    fc.integer({ min: -2, max: 103 }),
    // Digits in a text are a number in a query alone.
    fc.constantFrom(0.5, 25.5, 1e6, 1e21, "many", "", "1,2"),
  ),
);
/** A good one is of its list, and so of no generator. */
const cursor: Values = { good: fc.constant(undefined), any: text(16_384).any };
const tenant = values(
  ["common", "contoso.example", "aaaaaaaa-0000-4000-8000-00000000000a"],
  fc.constantFrom("consumers", " common", "a/b", "..", "no tenant", "", "x", "é.example"),
);
const scopeList = {
  good: fc.constantFrom(["Mail.Send"], ["Mail.Send", "https://vault.azure.net/.default"]),
  any: fc.array(
    fc.oneof(
      fc.constantFrom("Mail.Send", 'a"b', "a\\b", "é", "a\tb"),
      fc.constantFrom(511, 512, 513).map((length) => "s".repeat(length)),
    ),
    { maxLength: 3 },
  ),
};

const page = { top, cursor };
const odata = text(8_192);
const list = { ...page, select: odata, filter: odata, search: odata, orderBy: odata };

interface Operation {
  method: keyof AzureService;
  /** What a caller sends, by the names of RPC; each may be left out but those of the path. */
  fields: Readonly<Record<string, Values>>;
  required?: readonly string[];
  http: (fields: Fields) => Request;
}

const base = "https://azure.example";
const snake = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function get(path: string, fields: Fields): Request {
  const url = new URL(`${base}${path}`);
  url.searchParams.set("user_id", "ada");
  for (const [key, one] of Object.entries(fields)) {
    if (one !== undefined) url.searchParams.set(snake(key), String(one));
  }
  return new Request(url, asAll());
}
const post = (path: string, body: Fields): Request => {
  const named = Object.fromEntries(Object.entries(body).map(([key, one]) => [snake(key), one]));
  return new Request(`${base}${path}`, asAll(json("POST", named)));
};
const part = (one: unknown) => encodeURIComponent(String(one));

const operations: readonly Operation[] = [
  { method: "getUser", fields: { select: odata }, http: (fields) => get("/user", fields) },
  {
    method: "getUser",
    fields: { id: name(256), select: odata },
    required: ["id"],
    http: ({ id: one, ...fields }) => get(`/users/${part(one)}`, fields),
  },
  {
    method: "getMail",
    fields: { ...list, folder: text(512) },
    http: (fields) => get("/mail", fields),
  },
  {
    method: "getCalendarEvents",
    fields: { ...list, start: when, end: when, timeZone: text(64) },
    http: (fields) => get("/calendar/events", fields),
  },
  {
    method: "listSubscriptions",
    fields: { ...page, apiVersion },
    http: (fields) => get("/subscriptions", fields),
  },
  {
    method: "listResourceGroups",
    fields: { ...page, subscriptionId: guid, filter: odata, apiVersion },
    required: ["subscriptionId"],
    http: ({ subscriptionId, ...fields }) =>
      get(`/subscriptions/${part(subscriptionId)}/resourceGroups`, fields),
  },
  {
    method: "listResources",
    fields: {
      ...page,
      subscriptionId: guid,
      filter: odata,
      expand: text(256),
      apiVersion,
    },
    required: ["subscriptionId"],
    http: ({ subscriptionId, ...fields }) =>
      get(`/subscriptions/${part(subscriptionId)}/resources`, fields),
  },
  {
    method: "listResources",
    fields: {
      ...page,
      subscriptionId: guid,
      resourceGroup: name(90),
      apiVersion,
    },
    required: ["subscriptionId", "resourceGroup"],
    http: ({ subscriptionId, resourceGroup, ...fields }) =>
      get(
        `/subscriptions/${part(subscriptionId)}/resourceGroups/${part(resourceGroup)}/resources`,
        fields,
      ),
  },
  {
    method: "listConnections",
    fields: { ...page, status: values(["active", "pending"], fc.constantFrom("gone", "")) },
    http: (fields) => get("/connections", fields),
  },
  {
    method: "createSession",
    fields: {
      scopes: {
        good: fc.constantFrom(["graph:read"], ["graph:read", "arm:read"], []),
        any: fc.array(fc.constantFrom("graph:read", "graph:all", "admin"), { maxLength: 10 }),
      },
      ttl: values([1, 3_600], fc.oneof(fc.integer({ min: -1, max: 3_602 }), fc.constant(1.5))),
    },
    http: (fields) => post("/sessions", { userId: "ada", ...fields }),
  },
  {
    method: "confirmConnect",
    fields: { flow: text(256) },
    required: ["flow"],
    http: (fields) => post("/connections/user:ada/confirm", fields),
  },
  {
    method: "beginConnect",
    fields: {
      tenantId: tenant,
      scopes: scopeList,
      loginHint: text(320),
      prompt: values(["login", "none", "consent"], fc.constantFrom("create", "", "Login")),
    },
    http: ({ scopes, ...fields }) =>
      get("/connect", {
        returnUrl: "https://app.example/done",
        ...fields,
        ...(Array.isArray(scopes) && { scopes: scopes.join(" ") }),
      }),
  },
];

interface Verdict {
  code: unknown;
  field: string | undefined;
}

/** The parameter by its RPC name; of a list the list, since a query has it in one text. */
const fieldOf = (details: unknown): string | undefined => {
  const { field } = (details ?? {}) as { field?: string };
  const [name] = (field ?? "").split(".");
  const camel = name?.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return camel === "" ? undefined : camel;
};

async function overHttp(request: Request): Promise<Verdict> {
  const response = await inEnvironment(change, request.url, request);
  const body = await response.json<{ code?: unknown; details?: unknown }>();
  return { code: response.ok ? undefined : body.code, field: fieldOf(body.details) };
}

const service = new AzureService(createExecutionContext(), {
  ...env,
  ...(change as unknown as Partial<typeof env>),
});

async function overRpc(method: keyof AzureService, request: Fields): Promise<Verdict> {
  const call = service[method] as (this: AzureService, request: Fields) => Promise<unknown>;
  return call.call(service, request).then(
    () => ({ code: undefined, field: undefined }),
    (error: { code?: unknown; details?: unknown }) => ({
      code: error.code,
      field: fieldOf(error.details),
    }),
  );
}

/** Good values, and one of any kind: of two that are wrong either may be named. */
const requestOf = ({ fields, required = [] }: Operation): fc.Arbitrary<Fields> =>
  fc
    .constantFrom(...Object.keys(fields))
    .chain((odd) =>
      fc.record(
        Object.fromEntries(
          Object.entries(fields).map(([key, { good, any }]) => [key, key === odd ? any : good]),
        ),
        { requiredKeys: [...required, odd] },
      ),
    );

/** A path says by its place what a method says by name. */
const named = (field: string | undefined, { fields }: Operation): string | undefined => {
  if (field === "id" && "subscriptionId" in fields) return "subscriptionId";
  return field === "name" ? "resourceGroup" : field;
};

test.each(operations.map((operation, index) => [operation.method, index, operation] as const))(
  "HTTP and RPC refuse and accept the same: %s (%i)",
  async (method, _, operation) => {
    const verdicts = new Set<unknown>();
    await fc.assert(
      fc.asyncProperty(requestOf(operation), async (request) => {
        const returning = method === "beginConnect" && { returnUrl: "https://app.example/done" };
        const rpc = await overRpc(method, { userId: "ada", ...returning, ...request });
        const { code, field } = await overHttp(operation.http(request));
        verdicts.add(rpc.code);
        expect({ code, field: named(field, operation) }).toEqual(rpc);
      }),
      { numRuns: 80 },
    );
    // Both kinds were among them, so that agreeing says something.
    expect(verdicts).toContain("invalid_request");
    expect(verdicts).toContain(undefined);
  },
);
