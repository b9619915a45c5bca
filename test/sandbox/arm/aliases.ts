import type { ResourceType } from "./providers.ts";

/** A name that policies use for a property, and where the property is. */
interface Alias {
  property: string;
  path: string;
  type: "Boolean" | "String" | "Integer";
  modifiable?: true;
}

const aliases: Readonly<Record<string, readonly Alias[]>> = {
  "Microsoft.Storage/storageAccounts": [
    { property: "sku.name", path: "sku.name", type: "String" },
    { property: "accessTier", path: "properties.accessTier", type: "String" },
    {
      property: "supportsHttpsTrafficOnly",
      path: "properties.supportsHttpsTrafficOnly",
      type: "Boolean",
      modifiable: true,
    },
    {
      property: "minimumTlsVersion",
      path: "properties.minimumTlsVersion",
      type: "String",
      modifiable: true,
    },
    {
      property: "allowBlobPublicAccess",
      path: "properties.allowBlobPublicAccess",
      type: "Boolean",
      modifiable: true,
    },
  ],
  "Microsoft.Compute/virtualMachines": [
    { property: "sku.name", path: "properties.hardwareProfile.vmSize", type: "String" },
    { property: "osDisk.Uri", path: "properties.storageProfile.osDisk.vhd.uri", type: "String" },
  ],
  "Microsoft.Compute/disks": [
    { property: "diskSizeGB", path: "properties.diskSizeGB", type: "Integer" },
  ],
  "Microsoft.KeyVault/vaults": [
    {
      property: "enableRbacAuthorization",
      path: "properties.enableRbacAuthorization",
      type: "Boolean",
      modifiable: true,
    },
    {
      property: "enablePurgeProtection",
      path: "properties.enablePurgeProtection",
      type: "Boolean",
      modifiable: true,
    },
  ],
  "Microsoft.Web/sites": [
    { property: "httpsOnly", path: "properties.httpsOnly", type: "Boolean", modifiable: true },
  ],
};

/** A type's aliases as `$expand=resourceTypes/aliases` shows them. */
export const presentAliases = ({ namespace, name, apiVersions }: ResourceType) =>
  (aliases[`${namespace}/${name}`] ?? []).map(({ property, path, type, modifiable }) => ({
    name: `${namespace}/${name}/${property}`,
    paths: [{ path, apiVersions, metadata: { type, attributes: "None" } }],
    type: "PlainText",
    defaultPath: path,
    defaultMetadata: { type, attributes: modifiable ? "Modifiable" : "None" },
  }));
