import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArmClient, AzureError } from "../../../src/arm/index.ts";
import { errorResponse, failure } from "../../../src/contract/errors.ts";
import { deepJson, oddJson, oddRecord } from "../http/odd-json.ts";
import { type Answer, json, scripted, stoppedClock } from "./script.ts";

const subscription = "aaaaaaaa-1111-4000-8000-000000000001";
const arm = "https://management.azure.com";
const root = `/subscriptions/${subscription}`;
const site = `${root}/resourceGroups/web/providers/Microsoft.Web/sites/shop`;

function client(answers: Answer[], options: ConstructorParameters<typeof ArmClient>[1] = {}) {
  const script = scripted(...answers);
  return { asked: script.asked, arm: new ArmClient(script, { ...stoppedClock(), ...options }) };
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("ArmClient", () => {
  it.each<[string, (azure: ArmClient) => Promise<unknown>, string, unknown]>([
    [
      "subscriptions.list",
      (a) => collect(a.subscriptions.list()),
      "GET /subscriptions?api-version=2022-12-01",
      undefined,
    ],
    [
      "subscriptions.get",
      (a) => a.subscriptions.get(subscription),
      `GET ${root}?api-version=2022-12-01`,
      undefined,
    ],
    [
      "resourceGroups.list",
      (a) => collect(a.resourceGroups.list(subscription, { filter: "tagName eq 'a'" })),
      `GET ${root}/resourceGroups?%24filter=tagName+eq+%27a%27&api-version=2021-04-01`,
      undefined,
    ],
    [
      "resourceGroups.get",
      (a) => a.resourceGroups.get(subscription, "wéb"),
      `GET ${root}/resourceGroups/w%C3%A9b?api-version=2021-04-01`,
      undefined,
    ],
    [
      "resourceGroups.createOrUpdate",
      (a) => a.resourceGroups.createOrUpdate(subscription, "web", { location: "eastus" }),
      `PUT ${root}/resourceGroups/web?api-version=2021-04-01`,
      { location: "eastus" },
    ],
    [
      "resourceGroups.delete",
      (a) => a.resourceGroups.delete(subscription, "web"),
      `DELETE ${root}/resourceGroups/web?api-version=2021-04-01`,
      undefined,
    ],
    [
      "resources.listBySubscription",
      (a) => collect(a.resources.listBySubscription(subscription, { expand: "createdTime" })),
      `GET ${root}/resources?%24expand=createdTime&api-version=2021-04-01`,
      undefined,
    ],
    [
      "resources.listByResourceGroup",
      (a) => collect(a.resources.listByResourceGroup(subscription, "web")),
      `GET ${root}/resourceGroups/web/resources?api-version=2021-04-01`,
      undefined,
    ],
    [
      "resources.get",
      (a) => a.resources.get(site, { apiVersion: "2023-12-01" }),
      `GET ${site}?api-version=2023-12-01`,
      undefined,
    ],
    [
      "resources.createOrUpdate",
      (a) => a.resources.createOrUpdate(site, { location: "eastus" }, { apiVersion: "2023-12-01" }),
      `PUT ${site}?api-version=2023-12-01`,
      { location: "eastus" },
    ],
    [
      "resources.delete",
      (a) => a.resources.delete(site, { apiVersion: "2023-12-01" }),
      `DELETE ${site}?api-version=2023-12-01`,
      undefined,
    ],
    [
      "providers.list",
      (a) => collect(a.providers.list(subscription)),
      `GET ${root}/providers?api-version=2021-04-01`,
      undefined,
    ],
    [
      "providers.get",
      (a) => a.providers.get(subscription, "Microsoft.Web"),
      `GET ${root}/providers/Microsoft.Web?api-version=2021-04-01`,
      undefined,
    ],
    [
      "tags.listNames",
      (a) => collect(a.tags.listNames(subscription)),
      `GET ${root}/tagNames?api-version=2021-04-01`,
      undefined,
    ],
    [
      "tags.get",
      (a) => a.tags.get(site),
      `GET ${site}/providers/Microsoft.Resources/tags/default?api-version=2021-04-01`,
      undefined,
    ],
    [
      "tags.update",
      (a) => a.tags.update(root, { operation: "Merge", tags: { env: "dev" } }),
      `PATCH ${root}/providers/Microsoft.Resources/tags/default?api-version=2021-04-01`,
      { operation: "Merge", properties: { tags: { env: "dev" } } },
    ],
  ])("%s asks what ARM expects", async (_, call, line, body) => {
    const { arm: azure, asked } = client([json({ value: [] })]);
    await call(azure);
    const [first] = asked;
    expect(asked).toHaveLength(1);
    expect(`${first?.method} ${first?.url.replace(arm, "")}`).toBe(line);
    expect(first?.body).toEqual(body);
  });

  it("asks for anything else by its path, and follows what takes long", async () => {
    const path = `${site}/restart`;
    const { arm: azure, asked } = client([
      json({ name: "web" }),
      new Response(null, { status: 202, headers: { location: `${arm}/operations/1` } }),
      json({ restarted: true }),
    ]);
    expect(await azure.request({ path: site, apiVersion: "2023-12-01" })).toEqual({ name: "web" });
    const poller = await azure.begin({ method: "POST", path, apiVersion: "2023-12-01" });
    expect(await poller.pollUntilDone()).toEqual({ restarted: true });
    expect(asked.map(({ method, url }) => `${method} ${url.replace(arm, "")}`)).toEqual([
      `GET ${site}?api-version=2023-12-01`,
      `POST ${path}?api-version=2023-12-01`,
      "GET /operations/1",
    ]);
  });

  it.each([".evil.example/x", "@evil.example/", "subscriptions", ":99999/", "/a/..%2f..%2fb"])(
    "does not take %s for a path",
    async (path) => {
      const { arm: azure, asked } = client([]);
      const error = await azure
        .request({ path, apiVersion: "2021-04-01" })
        .catch((e: unknown) => e);
      expect(error).toMatchObject({ code: "invalid_request", details: { field: "path" } });
      expect(asked).toHaveLength(0);
    },
  );

  it("sends the conditions of a write", async () => {
    const { arm: azure, asked } = client([json({ id: site })]);
    await azure.resources.createOrUpdate(
      site,
      {},
      { apiVersion: "2023-12-01", ifMatch: '"1"', ifNoneMatch: "*" },
    );
    expect(asked[0]?.headers.get("if-match")).toBe('"1"');
    expect(asked[0]?.headers.get("if-none-match")).toBe("*");
  });

  it("keeps the path prefix of its endpoint", async () => {
    const { arm: azure, asked } = client([json({ value: [] })], {
      endpoint: "http://localhost:8788/arm/",
    });
    await collect(azure.subscriptions.list());
    expect(asked[0]?.url).toBe("http://localhost:8788/arm/subscriptions?api-version=2022-12-01");
  });

  it.each<[string, (azure: ArmClient) => Promise<unknown>, string]>([
    ["a subscription", (a) => a.subscriptions.get("../tenants"), "subscriptionId"],
    ["a subscription of a list", (a) => collect(a.resourceGroups.list("mine")), "subscriptionId"],
    ["a group", (a) => a.resourceGroups.get(subscription, "a/b"), "name"],
    ["a resource", (a) => a.resources.delete(`${root}/../x`), "id"],
    ["a namespace", (a) => a.providers.get(subscription, "a/b"), "namespace"],
    ["a scope of tags", (a) => a.tags.get("nothing"), "id"],
    ["a version", (a) => a.resources.get(site, { apiVersion: "latest" }), "apiVersion"],
  ])("refuses a bad name of %s before anything is asked", async (_, call, field) => {
    const { arm: azure, asked } = client([]);
    const error = await call(azure).catch((e: unknown) => e);
    expect(error).toMatchObject({
      name: "AzureError",
      code: "invalid_request",
      details: { field },
    });
    expect(asked).toHaveLength(0);
  });

  it("throws Microsoft's code beside ours", async () => {
    const body = { error: { code: "ResourceGroupNotFound", message: "…" } };
    const { arm: azure } = client([json(body, 404, { "x-ms-request-id": "r-1" })]);
    const error = await azure.resourceGroups.get(subscription, "web").catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: "not_found",
      status: 404,
      details: { upstream_code: "ResourceGroupNotFound", upstream_request_id: "r-1" },
    });
  });

  it("passes on what the connection itself says", async () => {
    const { arm: azure } = client([errorResponse(failure("action_required", "Sign in again."))]);
    const error = await azure.subscriptions.get(subscription).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "action_required", message: "Sign in again." });
  });

  it.each<[string, Response]>([
    ["nothing", new Response(null, { status: 200 })],
    ["a list", json([])],
    ["null", json(null)],
    ["a text", json("Enabled")],
    ["lists of 200,000 levels", new Response(deepJson())],
  ])("does not take %s for a resource", async (_, answer) => {
    const { arm: azure } = client([answer]);
    const error = await azure.subscriptions.get(subscription).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "upstream_error", status: 502 });
    expect(error).not.toHaveProperty("details.outcome");
  });

  it("calls a write unknown whose answer is no resource", async () => {
    const { arm: azure } = client([json([], 201)]);
    const error = await azure.resourceGroups
      .createOrUpdate(subscription, "web", { location: "eastus" })
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "upstream_error", details: { outcome: "unknown" } });
  });

  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  it.each<[string, (azure: ArmClient) => Promise<unknown>, string]>([
    ["a resource's id", (a) => a.resources.get(`${site}\ud800`), "id"],
    ["a scope", (a) => a.tags.get("/subscriptions/\udfff"), "id"],
    ["a group", (a) => a.resourceGroups.get(subscription, "\ud800"), "name"],
    [
      "a filter",
      (a) => collect(a.resourceGroups.list(subscription, { filter: "tagName eq '\ud83d'" })),
      "filter",
    ],
    ["an expansion", (a) => a.providers.get(subscription, "A.B", { expand: "\ud800" }), "expand"],
    ["a path", (a) => a.request({ path: "/a/\ud800", apiVersion: "2021-04-01" }), "path"],
    [
      "a body",
      (a) => a.resources.createOrUpdate(site, { properties: cycle }, { apiVersion: "2021-04-01" }),
      "body",
    ],
  ])("names what no request can hold: %s", async (_, call, field) => {
    const { arm: azure, asked } = client([json({ value: [] })]);
    const error = await call(azure).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(AzureError);
    expect(error).toMatchObject({ code: "invalid_request", details: { field } });
    expect(asked).toHaveLength(0);
  });
});

