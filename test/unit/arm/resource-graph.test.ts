import { describe, expect, it } from "vitest";
import { ArmClient } from "../../../src/arm/client.ts";
import { readRows } from "../../../src/arm/resource-graph.ts";
import { CONTOSO_SUBSCRIPTION } from "../../sandbox/constants.ts";
import { createArm } from "../../sandbox/arm/index.ts";
import { createWorld } from "../../sandbox/create-world.ts";

const world = createWorld();
const sandbox = createArm(world);

/** The client over the sandbox's ARM, as Ada. */
async function client() {
  world.reset();
  const { token } = await world.issueAccessToken({
    audience: "arm",
    user: "ada@contoso.example",
    scopes: ["user_impersonation"],
  });
  return new ArmClient({
    fetch: async (input, init) => {
      const request = new Request(input, init);
      request.headers.set("authorization", `Bearer ${token}`);
      const { pathname, search, origin } = new URL(request.url);
      return sandbox.fetch(new Request(new URL(pathname + search, origin), request), {
        base: origin,
      });
    },
  });
}

const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe("a query of Resource Graph", () => {
  it("gives its rows, page by page", async () => {
    const arm = await client();
    const query =
      "Resources | where type =~ 'Microsoft.Web/sites' | project id, name | order by name asc";
    const pages = await all(arm.resourceGraph.query(query).byPage({ maxPageSize: 12 }));
    expect(pages.map(({ items, count }) => [items.length, count])).toEqual([
      [12, 30],
      [12, 30],
      [6, 30],
    ]);
    expect(pages[0]?.items[0]).toMatchObject({ name: "contoso-app-003" });
    const { continuationToken } = pages[0] ?? {};
    const [rest] = await all(
      arm.resourceGraph.query(query).byPage({ continuationToken, maxPageSize: 30 }),
    );
    expect(rest?.items).toHaveLength(18);
  });

  it("is about the subscriptions that are named", async () => {
    const arm = await client();
    const query = "Resources | summarize count() by subscriptionId";
    const rows = await all(
      arm.resourceGraph.query(query, { subscriptions: [CONTOSO_SUBSCRIPTION] }),
    );
    expect(rows).toEqual([{ subscriptionId: CONTOSO_SUBSCRIPTION, count_: 122 }]);
    const wrong = await failureOf(all(arm.resourceGraph.query(query, { subscriptions: ["none"] })));
    expect(wrong).toMatchObject({ code: "invalid_request", details: { field: "subscriptionId" } });
  });

  it("fails where rows would be cut off, and where the query is none", async () => {
    const arm = await client();
    const cut = arm.resourceGraph.query("Resources | project name").byPage({ maxPageSize: 5 });
    expect(await failureOf(all(cut))).toMatchObject({
      code: "invalid_request",
      details: { field: "query" },
    });
    const wrong = await failureOf(all(arm.resourceGraph.query("Resources | explode")));
    expect(wrong).toMatchObject({
      code: "invalid_request",
      details: { upstream_code: "BadRequest" },
    });
  });

  it.each([
    [{ data: { columns: [], rows: [] } }],
    [{ data: ["row"] }],
    [{}],
    ["rows"],
    [undefined],
  ])("reads no rows out of %j", (body) => {
    expect(readRows(body)).toMatchObject({ ok: false, error: { code: "upstream_error" } });
  });

  it("takes a token, also where nothing says that there is more", () => {
    expect(readRows({ data: [{ a: 1 }], $skipToken: "t", totalRecords: 2.5 })).toEqual({
      ok: true,
      value: { items: [{ a: 1 }], nextLink: "t", count: 2 },
    });
    expect(readRows({ data: [], resultTruncated: "false", totalRecords: "x" })).toEqual({
      ok: true,
      value: { items: [] },
    });
  });
});
