import { beforeAll, describe, expect, test } from "vitest";
import { asAll, bearer, call, connectedUser, http, inEnvironment, json } from "./support/http.ts";
import { sandbox } from "./support/sandbox.ts";

let who: string;
let id: string;
beforeAll(async () => {
  ({ who, id } = await connectedUser());
});

describe("bad input", () => {
  test.each<[string, RequestInit, string]>([
    ["/mail?{who}&top=0", {}, "top"],
    ["/mail?{who}&top=101", {}, "top"],
    ["/mail?{who}&top=2.5", {}, "top"],
    ["/mail?{who}&top=many", {}, "top"],
    ["/mail?{who}&top=1&top=2", {}, "top"],
    ["/mail?{who}&skip=2", {}, "skip"],
    ["/mail?{who}&cursor=altered", {}, "cursor"],
    ["/mail?user_id=a%20b", {}, "user_id"],
    ["/mail?user_id=", {}, "user_id"],
    ["/mail?{who}&label=Work", {}, "label"],
    ["/mail?{who}&connection=user:x", {}, "connection"],
    ["/mail?connection=x", {}, "connection"],
    ["/calendar/events?{who}&start=2026-01-01T00:00:00Z", {}, "end"],
    ["/calendar/events?{who}&start=yesterday&end=2026-01-01", {}, "start"],
    ["/subscriptions?{who}&api_version=latest", {}, "api_version"],
    ["/subscriptions/not-a-guid?{who}", {}, "id"],
    ["/resources?{who}", {}, "id"],
    ["/resources?{who}&id=subscriptions/1", {}, "id"],
    ["/operations?{who}&id=abc", {}, "id"],
    ["/files/content?{who}&path=a/../b", {}, "path"],
    ["/connections/{id}/token?resource=mail", {}, "resource"],
    ["/connections/{id}/token", {}, "resource"],
    ["/connections/{id}/events?limit=201", {}, "limit"],
    ["/connections/{id}/confirm", json("POST", {}), "flow"],
    ["/connections/{id}/confirm", json("POST", { flow: "x", extra: 1 }), "extra"],
    ["/connections/{id}/refresh", json("POST", { resource: 7 }), "resource"],
    ["/sessions", json("POST", { user_id: "a", ttl: 3601 }), "ttl"],
    ["/sessions", json("POST", { user_id: "a", ttl: 0 }), "ttl"],
    ["/sessions", json("POST", { user_id: "a", scopes: ["everything"] }), "scopes.0"],
    ["/sessions", json("POST", {}), "user_id"],
    ["/sessions", json("POST", []), "body"],
    [
      "/sessions",
      { method: "POST", body: "{", headers: { "content-type": "application/json" } },
      "body",
    ],
    [
      "/sessions",
      { method: "POST", body: "a=b", headers: { "content-type": "text/plain" } },
      "content-type",
    ],
    ["/batch?{who}", json("POST", { requests: [] }), "requests"],
    [
      "/batch?{who}",
      json("POST", { requests: [{ method: "GET", url: "https://x" }] }),
      "requests[0].url",
    ],
    ["/mail/send?{who}", json("POST", { subject: "x" }), "message"],
    ["/connect?{who}&prompt=none_of_these&return_url=https://app.example", {}, "prompt"],
    ["/connect?{who}&tenant_id=..%2Fx&return_url=https://app.example", {}, "tenant_id"],
    ["/connect?{who}&scopes=%22x%22&return_url=https://app.example", {}, "scopes"],
    ["/admin-consent?tenant_id=a/b", {}, "tenant_id"],
    ["/admin-consent?return_url=https://evil.example", {}, "return_url"],
    ["/logout?post_logout_redirect_uri=https://evil.example", {}, "post_logout_redirect_uri"],
  ])("%s (%#) is refused by the name of what is wrong", async (path, init, field) => {
    const mark = await sandbox.mark();
    const url = path.replace("{who}", who).replace("{id}", id);
    const { status, body } = await call(url, asAll(init));
    expect([status, body["code"]]).toEqual([400, "invalid_request"]);
    expect(body["details"]).toMatchObject({ field });
    expect(body["success"]).toBe(false);
    expect(body["error"]).toMatch(/^.{8,200}$/);
    expect(body["request_id"]).toMatch(/^[\da-f-]{36}$/);
    expect(await sandbox.requests(mark)).toEqual([]);
  });

  test("a body beyond the limit is refused unread", async () => {
    const { status, body } = await call(
      `/mail/send?${who}`,
      asAll(json("POST", { message: { subject: "x".repeat(6 * 1024 * 1024) } })),
    );
    expect([status, body["code"]]).toEqual([413, "payload_too_large"]);
  });

  test("a cursor is refused on another list and by another connection", async () => {
    const first = await call(`/mail?${who}&top=2`, asAll());
    const cursor = encodeURIComponent(String(first.body["next_cursor"]));
    const other = await connectedUser();
    expect((await call(`/mail?${who}&cursor=${cursor}`, asAll())).status).toBe(200);
    for (const path of [`/users?${who}`, `/calendar/events?${who}`, `/mail?${other.who}`]) {
      const { status, body } = await call(`${path}&cursor=${cursor}`, asAll());
      expect([status, body["details"]]).toEqual([400, { field: "cursor" }]);
    }
  });
});

