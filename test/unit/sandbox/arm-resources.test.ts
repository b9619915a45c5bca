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
const storage = `${GROUP}/providers/Microsoft.Storage/storageAccounts/staging1?${versions.storage}`;
const vault = `${GROUP}/providers/Microsoft.KeyVault/vaults/vault-1?${versions.vault}`;
const site = `${GROUP}/providers/Microsoft.Web/sites/w1?${versions.site}`;
const network = `${SUBSCRIPTION}/resourceGroups/contoso-network/providers/Microsoft.Network/virtualNetworks/contoso-vnet`;
const body = { location: "northeurope", properties: { size: 1 } };
const diskBody = {
  location: "northeurope",
  properties: { creationData: { createOption: "Empty" }, diskSizeGB: 32 },
};
const accountBody = { ...body, kind: "StorageV2", sku: { name: "Standard_LRS" } };

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
    const begun = await send("PUT", disk, { body: diskBody });
    expect([begun.status, stateOf(begun)]).toEqual([202, "Updating"]);
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

  it("is answered by 202, with what there is of it and two ways to follow, when it is a disk", async () => {
    const begun = await send("PUT", disk, { body: diskBody });
    expect(begun.body).toMatchObject({
      name: "d1",
      properties: { diskSizeGB: 32, provisioningState: "Updating" },
    });
    const [status, result] = [link(begun, "azure-asyncoperation"), link(begun, "location")];
    expect(status).toMatch(/\/locations\/northeurope\/DiskOperations\/[\da-f-]{36}\?api-version=/);
    expect(result).toBe(status.replace("?", "?monitor=true&"));
    const said = await poll(result, 3);
    expect(said.map((each) => each.status)).toEqual([202, 202, 200]);
    expect(said.map((each) => each.body["name"])).toEqual([undefined, undefined, "d1"]);
    // The status has its own address still.
    expect((await send("GET", status)).body["status"]).toBe("Succeeded");
    expect(stateOf(await send("GET", disk))).toBe("Succeeded");
  });

  it("is answered by 201 and its status alone when it is a virtual machine", async () => {
    const vm = `${GROUP}/providers/Microsoft.Compute/virtualMachines/vm1?api-version=2025-04-01`;
    const begun = await send("PUT", vm, { body });
    expect([begun.status, stateOf(begun), link(begun, "location")]).toEqual([201, "Creating", ""]);
    expect(link(begun, "azure-asyncoperation")).toContain("/locations/northeurope/operations/");
    await poll(link(begun, "azure-asyncoperation"), 3);
    const removed = await send("DELETE", vm);
    expect(link(removed, "location")).toContain("/operations/");
    expect(link(removed, "location")).toContain("?monitor=true&api-version=2025-04-01");
    const said = await poll(link(removed, "location"), 3);
    expect(said.map((each) => each.status)).toEqual([202, 202, 204]);
  });

  it("is followed by its Location when it is Storage's, up to the resource itself", async () => {
    const begun = await send("PUT", storage, { body: accountBody });
    expect([begun.status, begun.body]).toEqual([202, {}]);
    const said = await poll(link(begun, "location"), 3);
    expect(said.map(({ status }) => status)).toEqual([202, 202, 200]);
    expect(said.at(-1)?.body["name"]).toBe("staging1");
    expect((await send("PUT", storage, { body: accountBody })).status).toBe(200);
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
    const begun = await send("PUT", disk, { body: diskBody });
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

    const begun = await send("PUT", disk, { body: diskBody });
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

    const first = await send("PUT", disk, { body: diskBody });
    const second = await send("PUT", disk, { body: diskBody });
    expect([second.status, stateOf(second)]).toEqual([202, "Updating"]);
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

describe("a disk that is there already", () => {
  it("is updated by 202, whether it is put or patched, and removed by 202", async () => {
    const made = await send("PUT", disk, { body: diskBody });
    await poll(link(made, "azure-asyncoperation"), 3);
    for (const method of ["PUT", "PATCH"]) {
      const begun = await send(method, disk, { body: diskBody });
      expect([begun.status, stateOf(begun)]).toEqual([202, "Updating"]);
      const said = await poll(link(begun, "location"), 3);
      expect(said.map((each) => each.status)).toEqual([202, 202, 200]);
    }
    const removed = await send("DELETE", disk);
    expect([removed.status, removed.body]).toEqual([202, {}]);
    expect(link(removed, "azure-asyncoperation")).toContain("/DiskOperations/");
    await poll(link(removed, "location"), 3);
    expect((await send("DELETE", disk)).status).toBe(204);
  });
});

describe("a resource that its provider does not take", () => {
  const path = {
    account: (name: string) =>
      `${GROUP}/providers/Microsoft.Storage/storageAccounts/${name}?${versions.storage}`,
    vault: (name: string) =>
      `${GROUP}/providers/Microsoft.KeyVault/vaults/${name}?${versions.vault}`,
    disk: (name: string) => `${GROUP}/providers/Microsoft.Compute/disks/${name}?${versions.disk}`,
    network: (name: string) =>
      `${GROUP}/providers/Microsoft.Network/virtualNetworks/${name}?${versions.network}`,
  };

  it.each([
    ["AccountNameInvalid", path.account("s1")],
    ["AccountNameInvalid", path.account("Staging1")],
    ["AccountNameInvalid", path.account("staging-1")],
    ["AccountNameInvalid", path.account("a".repeat(25))],
    ["AccountNameInvalid", path.account("staging%2E1")],
    ["VaultNameNotValid", path.vault("v1")],
    ["VaultNameNotValid", path.vault("1-vault")],
    ["VaultNameNotValid", path.vault("vault-")],
    ["VaultNameNotValid", path.vault("a--vault")],
    ["VaultNameNotValid", path.vault("a".repeat(25))],
    ["InvalidParameter", path.disk("_disk")],
    ["InvalidParameter", path.disk("disk.")],
    ["InvalidParameter", path.disk("a".repeat(81))],
    ["InvalidResourceName", path.network("net-")],
    ["InvalidResourceName", path.network("net%20work")],
  ])("%s: %s", async (code, target) => {
    const said = await send("PUT", target, { body: { ...accountBody, ...diskBody } });
    expect([said.status, codeOf(said)]).toEqual([400, code]);
    expect(said.headers.get("x-ms-failure-cause")).toBe("service");
    expect((await send("GET", target)).status).toBe(404);
  });

  it.each([
    path.account("abc"),
    path.account("0".repeat(24)),
    path.vault("a-1"),
    path.vault(`V${"a".repeat(23)}`),
    path.disk("d"),
    path.disk(`9.a-b${"_".repeat(75)}`),
    path.network("n"),
    path.network("net.work_"),
  ])("but %s it takes", async (target) => {
    const said = await send("PUT", target, { body: { ...accountBody, ...diskBody } });
    expect([201, 202]).toContain(said.status);
  });

  it.each<[what: string, body: object, code: string, named: string]>([
    ["no sku", { kind: "StorageV2" }, "InvalidValuesForRequestParameters", "sku"],
    ["no kind", { sku: { name: "Standard_LRS" } }, "InvalidValuesForRequestParameters", "kind"],
    ["neither", {}, "InvalidValuesForRequestParameters", "kind, sku"],
    [
      "a disk's sku",
      { kind: "StorageV2", sku: { name: "StandardSSD_LRS" } },
      "InvalidValuesForRequestParameters",
      "sku",
    ],
    [
      "a sku without a name",
      { kind: "StorageV2", sku: {} },
      "InvalidValuesForRequestParameters",
      "sku",
    ],
    [
      "another kind",
      { kind: "storagev3", sku: { name: "Standard_LRS" } },
      "InvalidValuesForRequestParameters",
      "kind",
    ],
    [
      "no location",
      { kind: "StorageV2", sku: { name: "Standard_LRS" }, location: null },
      "LocationRequired",
      "location",
    ],
  ])("a storage account with %s", async (_, content, code, named) => {
    const said = await send("PUT", storage, { body: { location: "northeurope", ...content } });
    expect([said.status, codeOf(said)]).toEqual([400, code]);
    expect(said.body.error?.message).toContain(named);
  });

  it.each([{}, { creationData: null }, { creationData: "Empty" }, { diskSizeGB: 32 }])(
    "a disk with %j",
    async (properties) => {
      const said = await send("PUT", disk, { body: { location: "northeurope", properties } });
      expect([said.status, codeOf(said)]).toEqual([400, "InvalidParameter"]);
      expect(said.body.error).toMatchObject({ target: "disk.properties.creationData" });
    },
  );
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

describe("a path and a query, as Azure reads them", () => {
  const path = `${GROUP}/providers/Microsoft.Web/sites/w1`;

  it.each([
    `${path}/?${versions.site}`,
    `${path}//?${versions.site}`,
    `${path.toUpperCase()}?${versions.site}`,
    `${path.toLowerCase()}/?API-VERSION=2024-04-01`,
    `${path.replace("sites", "SITES")}?Api-Version=2024-04-01`,
    `${path}?api%2Dversion=2024-04-01`,
  ])("%s", async (target) => {
    await send("PUT", site, { body });
    expect((await send("GET", target)).body["name"]).toBe("w1");
  });

  it.each([
    `${SUBSCRIPTION}/RESOURCEGROUPS/?api-version=2021-04-01&$TOP=1`,
    `/SUBSCRIPTIONS/${CONTOSO_SUBSCRIPTION.toUpperCase()}/resourcegroups?API-version=2021-04-01&%24Top=1`,
    `${SUBSCRIPTION}/resources/?$Filter=resourceType%20eq%20'Microsoft.KeyVault/vaults'&$Top=1&api-version=2021-04-01`,
    `${GROUP.toLowerCase()}/Resources?$EXPAND=CREATEDTIME&$top=1&api-version=2021-04-01`,
    `/Subscriptions/?api-version=2022-12-01&$top=1`,
    `/TENANTS/?Api-Version=2022-12-01`,
  ])("%s", async (target) => {
    const said = await send("GET", target);
    expect(said.status).toBe(200);
    expect(said.body.value?.length).toBeLessThan(2);
  });

  it("follows its own links, whatever case they were asked in", async () => {
    const first = await send(
      "GET",
      `${SUBSCRIPTION}/RESOURCEGROUPS/?API-VERSION=2021-04-01&$TOP=2`,
    );
    const second = await send("GET", first.body.nextLink ?? "");
    expect(second.body.value?.map(({ name }) => name)).toEqual(["contoso-staging"]);
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
        apiVersions: [
          "2026-03-01-preview",
          "2026-02-01",
          "2025-05-01",
          "2025-05-01-preview",
          "2024-12-01-preview",
          "2024-11-01",
          "2024-04-01-preview",
          "2023-07-01",
        ],
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
