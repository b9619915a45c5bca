import { CONTOSO_SUBSCRIPTION } from "../sandbox/constants.ts";

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
];