const linkOf = (page: unknown): string =>
  String((page as { nextLink?: unknown }).nextLink ?? "").trim();

describe("lists", () => {
  it("follow nextLink through an empty page to the last", async () => {
    const { arm: azure, asked } = client([
      json({ value: [{ name: "a" }], nextLink: `${arm}${root}/resourceGroups?page=2` }),
      json({ value: [], nextLink: `${arm}${root}/resourceGroups?page=3` }),
      json({ value: [{ name: "b" }], nextLink: null }),
    ]);
    const names = await collect(azure.resourceGroups.list(subscription));
    expect(names.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(asked.at(-1)?.url).toBe(`${arm}${root}/resourceGroups?page=3`);
  });

  it("hand out one page and where to go on", async () => {
    const next = `${arm}${root}/resources?page=2`;
    const { arm: azure, asked } = client([
      json({ value: [{}], nextLink: next }),
      json({ value: [{}, {}] }),
    ]);
    const list = azure.resources.listBySubscription(subscription);
    const first = await list.byPage({ maxPageSize: 25 }).next();
    expect(first.value).toEqual({ items: [{}], continuationToken: next });
    expect(asked[0]?.url).toContain("%24top=25");
    const second = await list.byPage({ continuationToken: next }).next();
    expect(second.value).toEqual({ items: [{}, {}] });
    expect(asked[1]?.url).toBe(next);
  });

  it.each<[unknown, string]>([
    [7, "unreadable_link"],
    [{}, "unreadable_link"],
    [[`${arm}/x`], "unreadable_link"],
    [`${arm}${root}/resourceGroups?page=1`, "repeated_link"],
  ])("do not end at a link that is %j", async (nextLink, reason) => {
    const page = () => json({ value: [{}], nextLink });
    const { arm: azure } = client([page(), page(), page()]);
    const error = await collect(azure.resourceGroups.list(subscription)).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "upstream_error", details: { reason } });
  });

  it("hand on what any page says, or fail as Microsoft's fault", async () => {
    const names = ["value", "nextLink", "count"];
    const pages = fc.array(fc.oneof(oddJson(names), oddRecord(names)), {
      minLength: 1,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(pages, async (bodies) => {
        let asked = 0;
        const fetch = async () => json(bodies[asked++ % bodies.length]);
        const azure = new ArmClient({ fetch }, stoppedClock());
        const told = await collect(azure.subscriptions.list()).catch((reason: unknown) => reason);
        const last = bodies[(asked - 1) % bodies.length];
        expect(told instanceof AzureError ? told.code : linkOf(last)).toBe(
          told instanceof AzureError ? "upstream_error" : "",
        );
      }),
    );
  });

  it.each(["https://evil.example/x", `${arm}.evil.example/x`, `http://management.azure.com/x`])(
    "never follow a link to %s",
    async (nextLink) => {
      const { arm: azure, asked } = client([json({ value: [], nextLink })]);
      const error = await collect(azure.subscriptions.list()).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: "upstream_error", details: { reason: "foreign_link" } });
      expect(asked).toHaveLength(1);
    },
  );
});

