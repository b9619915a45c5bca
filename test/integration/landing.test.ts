import { describe, expect, test } from "vitest";
import { inEnvironment } from "./support/http.ts";
import { front } from "./support/front.ts";

const sandboxCloud = {
  AZURE_CLOUD: "sandbox",
  AZURE_AUTHORITY_HOST: "http://localhost:8788",
  AZURE_GRAPH_ENDPOINT: "http://localhost:8788/graph",
  AZURE_RESOURCE_MANAGER_ENDPOINT: "http://localhost:8788/arm",
};

const hrefsOf = (page: string) => [...page.matchAll(/href="([^"]*)"/g)].map(([, href]) => href);

describe("the Worker's address", () => {
  test("shows a page that runs no script, loads nothing and is nobody's frame", async () => {
    const response = await front("/");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; style-src 'nonce-[\w-]+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    );
    expect(response.headers.get("cache-control")).toBe("no-store");
    const page = await response.text();
    expect(page).toContain("<h1>Azure Integration Worker</h1>");
    expect(page).not.toMatch(/<script|undefined|\[object/);
  });

  test("leads to what is open to all, and each of it answers", async () => {
    const hrefs = hrefsOf(await (await front("/")).text());
    expect(hrefs).toEqual(["/openapi.json", "/health"]);
    for (const href of hrefs) expect((await front(href ?? "")).status).toBe(200);
  });

  test("leads to a sign-in in the sandbox alone", async () => {
    const there = await inEnvironment(sandboxCloud, "http://localhost:8787/");
    const hrefs = hrefsOf(await there.text());
    expect(hrefs).toContain("/connect?user_id=demo");
    const start = await inEnvironment(sandboxCloud, `http://localhost:8787${hrefs.at(-1) ?? ""}`);
    expect(start.status).toBe(302);
  });

  test("says as every route does that the configuration is wrong", async () => {
    const response = await inEnvironment({ SESSION_SECRET: "short" }, "/");
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ details: { variable: "SESSION_SECRET" } });
  });

  test("takes no other method and no parameter, and is not what an unknown path gets", async () => {
    expect((await front("/", { method: "POST" })).status).toBe(405);
    expect((await front("/?user_id=demo")).status).toBe(400);
    expect((await front("/index.html")).status).toBe(404);
    const head = await front("/", { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });
});
