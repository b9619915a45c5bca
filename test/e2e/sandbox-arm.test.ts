import { ResourceManagementClient } from "@azure/arm-resources";
import { SubscriptionClient } from "@azure/arm-resources-subscriptions";
import { SecretClient } from "@azure/keyvault-secrets";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CONTOSO_SUBSCRIPTION, CONTOSO_TENANT } from "../sandbox/constants.ts";
import { startSandboxServer, type SandboxServer } from "../sandbox/server.ts";
import { sandboxCredential } from "./arm-credential.ts";

let server: SandboxServer;
let resources: ResourceManagementClient;
let subscriptions: SubscriptionClient;
let secrets: SecretClient;

beforeAll(async () => {
  server = await startSandboxServer({ port: 0, httpsPort: 0 });
  const credential = sandboxCredential(server, "ada@contoso.example");
  const options = {
    endpoint: `${server.httpsUrl}/arm`,
    credentials: { scopes: ["https://management.azure.com/.default"] },
    tlsOptions: { ca: server.ca },
  };
  resources = new ResourceManagementClient(credential, CONTOSO_SUBSCRIPTION, options);
  subscriptions = new SubscriptionClient(credential, options);
  secrets = new SecretClient(`${server.httpsUrl}/vault/contoso-kv`, credential, {
    disableChallengeResourceVerification: true,
    tlsOptions: { ca: server.ca },
  });
});
afterAll(() => server.close());
beforeEach(() => control("POST", "reset"));

async function control(method: string, action: string, body?: unknown): Promise<void> {
  const response = await fetch(`${server.url}/_sandbox/${action}`, {
    method,
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    }),
  });
  expect(response.ok).toBe(true);
}

/** Any of the SDK's paged lists. */
async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const emptyDisk = { creationData: { createOption: "Empty" }, diskSizeGB: 32 };

describe("Microsoft's own ARM clients against the sandbox", () => {
  it("list subscriptions, locations and tenants", async () => {
    const listed = await collect(subscriptions.subscriptions.list());
    expect(listed.map(({ displayName }) => displayName)).toEqual([
      "Contoso Production",
      "Contoso Engineering",
    ]);
    const places = await collect(subscriptions.subscriptions.listLocations(CONTOSO_SUBSCRIPTION));
    expect(places.map(({ name }) => name)).toContain("westeurope");
    const tenants = await collect(subscriptions.tenants.list());
    expect(tenants.map(({ tenantId }) => tenantId)).toEqual([CONTOSO_TENANT]);
  });

  it("create, find, tag, list and delete a group", async () => {
    const groups = resources.resourceGroups;
    const made = await groups.createOrUpdate("sdk", { location: "westeurope", tags: { a: "1" } });
    expect(made.properties?.provisioningState).toBe("Succeeded");
    await groups.update("sdk", { tags: { b: "2" } });
    const scope = `subscriptions/${CONTOSO_SUBSCRIPTION}/resourceGroups/sdk`;
    const tags = await resources.tagsOperations.updateAtScope(scope, {
      operation: "Merge",
      properties: { tags: { c: "3" } },
    });
    expect(tags.properties.tags).toEqual({ b: "2", c: "3" });
    const found = await collect(groups.list({ filter: "tagName eq 'c' and tagValue eq '3'" }));
    expect(found.map(({ name }) => name)).toEqual(["sdk"]);
    await groups.delete("sdk");
    const left = await collect(groups.list());
    expect(left.map(({ name }) => name)).not.toContain("sdk");
    const gone = await groups.get("sdk").catch((error: unknown) => error);
    expect(gone).toMatchObject({ statusCode: 404, code: "ResourceGroupNotFound" });
  });

  it("walk all resources of a large group, past the page that is empty", async () => {
    await control("PATCH", "settings", { page_size: 40 });
    const all = await collect(resources.resources.listByResourceGroup("contoso-production"));
    expect(new Set(all.map(({ id }) => id?.toLowerCase())).size).toBe(121);
    const vaults = await collect(
      resources.resources.list({ filter: "resourceType eq 'Microsoft.KeyVault/vaults'" }),
    );
    expect(vaults).toHaveLength(31);
  });

  it("follow each way a provider makes and removes a resource", async () => {
    const make = (type: string, version: string, content: object = {}) => {
      const id = `subscriptions/${CONTOSO_SUBSCRIPTION}/resourceGroups/contoso-staging/providers/${type}`;
      return { id, version, body: { location: "northeurope", properties: {}, ...content } };
    };
    const kinds = [
      make("Microsoft.Compute/disks/sdk", "2024-03-02", { properties: emptyDisk }),
      make("Microsoft.Storage/storageAccounts/sdk", "2024-01-01", {
        kind: "StorageV2",
        sku: { name: "Standard_LRS" },
      }),
      make("Microsoft.KeyVault/vaults/sdk", "2023-07-01"),
      make("Microsoft.Web/sites/sdk", "2024-04-01"),
    ];
    for (const { id, version, body } of kinds) {
      const made = await resources.resources.createOrUpdateById(id, version, body);
      expect(made).toMatchObject({ name: "sdk", properties: { provisioningState: "Succeeded" } });
      await resources.resources.deleteById(id, version);
      const gone = await resources.resources.getById(id, version).catch((error: unknown) => error);
      expect(gone).toMatchObject({ statusCode: 404, code: "ResourceNotFound" });
    }
  });

  it("throw the code an operation was set to fail with", async () => {
    await resources.resourceGroups.createOrUpdate("failing", {
      location: "westeurope",
      tags: { "sandbox-polls": "1", "sandbox-outcome": "AllocationFailed" },
    });
    const id = `subscriptions/${CONTOSO_SUBSCRIPTION}/resourceGroups/failing/providers/Microsoft.Compute/disks/d`;
    const failure = await resources.resources
      .createOrUpdateById(id, "2024-03-02", { location: "westeurope", properties: emptyDisk })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ message: expect.stringContaining("AllocationFailed") });
  });

  it("read providers by subscription", async () => {
    const web = await resources.providers.get("Microsoft.Web");
    expect(web.registrationState).toBe("Registered");
    expect(web.resourceTypes?.map(({ resourceType }) => resourceType)).toContain("sites");
  });
});

describe("Microsoft's own secret client against the sandbox", () => {
  it("answers the challenge, then sets, reads, lists and deletes secrets", async () => {
    await secrets.setSecret("sdk", "value", { tags: { a: "1" } });
    const read = await secrets.getSecret("sdk");
    expect(read).toMatchObject({ name: "sdk", value: "value" });
    const names = (await collect(secrets.listPropertiesOfSecrets())).map(({ name }) => name);
    expect(names).toHaveLength(31);
    const deleted = await (await secrets.beginDeleteSecret("sdk")).pollUntilDone();
    expect(deleted.recoveryId).toContain("/deletedsecrets/sdk");
    const gone = await secrets.getSecret("sdk").catch((error: unknown) => error);
    expect(gone).toMatchObject({ statusCode: 404, code: "SecretNotFound" });
  });
});
