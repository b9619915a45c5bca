import { GATEWAY_API_VERSIONS } from "./gateway-versions.ts";
import { locationNames, locations } from "./locations.ts";

/**
 * How a type answers writes: 201 with an `Azure-AsyncOperation`, 202 with that and a `Location`
 * (`accepted`) or with a `Location` alone. `body` is polled at the resource itself, as Key Vault
 * has it.
 */
export type WriteStyle = "synchronous" | "async-operation" | "accepted" | "location" | "body";

/** The collections that a type's operations are polled in. */
export type OperationPaths = "operations" | "compute" | "disks";

export interface ResourceType {
  namespace: string;
  /** Path of the type below its namespace: `virtualNetworks/subnets`. */
  name: string;
  /** Newest first, previews between. */
  apiVersions: readonly string[];
  locations: readonly string[];
  /** Tracked resources have a location of their own and take tags. */
  tracked: boolean;
  create: WriteStyle;
  update: "synchronous" | "async-operation";
  remove: "synchronous" | "location" | "async-operation";
  /** The state a `body` or `async-operation` resource shows while it is made. */
  creating: string;
  /** Network refuses a write while another runs; Compute lets the newer preempt the older. */
  overlapping: "refuse" | "preempt";
  operationPaths: OperationPaths;
  /** Characters, where it is less than Azure's own limit. */
  longestTagName?: number;
}

export interface Provider {
  namespace: string;
  policy: "RegistrationRequired" | "RegistrationFree";
  types: readonly ResourceType[];
}

const synchronous = {
  tracked: true,
  create: "synchronous",
  update: "synchronous",
  remove: "synchronous",
  creating: "Creating",
  overlapping: "preempt",
  operationPaths: "operations",
} as const;

const asynchronous = {
  ...synchronous,
  create: "async-operation",
  update: "async-operation",
  remove: "async-operation",
} as const;

const compute = { ...asynchronous, operationPaths: "compute" } as const;

type TypeFacts = Omit<ResourceType, "namespace" | "locations">;

/** Versions of Microsoft's own SDKs and templates of 2026, and older ones still in use. */
const versions = (list: string): readonly string[] => list.split(" ");

function provider(
  namespace: string,
  types: readonly TypeFacts[],
  policy: Provider["policy"] = "RegistrationRequired",
): Provider {
  return {
    namespace,
    policy,
    types: types.map((type) => ({ ...type, namespace, locations: locationNames })),
  };
}

const computeVersions = versions(
  "2026-04-01 2026-03-01 2025-11-01 2025-04-01 2024-11-01 2024-07-01 2024-03-01 2023-09-01 2023-07-01 2023-03-01 2022-11-01 2022-08-01 2022-03-01 2021-11-01 2021-07-01 2021-04-01 2021-03-01 2020-12-01 2020-06-01 2019-12-01 2019-07-01 2019-03-01 2018-10-01 2018-06-01 2018-04-01 2017-12-01 2017-03-30 2016-08-30 2016-04-30-preview 2016-03-30 2015-06-15 2015-05-01-preview",
);
const diskVersions = versions(
  "2026-03-02 2025-01-02 2024-03-02 2023-10-02 2023-04-02 2023-01-02 2022-07-02 2022-03-02 2021-12-01 2021-08-01 2021-04-01 2020-12-01 2020-09-30 2020-06-30 2020-05-01 2019-11-01 2019-07-01 2019-03-01 2018-09-30 2018-06-01 2018-04-01 2017-03-30 2016-04-30-preview",
);
const networkVersions = versions(
  "2025-05-01 2025-01-01 2024-10-01 2024-05-01 2023-11-01 2020-11-01",
);
const storageVersions = versions(
  "2026-09-01 2026-06-01 2026-04-01 2025-08-01 2025-06-01 2025-01-01 2024-01-01 2023-05-01 2023-04-01 2023-01-01 2022-09-01 2022-05-01 2021-09-01 2021-08-01 2021-06-01 2021-05-01 2021-04-01 2021-02-01 2021-01-01 2020-08-01-preview 2019-06-01 2019-04-01 2018-11-01 2018-07-01 2018-03-01-preview 2018-02-01 2017-10-01 2017-06-01 2016-12-01 2016-05-01 2016-01-01 2015-06-15 2015-05-01-preview",
);
// The newest is a preview: whoever takes the first of the list takes the wrong one.
const vaultVersions = versions(
  "2026-03-01-preview 2026-02-01 2025-05-01 2025-05-01-preview 2024-12-01-preview 2024-11-01 2024-04-01-preview 2023-07-01",
);
const webVersions = versions("2025-05-01 2025-03-01 2024-11-01 2024-04-01 2023-12-01 2022-03-01");
const sqlVersions = versions(
  "2025-01-01 2024-11-01-preview 2024-05-01-preview 2023-08-01 2021-11-01",
);
const clusterVersions = versions(
  "2026-05-01 2026-04-02-preview 2026-04-01 2026-03-01 2026-01-01 2025-10-01 2025-09-02-preview 2025-08-01 2025-05-01 2024-09-01",
);

const roleVersions = versions(
  "2022-04-01 2022-01-01-preview 2021-04-01-preview 2020-10-01-preview 2020-08-01-preview 2020-04-01-preview 2020-03-01-preview 2018-09-01-preview 2018-07-01 2018-01-01-preview 2017-10-01-preview 2017-09-01 2017-05-01 2016-07-01 2015-07-01 2015-06-01 2015-05-01-preview 2014-10-01-preview 2014-07-01-preview 2014-04-01-preview",
);

