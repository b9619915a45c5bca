import {
  CONTOSO_SUBSCRIPTION,
  CONTOSO_TENANT,
  ENGINEERING_SUBSCRIPTION,
  FABRIKAM_SUBSCRIPTION,
  FABRIKAM_TENANT,
} from "../constants.ts";
import type { World } from "../world.ts";
import { seedAccess } from "./access/seed.ts";
import type { ArmState, Resource, ResourceContent, Tags } from "./state.ts";

/** Namespaces that no subscription has registered, so that a first use is refused. */
const UNREGISTERED = ["Microsoft.ContainerService"];

const subscriptions = [
  {
    subscriptionId: CONTOSO_SUBSCRIPTION,
    tenantId: CONTOSO_TENANT,
    displayName: "Contoso Production",
    tags: { environment: "production" },
  },
  {
    subscriptionId: ENGINEERING_SUBSCRIPTION,
    tenantId: CONTOSO_TENANT,
    displayName: "Contoso Engineering",
    tags: {},
  },
  {
    subscriptionId: FABRIKAM_SUBSCRIPTION,
    tenantId: FABRIKAM_TENANT,
    displayName: "Fabrikam",
    tags: {},
  },
];

const groups: readonly { subscriptionId: string; name: string; location: string; tags: Tags }[] = [
  {
    subscriptionId: CONTOSO_SUBSCRIPTION,
    name: "contoso-production",
    location: "westeurope",
    tags: { environment: "production", owner: "ada" },
  },
  {
    subscriptionId: CONTOSO_SUBSCRIPTION,
    name: "contoso-network",
    location: "westeurope",
    tags: { environment: "shared" },
  },
  {
    subscriptionId: CONTOSO_SUBSCRIPTION,
    name: "contoso-staging",
    location: "northeurope",
    tags: { environment: "staging" },
  },
  {
    subscriptionId: ENGINEERING_SUBSCRIPTION,
    name: "engineering-lab",
    location: "eastus",
    tags: { environment: "lab" },
  },
  {
    subscriptionId: FABRIKAM_SUBSCRIPTION,
    name: "fabrikam-web",
    location: "eastus",
    tags: {},
  },
];

interface Kind {
  namespace: string;
  type: string;
  name: (number: string) => string;
  content: (name: string) => ResourceContent;
}

const kinds: readonly Kind[] = [
  {
    namespace: "Microsoft.Storage",
    type: "storageAccounts",
    name: (number) => `contosodata${number}`,
    content: (name) => ({
      kind: "StorageV2",
      sku: { name: "Standard_LRS", tier: "Standard" },
      properties: {
        supportsHttpsTrafficOnly: true,
        primaryEndpoints: { blob: `https://${name}.blob.core.windows.net/` },
      },
    }),
  },
  {
    namespace: "Microsoft.Compute",
    type: "disks",
    name: (number) => `contoso-disk-${number}`,
    content: () => ({
      sku: { name: "Premium_LRS", tier: "Premium" },
      properties: { diskSizeGB: 128, creationData: { createOption: "Empty" } },
    }),
  },
  {
    namespace: "Microsoft.Web",
    type: "sites",
    name: (number) => `contoso-app-${number}`,
    content: (name) => ({
      kind: "app,linux",
      properties: { state: "Running", defaultHostName: `${name}.azurewebsites.net` },
    }),
  },
  {
    namespace: "Microsoft.KeyVault",
    type: "vaults",
    name: (number) => `contoso-kv-${number}`,
    content: (name) => vaultContent(name, CONTOSO_TENANT),
  },
];

const vaultContent = (name: string, tenantId: string): ResourceContent => ({
  properties: {
    tenantId,
    sku: { family: "A", name: "standard" },
    enableRbacAuthorization: true,
    vaultUri: `https://${name}.vault.azure.net/`,
  },
});

/** Resources of the one group that is larger than most pages. */
const LARGE_GROUP_SIZE = 120;

/** A millisecond timestamp far in the past, so that created times are the same in every run. */
const FIRST_CREATED_AT = Date.parse("2025-01-15T08:00:00Z");

/** Puts in what the sandbox's ARM knows from the start. */
export function seed(state: ArmState, world: World): void {
  for (const facts of subscriptions) {
    const subscription = { ...facts, tags: { ...facts.tags }, registrations: new Map() };
    state.subscriptions.push(subscription);
    state.registerAll(subscription, UNREGISTERED);
  }
  seedAccess(state);
  for (const group of groups)
    state.putGroup({ ...group, tags: { ...group.tags }, provisioningState: "Succeeded" });

  const add = (
    facts: Pick<Resource, "subscriptionId" | "group" | "namespace" | "types" | "names"> & {
      location?: string;
      tags?: Tags;
      content: ResourceContent;
      index: number;
    },
  ) => {
    const { index, tags = {}, ...rest } = facts;
    const createdAt = FIRST_CREATED_AT + index * 60_000;
    state.putResource({
      ...rest,
      tags,
      provisioningState: "Succeeded",
      etag: world.guid(),
      createdAt,
      changedAt: createdAt,
    });
  };

  const production = { subscriptionId: CONTOSO_SUBSCRIPTION, group: "contoso-production" };
  for (let index = 0; index < LARGE_GROUP_SIZE; index += 1) {
    const kind = kinds[index % kinds.length];
    if (!kind) continue;
    const name = kind.name(String(index + 1).padStart(3, "0"));
    add({
      ...production,
      namespace: kind.namespace,
      types: [kind.type],
      names: [name],
      location: index % 3 === 0 ? "northeurope" : "westeurope",
      tags: index % 5 === 0 ? { environment: "production", team: "data" } : {},
      content: kind.content(name),
      index,
    });
  }
  add({
    ...production,
    namespace: "Microsoft.KeyVault",
    types: ["vaults"],
    names: ["contoso-kv"],
    location: "westeurope",
    content: vaultContent("contoso-kv", CONTOSO_TENANT),
    index: LARGE_GROUP_SIZE,
  });

  const network = { subscriptionId: CONTOSO_SUBSCRIPTION, group: "contoso-network" };
  add({
    ...network,
    namespace: "Microsoft.Network",
    types: ["virtualNetworks"],
    names: ["contoso-vnet"],
    location: "westeurope",
    tags: { environment: "shared" },
    content: { properties: { addressSpace: { addressPrefixes: ["10.0.0.0/16"] } } },
    index: 0,
  });
  add({
    ...network,
    namespace: "Microsoft.Network",
    types: ["virtualNetworks", "subnets"],
    names: ["contoso-vnet", "default"],
    content: { properties: { addressPrefix: "10.0.0.0/24" } },
    index: 1,
  });
  add({
    subscriptionId: ENGINEERING_SUBSCRIPTION,
    group: "engineering-lab",
    namespace: "Microsoft.Storage",
    types: ["storageAccounts"],
    names: ["engineeringlab"],
    location: "eastus",
    content: {
      kind: "StorageV2",
      sku: { name: "Standard_LRS", tier: "Standard" },
      properties: {
        supportsHttpsTrafficOnly: true,
        primaryEndpoints: { blob: "https://engineeringlab.blob.core.windows.net/" },
      },
    },
    index: 2,
  });
  add({
    subscriptionId: FABRIKAM_SUBSCRIPTION,
    group: "fabrikam-web",
    namespace: "Microsoft.KeyVault",
    types: ["vaults"],
    names: ["fabrikam-kv"],
    location: "eastus",
    content: vaultContent("fabrikam-kv", FABRIKAM_TENANT),
    index: 3,
  });
}
