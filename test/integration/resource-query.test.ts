import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { AzureClient, type ConnectionClient } from "../../src/client/index.ts";
import { CONTOSO_SUBSCRIPTION } from "../sandbox/constants.ts";
import { connected } from "./support/connections.ts";
import { asAll, call, json, origin } from "./support/http.ts";
import { sandbox } from "./support/sandbox.ts";

/** Resource Graph at every door: the same rows over HTTP, RPC and the client. */

const service = exports.AzureService({ props: { caller: "test" } });
const azure = new AzureClient({
  baseUrl: origin,
  apiKey: "azk_all_all-secret",
  fetch: (url, init) => exports.default.fetch(new Request(url, init)),
});

let userId: string;
let ada: ConnectionClient;
beforeAll(async () => {
  const { id } = await connected("ada@contoso.example");
  userId = id.slice("user:".length);
  ada = azure.connection({ userId });
});

interface Query {
  query: string;
  subscriptions?: string[];
  top?: number;
  cursor?: string | undefined;
}
interface Page {
  data: Record<string, unknown>[];
  nextCursor?: string | undefined;
}

const post = (body: unknown, who = userId) =>
  call(`/resources/query?user_id=${who}`, asAll(json("POST", body)));

async function overHttp(body: Query): Promise<Page> {
  const answer = await post(body);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body), { cause: answer.body });
  return {
    data: answer.body["data"] as Page["data"],
    nextCursor: answer.body["next_cursor"] as string,
  };
}

describe.each<[string, (query: Query) => Promise<Page>]>([
  ["HTTP", overHttp],
  ["RPC", async (query) => (await service.queryResources({ userId, ...query })) as Page],
  ["the client", async ({ query, ...options }) => (await ada.arm.query(query, options)) as Page],
])("a query over %s", (_, ask) => {
  test("is read to its end by cursors", async () => {
    const query =
      "Resources | where type =~ 'Microsoft.Web/sites' | project id, name | order by name asc";
    const names: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page: Page = await ask({ query, top: 15, cursor });
      names.push(...page.data.map(({ name }) => name));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect([names.length, new Set(names).size]).toEqual([30, 30]);
  });

  test("counts over the subscriptions that are named", async () => {
    const query = "Resources | summarize count() by subscriptionId";
    const { data } = await ask({ query, subscriptions: [CONTOSO_SUBSCRIPTION] });
    expect(data).toEqual([{ subscriptionId: CONTOSO_SUBSCRIPTION, count_: 122 }]);
  });
});

describe("a query", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["no text", {}, "query"],
    [
      "a subscription that is no GUID",
      { query: "Resources", subscriptions: ["x"] },
      "subscriptions.0",
    ],
    ["too large a page", { query: "Resources", top: 1_001 }, "top"],
    ["a field that is none", { query: "Resources", facets: [] }, "facets"],
    ["rows that would be cut off", { query: "Resources | project name", top: 5 }, "query"],
  ])("is refused with %s, by the name of the field", async (_, body, field) => {
    const answer = await post(body);
    expect([answer.status, answer.body["code"]]).toEqual([400, "invalid_request"]);
    expect(answer.body["details"]).toMatchObject({ field });
  });

  test("is refused by Resource Graph in its own words", async () => {
    const answer = await post({ query: "Resources | where nothing == 1" });
    expect(answer.status).toBe(400);
    expect(answer.body["details"]).toMatchObject({ upstream_code: "BadRequest" });
  });

  test("goes on by its own cursor alone", async () => {
    const first = await overHttp({ query: "Resources | project id", top: 10 });
    const { status, body } = await post({
      query: "Resources | project id, name",
      top: 10,
      cursor: first.nextCursor,
    });
    expect([status, body["details"]]).toEqual([400, expect.objectContaining({ field: "cursor" })]);
  });

  test("waits once the user's quota is used up, and other calls of the account do not", async () => {
    const { id } = await connected("ada@contoso.example");
    const who = id.slice("user:".length);
    await sandbox.fault({
      match: { url: "Microsoft.ResourceGraph" },
      respond: {
        status: 200,
        headers: {
          "content-type": "application/json",
          "x-ms-user-quota-remaining": "0",
          "x-ms-user-quota-resets-after": "00:00:30",
        },
        body: JSON.stringify({ totalRecords: 0, count: 0, data: [], resultTruncated: "false" }),
      },
    });
    expect((await post({ query: "Resources" }, who)).status).toBe(200);
    const waiting = await post({ query: "Resources" }, who);
    expect([waiting.status, waiting.body["code"]]).toEqual([429, "throttled"]);
    expect(waiting.body["details"]).toMatchObject({ applies_to: "arm:resource-graph:read" });
    const listed = await call(`/subscriptions?user_id=${who}`, asAll());
    expect(listed.status).toBe(200);
  });
});