describe("what is not there", () => {
  test("is 404, and 405 under another method, in the envelope", async () => {
    const missing = await call("/nothing", asAll());
    expect([missing.status, missing.body["code"]]).toEqual([404, "not_found"]);
    const method = await call("/user", asAll({ method: "DELETE" }));
    expect([method.status, method.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    expect(method.body).toMatchObject({ success: false, code: "invalid_request" });
    expect(method.body["request_id"]).toBe(method.headers.get("x-request-id"));
  });

  test("keeps the id of a request that brought one", async () => {
    const requestId = crypto.randomUUID();
    const { body, headers } = await call("/nothing", {
      headers: { "client-request-id": requestId },
    });
    expect([body["request_id"], headers.get("x-request-id")]).toEqual([requestId, requestId]);
    const odd = await call("/nothing", { headers: { "client-request-id": "<script>" } });
    expect(odd.body["request_id"]).toMatch(/^[\da-f-]{36}$/);
  });
});

describe("pages of other origins", () => {
  const preflight = (from: string) =>
    http("/mail", {
      method: "OPTIONS",
      headers: {
        origin: from,
        "access-control-request-method": "GET",
        "access-control-request-headers": "authorization",
      },
    });

  test("on the list may call with credentials and read what they need", async () => {
    const asked = await preflight("https://app.example");
    expect(asked.status).toBe(204);
    expect(asked.headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect(asked.headers.get("access-control-allow-credentials")).toBe("true");
    expect(asked.headers.get("access-control-allow-headers")).toContain("authorization");
    const answer = await http(
      `/user?${who}`,
      asAll({ headers: { origin: "https://app.example" } }),
    );
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect(answer.headers.get("access-control-expose-headers")).toContain("retry-after");
    expect(answer.headers.get("vary")?.toLowerCase()).toContain("origin");
    const refused = await http("/user", { headers: { origin: "https://app.example" } });
    expect(refused.status).toBe(401);
    expect(refused.headers.get("access-control-allow-origin")).toBe("https://app.example");
  });

  test.each([
    "https://evil.example",
    "https://app.example.evil.example",
    "http://app.example",
    "null",
  ])("from %s are told nothing", async (from) => {
    for (const response of [
      await preflight(from),
      await http("/user", { headers: { origin: from } }),
    ]) {
      const named = [...response.headers.keys()].filter((name) =>
        name.startsWith("access-control"),
      );
      expect(named).toEqual([]);
      await response.body?.cancel();
    }
  });

  test("are never all allowed, and none when none is listed", async () => {
    const response = await inEnvironment({ ALLOWED_ORIGINS: "" }, "/health", {
      headers: { origin: "https://app.example" },
    });
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("a broken configuration", () => {
  test.each([
    ["SESSION_SECRET", "short"],
    ["API_KEYS", "{"],
    ["AZURE_CLOUD", "moon"],
    ["AZURE_CLIENT_ID", ""],
    ["AZURE_GRAPH_ENDPOINT", "https://graph.evil.example"],
    ["ALLOWED_ORIGINS", "*"],
  ])("names %s on every route but /health", async (variable, value) => {
    const health = await inEnvironment({ [variable]: value }, "/health");
    expect(await health.json()).toMatchObject({ status: "ok", service: "azure" });
    for (const path of [
      "/user",
      "/connect",
      "/callback?state=x",
      "/logout",
      "/openapi.json",
      "/connections/user:a/live",
    ]) {
      const response = await inEnvironment({ [variable]: value }, path, { headers: bearer("all") });
      expect(response.status).toBe(503);
      const body = await response.json<Record<string, unknown>>();
      expect(body).toMatchObject({ code: "app_misconfigured", details: { variable } });
    }
  });
});

describe("an overload", () => {
  const full = { RATE_LIMIT: { limit: async () => ({ success: false }) } };

  test("of one caller is refused with the time to wait", async () => {
    const response = await inEnvironment(full, "/user?user_id=a", { headers: bearer("all") });
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "60"]);
    expect(await response.json()).toMatchObject({ code: "throttled", retry_after: 60 });
  });

  test("is counted by caller, and by address where there is none", async () => {
    const keys: string[] = [];
    const counting = {
      RATE_LIMIT: {
        limit: async ({ key }: { key: string }) => {
          keys.push(key);
          return { success: true };
        },
      },
    };
    await inEnvironment(counting, "/user?user_id=a&x=1", { headers: bearer("reader") });
    await inEnvironment(counting, "/user", { headers: { "cf-connecting-ip": "192.0.2.1" } });
    await inEnvironment(counting, "/health");
    expect(keys).toEqual(["api_key:reader", "address:192.0.2.1"]);
  });

  test("is not there without the binding", async () => {
    const response = await inEnvironment({ RATE_LIMIT: undefined }, "/user?x=1", {
      headers: bearer("all"),
    });
    expect(response.status).toBe(400);
  });
});

test("an unexpected error is answered without its text", async () => {
  const broken = {
    AZURE_CONNECTION: {
      getByName: () => {
        throw new TypeError("secret inside");
      },
    },
  };
  const response = await inEnvironment(broken, `/user?${who}`, { headers: bearer("all") });
  const text = await response.text();
  expect(response.status).toBe(500);
  expect(JSON.parse(text)).toMatchObject({ success: false, code: "internal_error" });
  expect(text).not.toMatch(/secret|TypeError|at /);
});