describe("the version of a resource type", () => {
  const provider = (resourceType: string, apiVersions: string[]) =>
    json({ namespace: "Microsoft.Web", resourceTypes: [{ resourceType, apiVersions }] });

  it("is its provider's newest stable, looked up once", async () => {
    const { arm: azure, asked } = client([
      provider("sites", ["2025-01-01-preview", "2023-12-01", "2024-04-01"]),
      json({ id: site }),
      json({ id: site }),
    ]);
    await azure.resources.get(site);
    await azure.resources.get(site.toUpperCase().replace("/SUBSCRIPTIONS", "/subscriptions"));
    expect(asked.map(({ url }) => new URL(url).searchParams.get("api-version"))).toEqual([
      "2021-04-01",
      "2024-04-01",
      "2024-04-01",
    ]);
    expect(asked[0]?.url).toContain(`${root}/providers/Microsoft.Web?`);
  });

  it("is looked up once for calls that start together", async () => {
    const { arm: azure, asked } = client([
      provider("sites", ["2024-04-01"]),
      json({ id: site }),
      json({ id: site }),
    ]);
    await Promise.all([azure.resources.get(site), azure.resources.get(site)]);
    expect(asked).toHaveLength(3);
  });

  it("is looked up again after a failure", async () => {
    const { arm: azure } = client([
      json({ error: { code: "AuthorizationFailed" } }, 403),
      provider("sites", ["2024-04-01"]),
      json({ id: site }),
    ]);
    const refused = await azure.resources.get(site).catch((e: unknown) => e);
    expect(refused).toMatchObject({ code: "forbidden" });
    expect(await azure.resources.get(site)).toEqual({ id: site });
  });

  it("is shared among clients that share a cache", async () => {
    const providerCache = new Map();
    const first = client([provider("sites", ["2024-04-01"]), json({})], { providerCache });
    await first.arm.resources.get(site);
    const second = client([json({ id: site })], { providerCache });
    await second.arm.resources.get(site);
    expect(second.asked[0]?.url).toContain("api-version=2024-04-01");
  });

  it("is what the options say for the type", async () => {
    const apiVersions = { "microsoft.web/Sites": "2020-06-01" };
    const { arm: azure, asked } = client([json({ id: site })], { apiVersions });
    await azure.resources.get(site);
    expect(asked[0]?.url).toContain("api-version=2020-06-01");
  });

  it("is asked of the tenant for a resource outside any subscription", async () => {
    const id = "/providers/Microsoft.Management/managementGroups/root";
    const { arm: azure, asked } = client([
      json({ resourceTypes: [{ resourceType: "managementGroups", apiVersions: ["2023-04-01"] }] }),
      json({ id }),
    ]);
    await azure.resources.get(id);
    expect(asked[0]?.url).toBe(`${arm}/providers/Microsoft.Management?api-version=2021-04-01`);
  });

  it("must be given when the provider lists none", async () => {
    const { arm: azure } = client([provider("serverFarms", ["2024-04-01"])]);
    const error = await azure.resources.get(site).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "invalid_request", details: { field: "apiVersion" } });
  });
});

describe("an error under a good status", () => {
  it.each([{ error: {} }, { error: { code: "GatewayTimeout" } }, { error: { code: [1] } }])(
    "is no item and no resource: %j",
    async (body) => {
      const unexpected = { code: "upstream_error", details: { reason: "unexpected_body" } };
      const read = client([json(body)]).arm.resourceGroups.get(subscription, "web");
      expect(await read.catch((e: unknown) => e)).toMatchObject(unexpected);
      const written = client([json(body, 201)]).arm.resourceGroups.createOrUpdate(
        subscription,
        "web",
        { location: "eastus" },
      );
      expect(await written.catch((e: unknown) => e)).toMatchObject({
        code: "upstream_error",
        details: { reason: "unexpected_body", outcome: "unknown" },
      });
    },
  );
});
