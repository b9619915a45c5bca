import { beforeEach, describe, expect, it } from "vitest";
import {
  CONTOSO_SUBSCRIPTION,
  ENGINEERING_SUBSCRIPTION,
  FABRIKAM_SUBSCRIPTION,
} from "../../sandbox/constants.ts";
import { codeOf, createArmHarness, type Said } from "./arm-harness.ts";

const PATH = "/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01";
const { world, send, tokenOf } = await createArmHarness();
beforeEach(() => world.reset());

const ask = (query: string, rest: object = {}, token?: string) =>
  send("POST", PATH, { body: { query, ...rest }, ...(token !== undefined && { token }) });

const dataOf = ({ body }: Said) => body["data"] as Record<string, unknown>[];

/** Code of what is wrong inside Resource Graph's envelope, the last of several. */
const reasonOf = ({ body }: Said) => {
  const { details = [] } = body.error as { details?: { code: string; message: string }[] };
  return details.at(-1)?.code;
};

describe("a query of Resource Graph", () => {
  it.each([
    ["Resources | count", [{ Count: 123 }]],
    ["resources | where type == 'microsoft.keyvault/vaults' | count", [{ Count: 31 }]],
    ["Resources | where type == 'Microsoft.KeyVault/vaults' | count", [{ Count: 0 }]],
    [
      "Resources | where type =~ 'Microsoft.KeyVault/vaults' and name != \"contoso-kv\" | count",
      [{ Count: 30 }],
    ],
    ["Resources | where ['type'] == 'microsoft.keyvault/vaults' | count", [{ Count: 31 }]],
    ["where type in ('microsoft.web/sites', 'microsoft.compute/disks') | count", [{ Count: 60 }]],
    ["Resources | where type in~ ('Microsoft.Web/sites') | count", [{ Count: 30 }]],
    ["Resources | where type !in ('microsoft.web/sites') | count", [{ Count: 93 }]],
    [
      "Resources | where name startswith 'CONTOSO-KV' or name contains 'lab' | count",
      [{ Count: 32 }],
    ],
    ["Resources | where name endswith '-001' | project name", []],
    [
      "Resources | where id has 'contoso-network' | project name, resourceGroup",
      [{ name: "contoso-vnet", resourceGroup: "contoso-network" }],
    ],
    [
      "Resources | where tags.team == 'data' and tags['environment'] =~ 'PRODUCTION' | count",
      [{ Count: 24 }],
    ],
    [
      "Resources | where isnotempty(tags) and not(location == 'westeurope') | count",
      [{ Count: 8 }],
    ],
    ["Resources | where toint(properties.diskSizeGB) >= 128 | count", [{ Count: 30 }]],
    [
      "Resources | where name == 'contosodata001' | extend tier = sku.tier, place = toupper(location) | project name, tier, place",
      [{ name: "contosodata001", tier: "Standard", place: "NORTHEUROPE" }],
    ],
    [
      "Resources | where name == 'contosodata001' | project sku.name, tags['team']",
      [{ sku_name: "Standard_LRS", tags_team: "data" }],
    ],
    [
      "Resources | summarize count() by location | order by location asc",
      [
        { location: "eastus", count_: 1 },
        { location: "northeurope", count_: 40 },
        { location: "westeurope", count_: 82 },
      ],
    ],
    [
      "Resources | summarize total = count() by team = tostring(tags.team) | sort by total desc",
      [
        { team: "", total: 99 },
        { team: "data", total: 24 },
      ],
    ],
    ["Resources | summarize count()", [{ count_: 123 }]],
    ["Resources | distinct subscriptionId | count", [{ Count: 2 }]],
    ["Resources | order by name | project name | take 1", [{ name: "engineeringlab" }]],
    [
      "Resources | top 2 by name asc | project name",
      [{ name: "contoso-app-003" }, { name: "contoso-app-007" }],
    ],
    [
      "ResourceContainers | where type == 'microsoft.resources/subscriptions' | project name | order by name asc",
      [{ name: "Contoso Engineering" }, { name: "Contoso Production" }],
    ],
    [
      "ResourceContainers // groups\n| where type endswith '/resourcegroups' and tags.environment == 'staging' | project name, location",
      [{ name: "contoso-staging", location: "northeurope" }],
    ],
    [
      "ResourceContainers | where type =~ 'Microsoft.Management/managementGroups' | count",
      [{ Count: 2 }],
    ],
  ])("%s", async (query, expected) => {
    const said = await ask(query);
    expect([said.status, dataOf(said)]).toEqual([200, expected]);
  });

  it.each([
    ["Resources | where nothing == 'x'", "FailedToResolveEntity"],
    ["Resources | where name == 'x' or nothing == 'x'", "FailedToResolveEntity"],
    ["Resources | project name | where type == 'x'", "FailedToResolveEntity"],
    ["Resources | where name = 'x'", "ParserFailure"],
    ["Resources | where name == 'x", "ParserFailure"],
    ["Resources | where", "ParserFailure"],
    ["Resources | take many", "ParserFailure"],
    ["Resources | explode name", "ParserFailure"],
    ["Resources name", "ParserFailure"],
    ["Resources | project ['nothing']", "FailedToResolveEntity"],
    ["Resources | project [name]", "ParserFailure"],
    ["", "ParserFailure"],
    ["AdvisorResources | count", "DisallowedLogicalTableName"],
    ["Resources | summarize count() by sku", "SummarizeByDynamic"],
    ["Resources | where name", "InvalidCondition"],
    ["Resources | project name.first", "InvalidPath"],
    ["Resources | join (ResourceContainers) on subscriptionId", "NotSupportedBySandbox"],
    ["Resources | mv-expand zones", "NotSupportedBySandbox"],
    ["Resources | summarize make_list(name)", "NotSupportedBySandbox"],
    ["Resources | where name matches regex '.*'", "NotSupportedBySandbox"],
    ["Resources | extend a = parse_json(name)", "NotSupportedBySandbox"],
    ["Resources | extend a = 1 + 2", "NotSupportedBySandbox"],
    ["Resources | order by name asc nulls first", "NotSupportedBySandbox"],
  ])("%j is refused", async (query, reason) => {
    const said = await ask(query);
    expect([said.status, codeOf(said), reasonOf(said)]).toEqual([400, "BadRequest", reason]);
    expect(said.body.error?.message).toMatch(/timestamp = .*, correlationId = /);
  });

  it.each(["(", "not("])(
    "nested by %s hundreds of times is read, thousands of times refused",
    async (open) => {
      const nested = (times: number) =>
        `Resources | where ${open.repeat(times)}name == 'x'${")".repeat(times)} | count`;
      expect((await ask(nested(400))).status).toBe(200);
      const said = await ask(nested(9000));
      expect([said.status, reasonOf(said)]).toEqual([400, "ParserFailure"]);
    },
  );

  it("goes on by the token while there is more, and only with an id in it", async () => {
    const query = "Resources | project id, name | order by name asc";
    const names: unknown[] = [];
    let token: unknown;
    do {
      const said = await ask(query, {
        options: { $top: 50, ...(token !== undefined && { $skipToken: token }) },
      });
      expect(said.body).toMatchObject({ totalRecords: 123 });
      names.push(...dataOf(said).map(({ name }) => name));
      token = said.body["$skipToken"];
      expect(said.body["resultTruncated"]).toBe(token === undefined ? "false" : "true");
    } while (token !== undefined);
    expect(new Set(names).size).toBe(123);
    const without = await ask("Resources | project name", { options: { $top: 5 } });
    expect(without.body).toMatchObject({ count: 5, resultTruncated: "true" });
    expect(without.body).not.toHaveProperty("$skipToken");
    const wrong = await ask(query, { options: { $skipToken: "x" } });
    expect(reasonOf(wrong)).toBe("InvalidSkipToken");
    const skipped = await ask(query, { options: { $skip: 120 } });
    expect(dataOf(skipped)).toHaveLength(3);
  });

  it("comes as a table where that is asked for", async () => {
    const query =
      "Resources | where name == 'contosodata001' | project name, sku, n = strlen(name), b = name == 'x'";
    const said = await ask(query, { options: { resultFormat: "table" } });
    expect(said.body["data"]).toEqual({
      columns: [
        { name: "name", type: "string" },
        { name: "sku", type: "object" },
        { name: "n", type: "integer" },
        { name: "b", type: "boolean" },
      ],
      rows: [["contosodata001", { name: "Standard_LRS", tier: "Standard" }, 14, false]],
    });
  });

  it("sees what the caller may read, in the subscriptions and groups that are named", async () => {
    const grace = await tokenOf("grace@contoso.example");
    const count = async (rest: object, token?: string) =>
      (await ask("Resources | count", rest, token)).body;
    expect(await count({}, grace)).toMatchObject({ data: [{ Count: 122 }] });
    expect(await count({ subscriptions: [ENGINEERING_SUBSCRIPTION] })).toMatchObject({
      data: [{ Count: 1 }],
    });
    expect(await count({ managementGroups: ["contoso-platform"] })).toMatchObject({
      data: [{ Count: 123 }],
    });
    const denied = await ask("Resources", { subscriptions: [ENGINEERING_SUBSCRIPTION] }, grace);
    expect([denied.status, codeOf(denied)]).toEqual([403, "AccessDenied"]);
    const foreign = await ask("Resources", { subscriptions: [FABRIKAM_SUBSCRIPTION] });
    expect([foreign.status, codeOf(foreign)]).toEqual([403, "AccessDenied"]);
    const none = await ask("Resources", { subscriptions: ["none"] });
    expect([none.status, reasonOf(none)]).toEqual([400, "NoValidSubscriptionsInQueryRequest"]);
    const twice = [CONTOSO_SUBSCRIPTION, CONTOSO_SUBSCRIPTION.toUpperCase()];
    expect(await count({ subscriptions: twice })).toMatchObject({ data: [{ Count: 122 }] });
    const partly = await count({ subscriptions: [CONTOSO_SUBSCRIPTION, FABRIKAM_SUBSCRIPTION] });
    expect(partly).toMatchObject({ data: [{ Count: 122 }] });
  });

  it("is allowed fifteen times in five seconds, and tells what is left", async () => {
    const left: (string | null)[] = [];
    for (let turn = 0; turn < 15; turn += 1) {
      const said = await ask("Resources | count");
      left.push(said.headers.get("x-ms-user-quota-remaining"));
      expect(said.headers.get("x-ms-user-quota-resets-after")).toMatch(/^00:00:0[1-5]$/);
    }
    expect([left[0], left.at(-1)]).toEqual(["14", "0"]);
    const refused = await ask("Resources | count");
    expect([refused.status, reasonOf(refused)]).toEqual([429, "RateLimiting"]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    world.settings.clock_offset_s = 6;
    expect((await ask("Resources | count")).status).toBe(200);
  });

  it.each([
    [
      "an unknown version",
      { path: "/providers/Microsoft.ResourceGraph/resources?api-version=2013-01-01" },
      "NoRegisteredProviderFound",
    ],
    ["no query", { body: {} }, "InvalidRequestContent"],
    [
      "too large a page",
      { body: { query: "Resources", options: { $top: 1001 } } },
      "InvalidRequestContent",
    ],
  ])("is refused with %s", async (_, asked: { path?: string; body?: unknown }, code) => {
    const { path = PATH, body = { query: "Resources" } } = asked;
    expect(codeOf(await send("POST", path, { body }))).toBe(code);
  });
});
