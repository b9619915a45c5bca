import { CONTOSO_TENANT, FABRIKAM_TENANT } from "../constants.ts";
import type { World } from "../world.ts";
import { SecretStore } from "./secret-store.ts";

/** `get` and `list` are data actions of a reader, the rest of an officer. */
export type DataRole = "Key Vault Secrets Officer" | "Key Vault Secrets User";

export interface Vault {
  name: string;
  tenantId: string;
  /** Data roles by sign-in name. ARM roles on a vault give no access to what is in it. */
  roles: Readonly<Record<string, DataRole>>;
  secrets: SecretStore;
}

interface VaultFacts {
  name: string;
  tenantId: string;
  roles: Readonly<Record<string, DataRole>>;
  secrets: readonly { name: string; value: string; contentType?: string; enabled?: boolean }[];
}

const facts: readonly VaultFacts[] = [
  {
    name: "contoso-kv",
    tenantId: CONTOSO_TENANT,
    roles: { "ada@contoso.example": "Key Vault Secrets Officer" },
    secrets: [
      { name: "database-password", value: "correct-horse-battery-staple" },
      { name: "smtp-password", value: "sandbox-smtp-password", contentType: "text/plain" },
      { name: "webhook-key", value: '{"key":"sandbox"}', contentType: "application/json" },
      { name: "retired-key", value: "no-longer-used", enabled: false },
      // Enough for a second page of 25.
      ...Array.from({ length: 26 }, (_, index) => ({
        name: `service-${String(index + 1).padStart(2, "0")}`,
        value: `sandbox-service-secret-${index + 1}`,
      })),
    ],
  },
  {
    name: "fabrikam-kv",
    tenantId: FABRIKAM_TENANT,
    roles: { "alan@fabrikam.example": "Key Vault Secrets Officer" },
    secrets: [{ name: "fabrikam-key", value: "sandbox-fabrikam-key" }],
  },
];

/** The vaults the sandbox starts with, by name. */
export function seedVaults(world: World): Map<string, Vault> {
  return new Map(
    facts.map(({ name, tenantId, roles, secrets }) => {
      const store = new SecretStore(world);
      for (const { enabled = true, name: secretName, value, contentType } of secrets)
        store.set(secretName, {
          value,
          ...(contentType && { contentType }),
          attributes: { enabled },
        });
      return [name, { name, tenantId, roles, secrets: store }];
    }),
  );
}

/** The vault that a base address speaks for: `https://{name}.vault.azure.net` or `…/vault/{name}`. */
export function vaultName(base: string): string | undefined {
  const { hostname, pathname } = new URL(base);
  const local = /\/vault\/([^/]+)\/?$/.exec(pathname)?.[1];
  const name = local ?? /^([^.]+)\.vault\./.exec(hostname)?.[1];
  return name?.toLowerCase();
}
