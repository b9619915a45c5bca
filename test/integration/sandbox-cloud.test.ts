import { describe, expect, test } from "vitest";
import { bearer, inEnvironment } from "./support/http.ts";

const sandboxCloud = {
  AZURE_CLOUD: "sandbox",
  AZURE_AUTHORITY_HOST: "http://localhost:8788",
  AZURE_GRAPH_ENDPOINT: "http://localhost:8788/graph",
  AZURE_RESOURCE_MANAGER_ENDPOINT: "http://localhost:8788/arm",
};
const local = "http://localhost:8787";
const asked = (path: string, init: RequestInit = {}) =>
  inEnvironment(sandboxCloud, new URL(path, local).href, init);

describe("in the sandbox cloud", () => {
  test("a link may start a sign-in, as the user that it names", async () => {
    for (const accept of ["*/*", "application/json", "text/html"]) {
      const response = await asked("/connect?user_id=anybody", { headers: { accept } });
      expect(response.status).toBe(302);
      expect(response.headers.get("location")).toContain("/oauth2/v2.0/authorize?");
      expect(response.headers.getSetCookie()[0]).toMatch(/^__Host-azure_flow_/);
    }
    for (const [path, words] of [
      ["/connect", "is required"],
      ["/connect?user_id=a%20b", "must be 1 to 128 of"],
      ["/connect?user_id=", "must be 1 to 128 of"],
    ] as const) {
      expect(await (await asked(path)).json()).toMatchObject({
        error: expect.stringContaining(words),
        details: { field: "user_id" },
      });
    }
    const known = await asked("/connect?user_id=x", {
      headers: { authorization: "Bearer nonsense" },
    });
    expect(known.status).toBe(401);
  });

  test("alone the key of the README's first call is known", async () => {
    const headers = { authorization: "Bearer azk_dev_sandbox" };
    const known = await asked("/user", { headers });
    expect(await known.json()).toMatchObject({ details: { field: "user_id" } });
    expect((await inEnvironment({}, "/user", { headers })).status).toBe(401);
    expect((await inEnvironment({}, "/connect?user_id=anybody")).status).toBe(401);
  });

  test.each([
    ["http://127.0.0.1:8787", {}],
    ["https://localhost:8789", {}],
    ["http://[::1]:8787", {}],
    ["http://azure.localhost:8787", {}],
    [local, { host: "127.0.0.1:9999" }],
  ])("a request to %s %o is answered", async (origin, headers) => {
    const response = await asked(`${origin}/openapi.json`, { headers });
    expect(response.status).toBe(200);
  });

  test.each([
    ["https://azure.example", {}],
    ["http://192.168.0.2:8787", {}],
    ["http://localhost.evil.example:8787", {}],
    ["http://0.0.0.0:8787", {}],
    [local, { host: "azure.example" }],
    [local, { host: "localhost:8787@evil.example" }],
    [local, { host: "a b" }],
    // What a proxy says of its client is no reason to believe it.
    ["https://azure.example", { "x-forwarded-host": "localhost:8787" }],
  ])("a request to %s %o is refused on every route", async (origin, headers) => {
    for (const path of [
      "/connect?user_id=anybody",
      "/user?user_id=anybody",
      "/graph/v1.0/me",
      "/openapi.json",
      "/connections/user:anybody/live",
    ]) {
      const response = await asked(`${origin}${path}`, {
        headers: { authorization: "Bearer azk_dev_sandbox", ...headers },
      });
      expect(response.status).toBe(503);
      expect(response.headers.get("x-azure-error")).toBe("app_misconfigured");
      expect(await response.text()).toContain("AZURE_CLOUD");
    }
  });

  test.each([
    [sandboxCloud, "http://localhost:5173", "http://localhost:5173"],
    [sandboxCloud, "http://localhost", "http://localhost"],
    [sandboxCloud, "https://app.example", "https://app.example"],
    [sandboxCloud, "http://localhost.evil.example:5173", null],
    [sandboxCloud, "https://localhost:5173", null],
    [sandboxCloud, "http://localhost:*", null],
    [{}, "http://localhost:5173", null],
  ])("%o lets a page of %s read: %s", async (change, from, allowed) => {
    const response = await inEnvironment(change, `${local}/health`, { headers: { origin: from } });
    expect(response.headers.get("access-control-allow-origin")).toBe(allowed);
  });

  test("a sign-in may return to every port of localhost, and elsewhere to none", async () => {
    const value = { authUrl: "https://login.example/", state: "s", expiresAt: "" };
    const beginAuthorization = async () => ({ ok: true, value });
    const AZURE_CONNECTION = { getByName: () => ({ beginAuthorization }) };
    const start = (change: object, returnUrl: string) =>
      inEnvironment(
        { AZURE_CONNECTION, ...change },
        `${local}/connect?user_id=a&return_url=${returnUrl}`,
        { headers: bearer("all") },
      );
    expect((await start(sandboxCloud, "http://localhost:5173/done")).status).toBe(200);
    const other = await start({}, "http://localhost:5173/done");
    expect(await other.json()).toMatchObject({ details: { field: "return_url" } });
  });

  test.each([
    ["AZURE_REDIRECT_URI", "https://azure.example/callback"],
    ["AZURE_PUBLIC_ORIGIN", "https://azure.example"],
  ])("%s elsewhere is a configuration error", async (variable, value) => {
    const change = { ...sandboxCloud, [variable]: value };
    const response = await inEnvironment(change, `${local}/openapi.json`);
    expect([response.status, await response.json()]).toMatchObject([
      503,
      { code: "app_misconfigured", details: { variable } },
    ]);
  });
});
