import { beforeAll, describe, expect, test } from "vitest";
import { CONTOSO_SUBSCRIPTION } from "../sandbox/constants.ts";
import { asAll, call, connectedUser, http } from "./support/http.ts";
import { sandbox } from "./support/sandbox.ts";

/** What the links of the gateways begin with: the origin of the redirect URI. */
const origin = "http://localhost:8787";

let id: string;
beforeAll(async () => {
  ({ id } = await connectedUser());
});

const through = (path: string, init: RequestInit = {}) =>
  http(
    path,
    asAll({
      ...init,
      headers: { "x-azure-connection": id, ...(init.headers as Record<string, string>) },
    }),
  );

interface Page {
  value: unknown[];
  "@odata.nextLink"?: string;
  nextLink?: string;
}

describe("the Graph gateway", () => {
  test("leads a client through the pages it would get from Microsoft", async () => {
    let url: string | undefined = `${origin}/graph/v1.0/me/messages?$top=60&$select=subject`;
    let count = 0;
    let pages = 0;
    while (url !== undefined) {
      expect(url.startsWith(`${origin}/graph/v1.0/`)).toBe(true);
      const page: Page = await (await through(url.slice(origin.length))).json<Page>();
      count += page.value.length;
      pages += 1;
      url = page["@odata.nextLink"];
    }
    expect([count, pages]).toEqual([250, 5]);
  });

  test("leads through changes to a delta link of this host", async () => {
    let url: string | undefined =
      `${origin}/graph/v1.0/me/mailFolders/inbox/messages/delta?$select=subject`;
    let delta: string | undefined;
    for (let pages = 0; url !== undefined && pages < 40; pages += 1) {
      const page: Page & { "@odata.deltaLink"?: string } = await (
        await through(url.slice(origin.length))
      ).json();
      url = page["@odata.nextLink"];
      delta = page["@odata.deltaLink"];
    }
    expect(delta?.startsWith(`${origin}/graph/v1.0/`)).toBe(true);
    expect((await through((delta ?? "").slice(origin.length))).status).toBe(200);
  });

  test("answers Microsoft's own bytes, marked as nobody's page", async () => {
    const response = await through("/graph/v1.0/me?$select=id,displayName");
    expect(await response.json()).toMatchObject({ displayName: "Ada Lovelace" });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "x-content-type-options": "nosniff",
      "content-security-policy": "sandbox",
      "content-disposition": "attachment",
      "odata-version": "4.0",
    });
    expect(response.headers.get("request-id")).toMatch(/^[\w-]{36}$/);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("answers Microsoft's own errors", async () => {
    const response = await through("/graph/v1.0/me/messages/unknown");
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.headers.get("x-azure-error")).toBeNull();
    expect(await response.json()).toHaveProperty("error.code");
  });

  test("sends Microsoft neither our credential nor another method", async () => {
    const mark = await sandbox.mark();
    const response = await through("/graph/v1.0/me?$select=id", {
      headers: {
        "x-http-method-override": "DELETE",
        "x-http-method": "DELETE",
        cookie: "a=b",
        "client-request-id": "11111111-1111-4111-8111-111111111111",
      },
    });
    expect(response.status).toBe(200);
    const [request] = await sandbox.requests(mark);
    expect(request).toMatchObject({
      method: "GET",
      url: "https://graph.microsoft.com/v1.0/me?$select=id",
      user: "ada@contoso.example",
    });
    expect(response.headers.get("client-request-id")).toBe("11111111-1111-4111-8111-111111111111");
  });

  test("answers HEAD without a body", async () => {
    const response = await through("/graph/v1.0/me", { method: "HEAD" });
    expect(response.status).toBeLessThan(500);
    expect(await response.text()).toBe("");
  });

  test("sends a batch, its pages' links pointing here", async () => {
    const response = await through("/graph/v1.0/$batch", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        requests: [{ id: "1", method: "GET", url: "/me/messages?$top=2&$select=subject" }],
      }),
    });
    const { responses } = await response.json<{ responses: { status: number; body: Page }[] }>();
    expect(responses[0]?.status).toBe(200);
    expect(responses[0]?.body["@odata.nextLink"]).toMatch(
      /^http:\/\/localhost:8787\/graph\/v1\.0\//,
    );
  });
});

