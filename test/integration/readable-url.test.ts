import { beforeAll, describe, expect, test } from "vitest";
import { asAll, bearer, call, connectedUser, http, json } from "./support/http.ts";
import { sandbox } from "./support/sandbox.ts";

interface Operation {
  parameters?: { name: string; in: string; required?: boolean }[];
  requestBody?: object;
}

let document: { paths: Record<string, Record<string, Operation>> };
let user: Awaited<ReturnType<typeof connectedUser>>;
beforeAll(async () => {
  document = await (await http("/openapi.json")).json();
  user = await connectedUser();
});

/** A value that every parameter of this name takes, or comes near to. */
const good: Record<string, string> = {
  id: "aaaaaaaa-1111-4000-8000-000000000001",
  name: "contoso-production",
  namespace: "Microsoft.Web",
};

interface Case {
  method: string;
  path: string;
  field: string;
}

/** Each parameter of each route, in turn the one whose value is no text. */
function* cases(value: string): Generator<Case> {
  for (const [pattern, operations] of Object.entries(document.paths)) {
    // The gateways' paths are Microsoft's; what comes to a callback is Microsoft's too.
    if (pattern.includes("{path}") || pattern.startsWith("/callback")) continue;
    // A person reads what is wrong with a link on a page, to whatever a mail program made of it.
    if (pattern === "/reconnect" || pattern === "/connect/account") continue;
    // Whoever has no address of ours learns nothing there, whatever else is wrong.
    if (pattern === "/notifications") continue;
    for (const [method, { parameters = [] }] of Object.entries(operations)) {
      for (const { name: field, in: place } of parameters) {
        if (place !== "path" && place !== "query") continue;
        const path = pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
          place === "path" && name === field ? value : encodeURIComponent(good[name] ?? "x"),
        );
        const query = place === "query" ? `?${field}=${value}` : "";
        yield { method: method.toUpperCase(), path: path + query, field };
      }
    }
  }
}

describe("a parameter that is no text is refused by its name, on every route", () => {
  test.each(["%ED%A0%80", "%", "%zz", "a%C3b"])("%s", async (value) => {
    const mark = await sandbox.mark();
    const all = [...cases(value)];
    expect(all.length).toBeGreaterThan(100);
    const wrong: unknown[] = [];
    for (const { method, path, field } of all) {
      const body = method === "GET" || method === "DELETE" ? {} : json(method, {});
      const headers = path.includes("/live") ? { upgrade: "websocket" } : {};
      const response = await call(
        path,
        asAll({ method, ...body, ...(path.includes("/live") && { headers }) }),
      );
      const { code, details } = response.body;
      const told = [response.status, code, (details as { field?: string } | undefined)?.field];
      if (told.join() !== [400, "invalid_request", field].join()) wrong.push([method, path, told]);
    }
    expect(wrong).toEqual([]);
    expect(await sandbox.requests(mark)).toEqual([]);
  });
});

describe("a parameter that comes twice is refused by its name", () => {
  test.each([
    ["/mail?user_id=ada&user_id=grace", "user_id"],
    ["/mail?user%5Fid=ada&user_id=grace", "user_id"],
    ["/mail?connection=user:ada&connection=user:grace", "connection"],
    ["/mail?user_id=ada&label=a&label=b", "label"],
    ["/mail?connection=tenant:aaaaaaaa-0000-4000-8000-00000000000a&as=ada&as=grace", "as"],
    ["/mail?user_id=ada&top=1&top=2", "top"],
    ["/files/content?user_id=ada&path=a&path=b", "path"],
    [
      "/connect?user_id=ada&return_url=https://app.example/&return_url=https://a.example/",
      "return_url",
    ],
    ["/admin-consent?tenant_id=contoso.example&tenant_id=fabrikam.example", "tenant_id"],
    ["/connections/user:ada/live?after=1&after=2", "after"],
  ])("%s", async (path, field) => {
    const mark = await sandbox.mark();
    const { status, body } = await call(path, asAll());
    expect([status, body["code"], body["details"]]).toEqual([400, "invalid_request", { field }]);
    expect(await sandbox.requests(mark)).toEqual([]);
  });

  test("but at the gateways, whose query is Microsoft's", async () => {
    const mark = await sandbox.mark();
    await http("/graph/v1.0/me?x=1&x=2", {
      headers: { ...bearer("all"), "x-azure-connection": user.id },
    });
    const asked = await sandbox.requests(mark);
    expect(asked.map(({ url }) => new URL(url).searchParams.getAll("x"))).toEqual([["1", "2"]]);
  });
});

test("a text that is empty or too long is refused by a sentence", async () => {
  for (const [path, sentence] of [
    ["/mail?user_id=ada&as=", "as must not be empty."],
    [`/mail?user_id=ada&as=${"a".repeat(257)}`, "as must have at most 256 characters."],
    [`/mail?${user.who}&filter=${"a".repeat(8_193)}`, "filter: must have at most 8192 characters."],
  ] as const) {
    expect((await call(path, asAll())).body["error"]).toBe(sentence);
  }
});

test("a callback with what is no text ends on a page, not in an error of ours", async () => {
  for (const query of ["state=%ED%A0%80", "state=%", "%=x", "state=a.b.c&error=%ff"]) {
    for (const path of ["/callback", "/callback/admin"]) {
      const page = await http(`${path}?${query}`);
      expect([200, 400]).toContain(page.status);
      expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    }
  }
});

test("a connection that is named by no text in the header of a gateway is none", async () => {
  for (const id of ["%ED%A0%80", "user:%", "user:\u00e9"]) {
    const response = await http("/graph/v1.0/me", {
      headers: { ...bearer("all"), "x-azure-connection": id },
    });
    expect(response.status).toBe(400);
    expect(response.headers.get("x-azure-error")).toBe("invalid_request");
  }
});

test("half a surrogate pair in a body is refused by its name", async () => {
  for (const [path, body, field] of [
    [`/connections/${user.id}/confirm`, { flow: "\ud800" }, "flow"],
    [`/connections/${user.id}/refresh`, { resource: "https://a\udfff.example" }, "resource"],
    ["/sessions", { user_id: "\ud800" }, "user_id"],
    ["/connections", { user_id: "a", tenant_id: "\ud800", refresh_token: "x" }, "tenant_id"],
    [
      "/connections",
      { user_id: "a", tenant_id: "common", refresh_token: "\ud800" },
      "refresh_token",
    ],
  ] as const) {
    const response = await call(path, asAll(json("POST", body)));
    expect([response.status, response.body["details"]]).toEqual([400, { field }]);
  }
});
