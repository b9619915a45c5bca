/** A built-in role: what it may do, as patterns of actions. */
export interface RoleDefinition {
  /** A GUID, the same in every tenant. */
  id: string;
  name: string;
  description: string;
  actions: readonly string[];
  notActions?: readonly string[];
  dataActions?: readonly string[];
}

/** Microsoft's own roles, with their ids and actions. */
export const roleDefinitions: readonly RoleDefinition[] = [
  {
    id: "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    name: "Owner",
    description:
      "Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.",
    actions: ["*"],
  },
  {
    id: "b24988ac-6180-42a0-ab88-20f7382dd24c",
    name: "Contributor",
    description:
      "Grants full access to manage all resources, but does not allow you to assign roles in Azure RBAC.",
    actions: ["*"],
    notActions: [
      "Microsoft.Authorization/*/Delete",
      "Microsoft.Authorization/*/Write",
      "Microsoft.Authorization/elevateAccess/Action",
    ],
  },
  {
    id: "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    name: "Reader",
    description: "View all resources, but does not allow you to make any changes.",
    actions: ["*/read"],
  },
  {
    id: "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    name: "User Access Administrator",
    description: "Lets you manage user access to Azure resources.",
    actions: ["*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"],
  },
  {
    id: "4a9ae827-6dc8-4573-8ac7-8239d42aa03f",
    name: "Tag Contributor",
    description:
      "Lets you manage tags on entities, without providing access to the entities themselves.",
    actions: [
      "Microsoft.Authorization/*/read",
      "Microsoft.Resources/subscriptions/resourceGroups/read",
      "Microsoft.Resources/subscriptions/resourceGroups/resources/read",
      "Microsoft.Resources/subscriptions/resources/read",
      "Microsoft.Resources/deployments/*",
      "Microsoft.Resources/tags/*",
      "Microsoft.Support/*",
    ],
  },
  {
    id: "17d1049b-9a84-46fb-8f53-869881c3d3ab",
    name: "Storage Account Contributor",
    description:
      "Lets you manage storage accounts, including accessing storage account keys which provide full access to storage account data.",
    actions: [
      "Microsoft.Authorization/*/read",
      "Microsoft.Resources/deployments/*",
      "Microsoft.Resources/subscriptions/resourceGroups/read",
      "Microsoft.Storage/storageAccounts/*",
      "Microsoft.Support/*",
    ],
  },
  {
    id: "9980e02c-c2be-4d73-94e8-173b1dc7cf3c",
    name: "Virtual Machine Contributor",
    description:
      "Lets you manage virtual machines, but not access to them, and not the virtual network or storage account they're connected to.",
    actions: [
      "Microsoft.Authorization/*/read",
      "Microsoft.Compute/disks/read",
      "Microsoft.Compute/disks/write",
      "Microsoft.Compute/disks/delete",
      "Microsoft.Compute/virtualMachines/*",
      "Microsoft.Resources/deployments/*",
      "Microsoft.Resources/subscriptions/resourceGroups/read",
      "Microsoft.Support/*",
    ],
  },
  {
    id: "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    name: "Storage Blob Data Reader",
    description: "Allows for read access to Azure Storage blob containers and data.",
    actions: [
      "Microsoft.Storage/storageAccounts/blobServices/containers/read",
      "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action",
    ],
    dataActions: ["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"],
  },
];

export const roleById = (id: string): RoleDefinition | undefined =>
  roleDefinitions.find((each) => each.id === id.toLowerCase());

export function roleNamed(name: RoleDefinition["name"]): RoleDefinition {
  const role = roleDefinitions.find((each) => each.name === name);
  if (!role) throw new RangeError(`no role ${name}`);
  return role;
}

/** Whether a pattern of actions covers one: `*` stands for anything, and case does not count. */
function covers(pattern: string, action: string): boolean {
  const source = pattern
    .split("*")
    .map((part) => part.replaceAll(/[.\\/]/g, String.raw`\$&`))
    .join(".*");
  return new RegExp(`^${source}$`, "i").test(action);
}

export const roleAllows = ({ actions, notActions = [] }: RoleDefinition, action: string) =>
  actions.some((each) => covers(each, action)) && !notActions.some((each) => covers(each, action));