/** What ARM serves by routes of its own; it is listed like a provider and always registered. */
export const FRONT_DOOR = "Microsoft.Resources";

const frontDoorTypes = ["tenants", "subscriptions", "subscriptions/resourceGroups", "tags"];

export const providers: readonly Provider[] = [
  provider(
    FRONT_DOOR,
    frontDoorTypes.map((name) => ({
      ...synchronous,
      name,
      apiVersions: GATEWAY_API_VERSIONS,
      tracked: false,
    })),
    "RegistrationFree",
  ),
  provider("Microsoft.Compute", [
    { ...compute, name: "virtualMachines", apiVersions: computeVersions },
    { ...compute, name: "virtualMachines/extensions", apiVersions: computeVersions },
    {
      ...compute,
      name: "disks",
      apiVersions: diskVersions,
      create: "accepted",
      creating: "Updating",
      operationPaths: "disks",
    },
  ]),
  provider("Microsoft.Network", [
    {
      ...asynchronous,
      name: "virtualNetworks",
      apiVersions: networkVersions,
      creating: "Updating",
      update: "synchronous",
      overlapping: "refuse",
    },
    {
      ...asynchronous,
      name: "virtualNetworks/subnets",
      apiVersions: networkVersions,
      creating: "Updating",
      update: "synchronous",
      tracked: false,
      overlapping: "refuse",
    },
  ]),
  provider("Microsoft.Storage", [
    {
      ...synchronous,
      name: "storageAccounts",
      apiVersions: storageVersions,
      create: "location",
      longestTagName: 128,
    },
    {
      ...synchronous,
      name: "storageAccounts/blobServices",
      apiVersions: storageVersions,
      tracked: false,
    },
  ]),
  provider("Microsoft.KeyVault", [
    {
      ...synchronous,
      name: "vaults",
      apiVersions: vaultVersions,
      create: "body",
      creating: "RegisteringDns",
    },
  ]),
  provider("Microsoft.Web", [
    { ...synchronous, name: "sites", apiVersions: webVersions },
    { ...synchronous, name: "sites/slots", apiVersions: webVersions },
    { ...synchronous, name: "serverFarms", apiVersions: webVersions },
  ]),
  provider("Microsoft.Sql", [
    {
      ...synchronous,
      name: "servers",
      apiVersions: sqlVersions,
      create: "async-operation",
      remove: "async-operation",
    },
    {
      ...synchronous,
      name: "servers/databases",
      apiVersions: sqlVersions,
      create: "async-operation",
      remove: "location",
    },
  ]),
  // Not registered in any subscription of the sandbox: its first use answers 409.
  provider("Microsoft.ContainerService", [
    { ...asynchronous, name: "managedClusters", apiVersions: clusterVersions },
  ]),
  provider(
    "Microsoft.Authorization",
    [
      {
        ...synchronous,
        name: "locks",
        apiVersions: versions(
          "2020-05-01 2017-04-01 2016-09-01 2015-06-01 2015-05-01-preview 2015-01-01",
        ),
        tracked: false,
      },
      { ...synchronous, name: "roleAssignments", apiVersions: roleVersions, tracked: false },
      { ...synchronous, name: "roleDefinitions", apiVersions: roleVersions, tracked: false },
    ],
    "RegistrationFree",
  ),
  provider(
    "Microsoft.Management",
    [
      {
        ...synchronous,
        name: "managementGroups",
        apiVersions: versions(
          "2024-02-01-preview 2023-04-01 2021-04-01 2020-10-01 2020-05-01 2020-02-01 2019-11-01 2018-03-01-preview 2018-03-01-beta 2018-01-01-preview 2017-11-01-preview",
        ),
        tracked: false,
      },
    ],
    "RegistrationFree",
  ),
  provider(
    "Microsoft.ResourceGraph",
    [
      {
        ...synchronous,
        name: "resources",
        apiVersions: versions(
          "2024-04-01 2022-10-01 2021-06-01-preview 2021-03-01 2020-09-01-preview 2020-04-01-preview 2019-04-01 2018-09-01-preview",
        ),
        tracked: false,
      },
    ],
    "RegistrationFree",
  ),
];

const same = (left: string, right: string) => left.toLowerCase() === right.toLowerCase();

/** Namespaces and types are compared without regard to case. */
export const findProvider = (namespace: string): Provider | undefined =>
  providers.find((candidate) => same(candidate.namespace, namespace));

export const findType = (provider: Provider, name: string): ResourceType | undefined =>
  provider.types.find((candidate) => same(candidate.name, name));

export const qualifiedName = (type: ResourceType) => `${type.namespace}/${type.name}`;

/** A resource type as the provider routes list it; locations by their display names. */
export function presentType(type: ResourceType) {
  const stable = type.apiVersions.find((version) => !version.endsWith("-preview"));
  return {
    resourceType: type.name,
    locations: type.tracked ? locations.map(({ displayName }) => displayName) : [],
    apiVersions: type.apiVersions,
    ...(stable && { defaultApiVersion: stable }),
    capabilities: type.tracked
      ? "CrossResourceGroupResourceMove, CrossSubscriptionResourceMove, SupportsTags, SupportsLocation"
      : "None",
  };
}
