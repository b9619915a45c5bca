import { type DeletedSecret, recovery, type Secret, type SecretVersion } from "./secret-store.ts";
import type { Vault } from "./vaults.ts";

/** Ids are names, not links: they carry the vault's own host wherever it is reached. */
const secretId = (vault: Vault, collection: "secrets" | "deletedsecrets", name: string) =>
  `https://${vault.name}.vault.azure.net/${collection}/${name}`;

const common = ({ contentType, tags, attributes }: SecretVersion) => ({
  ...(contentType !== undefined && { contentType }),
  attributes: { ...attributes, ...recovery },
  ...(tags && { tags }),
});

export const presentBundle = (vault: Vault, { name }: Secret, version: SecretVersion) => ({
  value: version.value,
  id: `${secretId(vault, "secrets", name)}/${version.version}`,
  ...common(version),
});

/** PATCH answers like GET, but without the value. */
export const presentUpdated = (vault: Vault, { name }: Secret, version: SecretVersion) => ({
  id: `${secretId(vault, "secrets", name)}/${version.version}`,
  ...common(version),
});

/** An entry of the list of secrets: no value and no version. */
export const presentEntry = (vault: Vault, { name }: Secret, version: SecretVersion) => ({
  id: secretId(vault, "secrets", name),
  ...common(version),
});

/** What a deletion answers, and what `/deletedsecrets` shows until the purge. */
export function presentDeleted(vault: Vault, secret: DeletedSecret, version: SecretVersion) {
  const { name, deletedDate, scheduledPurgeDate } = secret;
  return {
    recoveryId: secretId(vault, "deletedsecrets", name),
    deletedDate,
    scheduledPurgeDate,
    ...presentUpdated(vault, secret, version),
  };
}
