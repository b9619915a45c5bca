import { beforeEach, describe, expect, it } from "vitest";
import { CONTOSO_SUBSCRIPTION } from "../../sandbox/constants.ts";
import { codeOf, createArmHarness, type Said } from "./arm-harness.ts";

const SUBSCRIPTION = `/subscriptions/${CONTOSO_SUBSCRIPTION}`;
const GROUP = `${SUBSCRIPTION}/resourceGroups/contoso-staging`;
const versions = {
  disk: "api-version=2024-03-02",
  storage: "api-version=2024-01-01",
  vault: "api-version=2023-07-01",
  network: "api-version=2024-05-01",
  site: "api-version=2024-04-01",
  lock: "api-version=2020-05-01",
};
const disk = `${GROUP}/providers/Microsoft.Compute/disks/d1?${versions.disk}`;
const storage = `${GROUP}/providers/Microsoft.Storage/storageAccounts/s1?${versions.storage}`;
const vault = `${GROUP}/providers/Microsoft.KeyVault/vaults/v1?${versions.vault}`;
const site = `${GROUP}/providers/Microsoft.Web/sites/w1?${versions.site}`;
const network = `${SUBSCRIPTION}/resourceGroups/contoso-network/providers/Microsoft.Network/virtualNetworks/contoso-vnet`;
const body = { location: "northeurope", properties: { size: 1 } };

const { world, send } = await createArmHarness();
beforeEach(() => world.reset());

const stateOf = ({ body: { properties } }: Said) =>
  (properties as { provisioningState?: string } | undefined)?.provisioningState;

const link = (said: Said, header: string) => said.headers.get(header) ?? "";

async function poll(url: string, times: number): Promise<Said[]> {
  const said: Said[] = [];
  for (let count = 0; count < times; count += 1) said.push(await send("GET", url));
  return said;
}

