import { isGuid } from "../contract/guid.ts";

/** The tenant Entra puts every personal Microsoft account in; its authority is `consumers`. */
export const personalTenantId = "9188040d-6c67-4c5b-b112-36a304b66dad";

export const sharedTenants = ["common", "organizations", "consumers"] as const;
export type SharedTenant = (typeof sharedTenants)[number];

const domain = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/;

/** Whether `text` is a tenant id: a GUID, and nothing else a URL path could be fooled with. */
export function isTenantId(text: string): boolean {
  return isGuid(text);
}

export function isSharedTenant(text: string): text is SharedTenant {
  return (sharedTenants as readonly string[]).includes(text);
}

/**
 * Reads what a person may write as a tenant: `common`, `organizations`, `consumers`, a tenant id or
 * a verified domain.
 *
 * @returns it in lower case, or undefined when it is none of these.
 */
export function parseTenant(text: string): string | undefined {
  const tenant = text.trim().toLowerCase();
  const known = isSharedTenant(tenant) || isTenantId(tenant) || domain.test(tenant);
  return known ? tenant : undefined;
}

/** The path segment of the authority that renews tokens of `tenantId`. */
export function authorityTenant(tenantId: string): string {
  return tenantId.toLowerCase() === personalTenantId ? "consumers" : tenantId;
}

/** Whether `tenant`, a tenant id or an authority's path segment, is that of personal accounts alone. */
export const isPersonalTenant = (tenant: string): boolean =>
  authorityTenant(tenant) === "consumers";

/**
 * Whether a sign-in that ended in `tenantId` is one that `expected` allows. `common`, a verified
 * domain and no expectation allow every tenant: at a domain's authority Entra itself refuses a code
 * of another tenant (AADSTS700005).
 */
export function tenantSatisfies(tenantId: string, expected: string | undefined): boolean {
  const tenant = tenantId.toLowerCase();
  if (expected === "organizations") return tenant !== personalTenantId;
  if (expected === "consumers") return tenant === personalTenantId;
  if (expected !== undefined && isTenantId(expected)) return tenant === expected.toLowerCase();
  return true;
}