describe("the Azure gateway", () => {
  const group = `/arm/subscriptions/${CONTOSO_SUBSCRIPTION}/resourcegroups/gateway-test?api-version=2021-04-01`;

  test("leads through pages", async () => {
    let url: string | undefined =
      `${origin}/arm/subscriptions/${CONTOSO_SUBSCRIPTION}/resources?api-version=2021-04-01&$top=3`;
    let count = 0;
    let pages = 0;
    while (url !== undefined && pages < 50) {
      const page: Page = await (await through(url.slice(origin.length))).json<Page>();
      count += page.value.length;
      pages += 1;
      url = page.nextLink;
      expect(url ?? origin).toContain(origin);
    }
    expect(pages).toBeGreaterThan(1);
    expect(count).toBeGreaterThan(3);
  });

  test("lets a client follow a long-running operation here", async () => {
    const created = await through(group, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ location: "westeurope" }),
    });
    expect(created.status).toBe(201);
    const deleted = await through(group, { method: "DELETE" });
    expect(deleted.status).toBe(202);
    const location = deleted.headers.get("location") ?? "";
    expect(location.startsWith(`${origin}/arm/subscriptions/`)).toBe(true);
    expect((await through(location.slice(origin.length))).status).toBeLessThan(300);
  });

  test("takes the doubled slash that SDKs make of a resource id", async () => {
    const mark = await sandbox.mark();
    const response = await through(
      `/arm//subscriptions/${CONTOSO_SUBSCRIPTION}?api-version=2022-12-01`,
    );
    expect(response.status).toBe(200);
    expect((await sandbox.requests(mark))[0]?.url).toBe(
      `https://management.azure.com/subscriptions/${CONTOSO_SUBSCRIPTION}?api-version=2022-12-01`,
    );
  });
});

describe("a gateway refuses", () => {
  test.each([
    ["/graph/v1.0/me/%2e%2e%2fx", 400],
    ["/graph/v1.0/a%2f..%2fb", 400],
    ["/graph/v1.0/a%5c..%5cb", 400],
    ["/graph/v1.0//evil.example/x", 400],
    ["/graph/v1.0/https://evil.example", 400],
    ["/arm//evil.example/subscriptions", 400],
    ["/graph/v1.0/me%0d%0ax:y", 400],
    ["/graph/v2.0/me", 404],
    ["/graph/me", 404],
  ])("%s before anything is sent", async (path, status) => {
    const mark = await sandbox.mark();
    const response = await through(path);
    expect(response.status).toBe(status);
    const code = status === 404 ? "not_found" : "invalid_request";
    expect(response.headers.get("x-azure-error")).toBe(code);
    expect(await response.json()).toMatchObject({
      error: {
        code,
        message: expect.any(String),
        innerError: { "request-id": response.headers.get("x-request-id") },
      },
    });
    expect(await sandbox.requests(mark)).toEqual([]);
  });

  test("an upgrade", async () => {
    const response = await through("/graph/v1.0/me", { headers: { upgrade: "websocket" } });
    expect(response.status).toBe(400);
    expect(response.webSocket).toBeNull();
  });

  test("methods that Microsoft does not have", async () => {
    const { status, headers, body } = await call("/graph/v1.0/me", asAll({ method: "PROPFIND" }));
    expect([status, headers.get("allow")]).toEqual([405, "GET, HEAD, POST, PUT, PATCH, DELETE"]);
    expect(body).toMatchObject({ error: { innerError: { details: { field: "method" } } } });
  });

  test("a key that does not say whom it acts for, and an id that is none", async () => {
    const { status, body } = await call("/graph/v1.0/me", asAll());
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: { innerError: { details: { field: "x-azure-connection" } } },
    });
    const wrong = await call("/graph/v1.0/me", asAll({ headers: { "x-azure-connection": "ada" } }));
    expect(wrong.status).toBe(400);
    const unknown = await call(
      "/graph/v1.0/me",
      asAll({ headers: { "x-azure-connection": "user:nobody-knows" } }),
    );
    expect([unknown.status, unknown.body]).toMatchObject([404, { error: { code: "not_found" } }]);
  });
});
