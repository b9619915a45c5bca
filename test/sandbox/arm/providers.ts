import { GATEWAY_API_VERSIONS } from "./gateway-versions.ts";
import { edgeZones, locationNames, locations, zonesOf } from "./locations.ts";
import {
  versions,
  computeVersions,
  diskVersions,
  networkVersions,
  storageVersions,
  vaultVersions,
  webVersions,
  specVersions,
  sqlVersions,
  clusterVersions,
  roleVersions,
} from "./provider-versions.ts";

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
  /** Served by routes of ARM's own, not as a resource of a provider. */
  ownRoutes?: true;
  /** Its kind can be placed in an extension of a region. */
  edgeZones?: true;
  /** Its kind can be placed in one of a region's zones. */
  zonal?: true;
  /** The version that Azure Stack's profiles mean. */
  profiles?: Readonly<Record<string, string>>;
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

const compute = {
  ...asynchronous,
  operationPaths: "compute",
  zonal: true,
  edgeZones: true,
} as const;

type TypeFacts = Omit<ResourceType, "namespace" | "locations">;

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

/** What ARM serves by routes of its own; it is listed like a provider and always registered. */
export const FRONT_DOOR = "Microsoft.Resources";

const frontDoorTypes = [
  "tenants",
  "subscriptions",
  "subscriptions/resourceGroups",
  "tags",
  "deployments",
  "deployments/operations",
];

export const providers: readonly Provider[] = [
  provider(
    FRONT_DOOR,
    [
      ...frontDoorTypes.map((name) => ({
        ...synchronous,
        name,
        apiVersions: GATEWAY_API_VERSIONS,
        tracked: false,
        ownRoutes: true as const,
      })),
      { ...synchronous, name: "templateSpecs", apiVersions: specVersions },
      { ...synchronous, name: "templateSpecs/versions", apiVersions: specVersions },
    ],
    "RegistrationFree",
  ),
  provider("Microsoft.Compute", [
    {
      ...compute,
      name: "virtualMachines",
      apiVersions: computeVersions,
      profiles: {
        "2019-03-01-hybrid": "2017-12-01",
        "2018-03-01-hybrid": "2017-03-30",
        "2017-03-09-profile": "2016-03-30",
      },
    },
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
      edgeZones: true,
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
      profiles: {
        "2019-03-01-hybrid": "2017-10-01",
        "2017-03-09-profile": "2016-01-01",
        "2018-03-01-hybrid": "2016-01-01",
        "2018-06-01-profile": "2017-10-01",
      },
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
  const { tracked, zonal, profiles } = type;
  return {
    resourceType: type.name,
    locations: tracked ? locations.map(({ displayName }) => displayName) : [],
    ...(type.edgeZones && { locationMappings: locationMappings() }),
    apiVersions: type.apiVersions,
    ...(stable && { defaultApiVersion: stable }),
    ...(zonal && {
      zoneMappings: locations.map(({ name, displayName }) => ({
        location: displayName,
        zones: zonesOf(name),
      })),
    }),
    ...(profiles && {
      apiProfiles: Object.entries(profiles).map(([profileVersion, apiVersion]) => ({
        profileVersion,
        apiVersion,
      })),
    }),
    ...(type.ownRoutes && { aliases: [] }),
    capabilities: tracked
      ? "CrossResourceGroupResourceMove, CrossSubscriptionResourceMove, SupportsTags, SupportsLocation"
      : "None",
  };
}

const locationMappings = () =>
  locations.flatMap(({ name, displayName }) => {
    const inside = edgeZones.filter(({ home }) => home === name);
    return inside.length === 0
      ? []
      : [
          {
            location: displayName,
            type: "EdgeZone",
            extendedLocations: inside.map((zone) => zone.name),
          },
        ];
  });
