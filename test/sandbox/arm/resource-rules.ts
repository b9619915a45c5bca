import { type Answer, failure } from "./answer.ts";
import { qualifiedName, type ResourceType } from "./providers.ts";
import type { ResourceContent } from "./state.ts";

interface Rules {
  name: RegExp;
  describeName: (name: string) => string;
  nameCode: string;
  target?: string;
  /** Fails a new resource, or one replaced whole, for what it lacks. */
  refuseContent?: (content: ResourceContent) => Answer | undefined;
}

const invalid = (code: string, message: string, target?: string): Answer =>
  failure(400, code, message, { failedIn: "service", ...(target && { target }) });

const storageSkus: ReadonlySet<unknown> = new Set([
  "Standard_LRS",
  "Standard_GRS",
  "Standard_RAGRS",
  "Standard_ZRS",
  "Standard_GZRS",
  "Standard_RAGZRS",
  "StandardV2_LRS",
  "StandardV2_GRS",
  "StandardV2_ZRS",
  "StandardV2_GZRS",
  "Premium_LRS",
  "Premium_ZRS",
  "PremiumV2_LRS",
  "PremiumV2_ZRS",
]);
const storageKinds: ReadonlySet<string | undefined> = new Set([
  "Storage",
  "StorageV2",
  "BlobStorage",
  "FileStorage",
  "BlockBlobStorage",
]);

function refuseAccount({ kind, sku }: ResourceContent): Answer | undefined {
  const wrong = [
    ...(storageKinds.has(kind) ? [] : ["kind"]),
    ...(storageSkus.has(sku?.["name"]) ? [] : ["sku"]),
  ];
  return wrong.length === 0
    ? undefined
    : invalid(
        "InvalidValuesForRequestParameters",
        `Values for request parameters are invalid: ${wrong.join(", ")}. For more information, see - https://aka.ms/storageaccounttypes`,
      );
}

function refuseDisk({ properties }: ResourceContent): Answer | undefined {
  const target = "disk.properties.creationData";
  return typeof properties["creationData"] === "object" && properties["creationData"] !== null
    ? undefined
    : invalid("InvalidParameter", `Required parameter '${target}' is missing (null).`, target);
}

const computeName = (target: string): Omit<Rules, "refuseContent"> => ({
  name: /^[^_\W][\w.-]{0,79}(?<![-.])$/,
  nameCode: "InvalidParameter",
  target,
  describeName: () =>
    `The entity name '${target}' is invalid according to its validation rule: ^[^_\\W][\\w-._]{0,79}(?<![-.])$.`,
});

/** What the providers themselves check of a resource, by type. */
const rules: Readonly<Record<string, Rules>> = {
  "Microsoft.Storage/storageAccounts": {
    name: /^[a-z0-9]{3,24}$/,
    nameCode: "AccountNameInvalid",
    describeName: (name) =>
      `${name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in length and use numbers and lower-case letters only.`,
    refuseContent: refuseAccount,
  },
  "Microsoft.KeyVault/vaults": {
    name: /^(?=.{3,24}$)[a-z](-?[a-z0-9])*$/i,
    nameCode: "VaultNameNotValid",
    describeName: (name) =>
      `The vault name '${name}' is invalid. A vault's name must be between 3-24 alphanumeric characters. The name must begin with a letter, end with a letter or digit, and not contain consecutive hyphens.`,
  },
  "Microsoft.Compute/disks": { ...computeName("diskName"), refuseContent: refuseDisk },
  "Microsoft.Compute/virtualMachines": computeName("vmName"),
  "Microsoft.Network/virtualNetworks": {
    name: /^\w([\w.-]{0,78}\w)?$/,
    nameCode: "InvalidResourceName",
    describeName: (name) =>
      `Resource name ${name} is invalid. The name can be up to 80 characters long. It must begin with a word character, and it must end with a word character or with '_'. The name may contain word characters or '.', '-', '_'.`,
  },
};

/** Microsoft's words about a name that its provider does not take; undefined when it does. */
export function refuseName(type: ResourceType, name: string): string | undefined {
  const rule = rules[qualifiedName(type)];
  return !rule || rule.name.test(name) ? undefined : rule.describeName(name);
}

/** The 400 of a PUT whose name or content its provider does not take; undefined when it does. */
export function refuseResource(
  type: ResourceType,
  name: string,
  content: ResourceContent,
): Answer | undefined {
  const rule = rules[qualifiedName(type)];
  if (!rule) return undefined;
  if (rule.name.test(name)) return rule.refuseContent?.(content);
  return invalid(rule.nameCode, rule.describeName(name), rule.target);
}