describe("a resource that is made", () => {
  it("is followed by its Azure-AsyncOperation when it is Compute's", async () => {
    const begun = await send("PUT", disk, { body });
    expect([begun.status, stateOf(begun)]).toEqual([201, "Updating"]);
    const said = await poll(link(begun, "azure-asyncoperation"), 3);
    expect(said.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(said.map((each) => each.body["status"])).toEqual([
      "InProgress",
      "InProgress",
      "Succeeded",
    ]);
    expect(said[1]?.body["percentComplete"]).toBe(66);
    expect(stateOf(await send("GET", disk))).toBe("Succeeded");
  });

  it("is followed by its Location when it is Storage's, up to the resource itself", async () => {
    const begun = await send("PUT", storage, { body });
    expect([begun.status, begun.body]).toEqual([202, {}]);
    const said = await poll(link(begun, "location"), 3);
    expect(said.map(({ status }) => status)).toEqual([202, 202, 200]);
    expect(said.at(-1)?.body["name"]).toBe("s1");
    expect((await send("PUT", storage, { body })).status).toBe(200);
  });

  it("is followed by its own state when it is Key Vault's", async () => {
    const begun = await send("PUT", vault, { body });
    expect(link(begun, "azure-asyncoperation") + link(begun, "location")).toBe("");
    const states = (await poll(vault, 3)).map(stateOf);
    expect([stateOf(begun), ...states]).toEqual([
      "RegisteringDns",
      "RegisteringDns",
      "RegisteringDns",
      "Succeeded",
    ]);
  });

  it("shows the failure its group asked for in the status document and in its state", async () => {
    await send("PATCH", `${GROUP}?api-version=2021-04-01`, {
      body: { tags: { "sandbox-polls": "1", "sandbox-outcome": "AllocationFailed" } },
    });
    const begun = await send("PUT", disk, { body });
    const said = await poll(link(begun, "azure-asyncoperation"), 2);
    expect(said.at(-1)).toMatchObject({
      status: 200,
      body: { status: "Failed", error: { code: "AllocationFailed" } },
    });
    expect(stateOf(await send("GET", disk))).toBe("Failed");
  });

  it("is at once there when it is Web's, with an ETag in header and body", async () => {
    const made = await send("PUT", site, { body });
    expect([made.status, stateOf(made)]).toEqual([201, "Succeeded"]);
    expect(link(made, "etag")).toBe(made.body["etag"]);
  });
});

describe("a resource that is changed", () => {
  it("merges properties, replaces tags and answers as its type does", async () => {
    await send("PUT", site, { body: { ...body, tags: { a: "1" } } });
    const patched = await send("PATCH", site, {
      body: { tags: { b: "2" }, properties: { size: null, color: "red" } },
    });
    expect(patched).toMatchObject({
      status: 200,
      body: { tags: { b: "2" }, properties: { color: "red", provisioningState: "Succeeded" } },
    });
    expect(patched.body["properties"]).not.toHaveProperty("size");

    const begun = await send("PUT", disk, { body });
    await poll(link(begun, "azure-asyncoperation"), 3);
    const accepted = await send("PATCH", disk, { body: { tags: { b: "2" } } });
    expect([accepted.status, stateOf(accepted)]).toEqual([202, "Updating"]);
    const said = await poll(link(accepted, "location"), 3);
    expect(said.map(({ status }) => status)).toEqual([202, 202, 200]);
    expect(said.at(-1)?.body["tags"]).toEqual({ b: "2" });
  });

  it("keeps to its conditions", async () => {
    const made = await send("PUT", site, { body });
    const etag = link(made, "etag");
    const put = (headers: Record<string, string>) => send("PUT", site, { body, headers });
    expect((await put({ "if-none-match": "*" })).status).toBe(412);
    expect((await put({ "if-match": etag })).status).toBe(200);
    const stale = await put({ "if-match": etag });
    expect([stale.status, codeOf(stale)]).toEqual([412, "PreconditionFailed"]);
    expect(stale.headers.get("x-ms-failure-cause")).toBe("service");
    expect((await put({ "if-match": "*" })).status).toBe(200);
    const other = site.replace("w1", "w2");
    const headers = { "if-match": "*" };
    expect((await send("PUT", other, { body, headers })).status).toBe(412);
  });

  it("may be busy: Network says 429, Compute lets the newer win", async () => {
    const target = `${network}?${versions.network}`;
    const change = { location: "westeurope" };
    await send("PUT", target, { body: change });
    const busy = await send("PUT", target, { body: change });
    expect([busy.status, codeOf(busy)]).toEqual([429, "RetryableErrorDueToAnotherOperation"]);
    expect(busy.headers.get("retry-after")).toBe("1");

    const first = await send("PUT", disk, { body });
    const second = await send("PUT", disk, { body });
    expect([second.status, stateOf(second)]).toEqual([200, "Updating"]);
    const [preempted] = await poll(link(first, "azure-asyncoperation"), 1);
    expect(preempted?.body).toMatchObject({ error: { code: "OperationPreempted" } });
    expect(stateOf(await send("GET", disk))).toBe("Updating");
  });

  it("does not move to another location", async () => {
    await send("PUT", site, { body });
    const moved = await send("PUT", site, { body: { location: "eastus" } });
    expect([moved.status, codeOf(moved)]).toEqual([409, "InvalidResourceLocation"]);
  });
});

describe("a resource that is removed", () => {
  it("is gone at once, or by its operation with its children; twice is 204", async () => {
    await send("PUT", site, { body });
    expect((await send("DELETE", site)).status).toBe(200);
    expect((await send("DELETE", site)).status).toBe(204);

    const target = `${network}?${versions.network}`;
    const child = `${network}/subnets/default?${versions.network}`;
    expect((await send("GET", child)).body["name"]).toBe("default");
    const begun = await send("DELETE", target);
    expect(begun.status).toBe(202);
    const said = await poll(link(begun, "location"), 3);
    expect(said.map(({ status }) => status)).toEqual([202, 202, 204]);
    expect((await send("HEAD", child)).status).toBe(404);
  });

  it("stays while a lock is on its group", async () => {
    await send("PUT", site, { body });
    const lock = `${GROUP}/providers/Microsoft.Authorization/locks/keep?${versions.lock}`;
    await send("PUT", lock, { body: { properties: { level: "CanNotDelete" } } });
    const locked = await send("DELETE", site);
    expect([locked.status, codeOf(locked)]).toEqual([409, "ScopeLocked"]);
    expect((await send("DELETE", `${GROUP}?api-version=2021-04-01`)).status).toBe(409);
    expect((await send("DELETE", lock)).status).toBe(200);
    expect((await send("DELETE", site)).status).toBe(200);
  });
});

describe("a resource's path", () => {
  it.each([
    ["Microsoft.Nope/things/t", versions.site, 404, "InvalidResourceNamespace"],
    ["Microsoft.Web/things/t", versions.site, 404, "InvalidResourceType"],
    ["Microsoft.Web/sites/w9", "api-version=2001-01-01", 400, "NoRegisteredProviderFound"],
    ["Microsoft.Web/sites/w9", versions.site, 404, "ResourceNotFound"],
    [
      "Microsoft.ContainerService/managedClusters/c",
      "api-version=2025-08-01",
      409,
      "MissingSubscriptionRegistration",
    ],
  ])("%s?%s is %d %s", async (path, version, status, code) => {
    const said = await send("GET", `${GROUP}/providers/${path}?${version}`);
    expect([said.status, codeOf(said)]).toEqual([status, code]);
  });

  it("needs its group and its parent", async () => {
    const nowhere = await send("GET", site.replace("contoso-staging", "nowhere"));
    expect([nowhere.status, codeOf(nowhere)]).toEqual([404, "ResourceGroupNotFound"]);
    const slot = site.replace("sites/w1", "sites/w1/slots/blue");
    const orphan = await send("PUT", slot, { body });
    expect([orphan.status, codeOf(orphan)]).toEqual([404, "ParentResourceNotFound"]);
    await send("PUT", site, { body });
    expect((await send("PUT", slot, { body })).status).toBe(201);
  });

  it("lists a collection by group and by subscription", async () => {
    const path = `providers/microsoft.storage/STORAGEACCOUNTS?${versions.storage}`;
    const all = await send("GET", `${SUBSCRIPTION}/${path}`);
    expect(all.body.value).toHaveLength(30);
    expect(all.body.value?.[0]).toHaveProperty("properties");
    expect((await send("GET", `${GROUP}/${path}`)).body.value).toEqual([]);
  });

  it("refuses a method in the provider's bare words", async () => {
    const said = await send("POST", site.replace("w1", "w1/restart"), { body: {} });
    expect([said.status, Object.keys(said.body)]).toEqual([405, ["Message"]]);
  });
});

describe("providers", () => {
  const provider = `${SUBSCRIPTION}/providers/microsoft.containerservice`;
  const version = "api-version=2021-04-01";
  const registration = async () =>
    (await send("GET", `${provider}?${version}`)).body["registrationState"];

  it("list versions newest first, previews between, and are registered by POST", async () => {
    expect(await registration()).toBe("NotRegistered");
    const begun = await send("POST", `${provider}/register?${version}`);
    expect([begun.status, begun.body["registrationState"]]).toEqual([200, "Registering"]);
    expect(await registration()).toBe("Registered");
    const { body: said } = await send("GET", `${SUBSCRIPTION}/providers?${version}`);
    const keyVault = said.value?.find(({ namespace }) => namespace === "Microsoft.KeyVault");
    expect(keyVault?.["resourceTypes"]).toMatchObject([
      {
        resourceType: "vaults",
        apiVersions: ["2025-05-01-preview", "2024-11-01", "2024-04-01-preview", "2023-07-01"],
      },
    ]);
    const unknown = await send("GET", `${SUBSCRIPTION}/providers/Microsoft.Nope?${version}`);
    expect([unknown.status, codeOf(unknown)]).toEqual([404, "InvalidResourceNamespace"]);
  });
});

describe("tags", () => {
  const version = "api-version=2021-04-01";
  const tagsOf = (scope: string) =>
    `${scope}/providers/Microsoft.Resources/tags/default?${version}`;
  const shown = ({ body: { properties } }: Said) => (properties as { tags: unknown }).tags;

  it.each([
    ["a subscription", SUBSCRIPTION],
    ["a group", GROUP],
    ["a resource", network],
  ])("of %s are replaced, merged, deleted by name or with value, and cleared", async (_, scope) => {
    const target = tagsOf(scope);
    const patch = (operation: string, tags: Record<string, string>) =>
      send("PATCH", target, { body: { operation, properties: { tags } } });
    await send("PUT", target, { body: { properties: { tags: { a: "1", b: "2" } } } });
    expect(shown(await patch("Merge", { A: "3", c: "4" }))).toEqual({ b: "2", A: "3", c: "4" });
    expect(shown(await patch("Delete", { b: "other", c: "" }))).toEqual({ b: "2", A: "3" });
    expect(shown(await patch("Replace", { d: "5" }))).toEqual({ d: "5" });
    expect((await patch("Erase", {})).status).toBe(400);
    expect((await send("DELETE", target)).status).toBe(200);
    expect(shown(await send("GET", target))).toEqual({});
  });

  it("are counted by name and value in tagNames", async () => {
    const { body: said } = await send("GET", `${SUBSCRIPTION}/tagNames?${version}`);
    const team = said.value?.find(({ tagName }) => tagName === "team");
    expect(team).toMatchObject({
      count: { type: "Total", value: 24 },
      values: [{ tagValue: "data", count: { type: "Total", value: 24 } }],
    });
  });
});
