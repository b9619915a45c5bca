import { CONTOSO_TENANT, FABRIKAM_TENANT, PERSONAL_TENANT } from "./constants.ts";

export interface Tenant {
  id: string;
  domain: string;
  displayName: string;
}

export const tenants: readonly Tenant[] = [
  { id: CONTOSO_TENANT, domain: "contoso.example", displayName: "Contoso" },
  { id: FABRIKAM_TENANT, domain: "fabrikam.example", displayName: "Fabrikam" },
  { id: PERSONAL_TENANT, domain: "outlook.example", displayName: "Microsoft account" },
];

/** What the first path segment of an Entra URL asks for. */
export type Authority =
  | { kind: "common" | "organizations" | "consumers"; segment: string }
  | { kind: "tenant"; segment: string; tenant: Tenant };

/** Reads the tenant segment of an Entra path: an alias, a tenant's GUID or its verified domain. */
export function authorityOf(segment: string): Authority | undefined {
  const name = segment.toLowerCase();
  if (name === "common" || name === "organizations" || name === "consumers") {
    return { kind: name, segment: name };
  }
  const tenant = tenants.find((candidate) => candidate.id === name || candidate.domain === name);
  // Entra knows the personal tenant's GUID as another name of `consumers`.
  if (tenant?.id === PERSONAL_TENANT) return { kind: "consumers", segment: tenant.id };
  return tenant && { kind: "tenant", segment: tenant.id, tenant };
}

export function tenantById(id: string): Tenant {
  const tenant = tenants.find((candidate) => candidate.id === id);
  if (!tenant) throw new RangeError(`no tenant ${id} in the sandbox`);
  return tenant;
}
