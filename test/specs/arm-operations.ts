import { CONTOSO_SUBSCRIPTION, ENGINEERING_SUBSCRIPTION } from "../sandbox/constants.ts";

/** Where Azure's swagger lies in the folder of API descriptions. */
export const armDocuments = {
  subscriptions: "resources/2021-01-01/subscriptions.json",
  resources: "resources/2021-04-01/resources.json",
} as const;
export type ArmDocument = keyof typeof armDocuments;

export interface ArmOperation {
  document: ArmDocument;
  /** The operation's path in the swagger. */
  spec: string;
  path: string;
  method: string;
  body?: unknown;
  status?: number;
}

export const subscription = `/subscriptions/${CONTOSO_SUBSCRIPTION}`;
export const group = `${subscription}/resourcegroups/contoso-production`;

const groupPath = "/subscriptions/{subscriptionId}/resourcegroups/{resourceGroupName}";
const tagsPath = "/{scope}/providers/Microsoft.Resources/tags/default";

const deploymentsPath = `${groupPath}/providers/Microsoft.Resources/deployments`;
const deployment = {
  properties: {
    mode: "Incremental",
    template: {
      $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
      contentVersion: "1.0.0.0",
      parameters: { count: { type: "int", defaultValue: 1 } },
      resources: [
        {
          type: "Microsoft.Web/sites",
          apiVersion: "2024-04-01",
          name: "[concat('deployed-', parameters('count'))]",
          location: "westeurope",
        },
      ],
    },
  },
};

/** Operations whose answers are compared with the swagger. */
export const armOperations: readonly ArmOperation[] = [
  { document: "subscriptions", method: "GET", spec: "/subscriptions", path: "/subscriptions" },
  {
    document: "subscriptions",
    method: "GET",
    spec: "/subscriptions/{subscriptionId}",
    path: subscription,
  },
  {
    document: "subscriptions",
    method: "GET",
    spec: "/subscriptions/{subscriptionId}/locations",
    path: `${subscription}/locations`,
  },
  { document: "subscriptions", method: "GET", spec: "/tenants", path: "/tenants" },
  {
    document: "resources",
    method: "GET",
    spec: "/subscriptions/{subscriptionId}/resourcegroups",
    path: `${subscription}/resourcegroups`,
  },
  { document: "resources", method: "GET", spec: groupPath, path: group },
  {
    document: "resources",
    spec: groupPath,
    path: `${subscription}/resourcegroups/new`,
    method: "PUT",
    body: { location: "westeurope", tags: { a: "1" } },
    status: 201,
  },
  {
    document: "resources",
    spec: groupPath,
    path: group,
    method: "PATCH",
    body: { tags: { a: "1" } },
  },
  {
    document: "resources",
    method: "GET",
    spec: "/subscriptions/{subscriptionId}/resources",
    path: `${subscription}/resources?$expand=createdTime,changedTime,provisioningState`,
  },
  {
    document: "resources",
    method: "GET",
    spec: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/resources",
    path: `${group}/resources?$top=3`,
  },
  {
    document: "resources",
    method: "GET",
    spec: "/subscriptions/{subscriptionId}/providers",
    path: `${subscription}/providers`,
  },
  {
    document: "resources",
    method: "GET",
    spec: "/subscriptions/{subscriptionId}/providers/{resourceProviderNamespace}",
    path: `${subscription}/providers/Microsoft.Storage`,
  },
  {
    document: "resources",
    method: "GET",
    spec: "/subscriptions/{subscriptionId}/providers/{resourceProviderNamespace}/resourceTypes",
    path: `${subscription}/providers/Microsoft.Storage/resourceTypes`,
  },
  {
    document: "resources",
    spec: "/subscriptions/{subscriptionId}/providers/{resourceProviderNamespace}/register",
    path: `${subscription}/providers/Microsoft.ContainerService/register`,
    method: "POST",
  },
  { document: "resources", method: "GET", spec: "/providers", path: "/providers" },
  {
    document: "resources",
    method: "GET",
    spec: "/providers/{resourceProviderNamespace}",
    path: "/providers/Microsoft.Web",
  },
  {
    document: "resources",
    method: "GET",
    spec: "/subscriptions/{subscriptionId}/tagNames",
    path: `${subscription}/tagNames`,
  },
  {
    document: "resources",
    method: "GET",
    spec: tagsPath,
    path: `${group}/providers/Microsoft.Resources/tags/default`,
  },
  {
    document: "resources",
    spec: tagsPath,
    path: `${group}/providers/Microsoft.Resources/tags/default`,
    method: "PATCH",
    body: { operation: "Merge", properties: { tags: { a: "1" } } },
  },
  {
    document: "subscriptions",
    spec: "/subscriptions/{subscriptionId}/providers/Microsoft.Resources/checkZonePeers/",
    path: `${subscription}/providers/Microsoft.Resources/checkZonePeers`,
    method: "POST",
    body: {
      location: "westeurope",
      subscriptionIds: [`subscriptions/${ENGINEERING_SUBSCRIPTION}`],
    },
  },
  {
    document: "subscriptions",
    spec: "/providers/Microsoft.Resources/checkResourceName",
    path: "/providers/Microsoft.Resources/checkResourceName",
    method: "POST",
    body: { name: "windows-1", type: "Microsoft.Web/sites" },
  },
  {
    document: "resources",
    method: "GET",
    spec: "/subscriptions/{subscriptionId}/providers/{resourceProviderNamespace}/providerPermissions",
    path: `${subscription}/providers/Microsoft.Storage/providerPermissions`,
  },
  {
    document: "resources",
    spec: `${deploymentsPath}/{deploymentName}`,
    path: `${group}/providers/Microsoft.Resources/deployments/new`,
    method: "PUT",
    body: deployment,
    status: 201,
  },
  {
    document: "resources",
    spec: `${deploymentsPath}/{deploymentName}/validate`,
    path: `${group}/providers/Microsoft.Resources/deployments/new/validate`,
    method: "POST",
    body: deployment,
  },
  {
    document: "resources",
    spec: "/subscriptions/{subscriptionId}/providers/Microsoft.Resources/deployments/",
    path: `${subscription}/providers/Microsoft.Resources/deployments/`,
    method: "GET",
  },
];
