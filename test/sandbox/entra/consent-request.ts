import { CLIENT_ID, PERSONAL_TENANT } from "../constants.ts";
import type { SandboxWorld } from "../create-world.ts";
import { delegatedPermission, personalDefaults, required } from "../permissions.ts";
import type { DelegatedPermission } from "../permissions.ts";
import type { Audience, SandboxUser } from "../world.ts";
import type { ResourceScopes, ScopeRequest } from "./scope.ts";

export interface ConsentItem {
  audience: Audience;
  permission: DelegatedPermission;
}

export interface ConsentRequest {
  /** All the sign-in asks for, for the page. */
  asked: ConsentItem[];
  /** What is not consented to yet. */
  missing: ConsentItem[];
}

/** `.default` stands for the app's registration, unless something was consented to already. */
function namesOf(
  asked: ResourceScopes,
  consented: ReadonlySet<string>,
  tenantId: string,
): readonly string[] {
  if (!asked.isDefault) return asked.permissions;
  const registered = required[asked.resource.audience];
  if (tenantId === PERSONAL_TENANT) return personalDefaults(registered);
  return consented.size > 0 ? [...consented] : registered;
}

/** Compares what a sign-in asks with what the user, or an administrator, has consented to. */
export function consentRequest(
  world: SandboxWorld,
  user: SandboxUser,
  tenantId: string,
  scope: ScopeRequest,
  clientId = CLIENT_ID,
): ConsentRequest {
  const asked: ConsentItem[] = [];
  const missing: ConsentItem[] = [];
  for (const resource of scope.resources) {
    const { audience } = resource.resource;
    const consented = world.consents.delegated(tenantId, user, audience, clientId);
    for (const name of namesOf(resource, consented, tenantId)) {
      const permission = delegatedPermission(audience, name);
      if (!permission || (tenantId === PERSONAL_TENANT && !permission.personal)) continue;
      asked.push({ audience, permission });
      if (!consented.has(name)) missing.push({ audience, permission });
    }
  }
  return { asked, missing };
}

/** Those of the missing permissions that this user may not consent to. */
export function beyond(user: SandboxUser, tenantId: string, missing: readonly ConsentItem[]) {
  const mayConsent = tenantId === PERSONAL_TENANT || (user.admin && user.homeTenantId === tenantId);
  return mayConsent ? [] : missing.filter((item) => item.permission.adminConsent);
}

export function recordConsent(
  world: SandboxWorld,
  user: SandboxUser,
  tenantId: string,
  items: readonly ConsentItem[],
  clientId = CLIENT_ID,
): void {
  for (const { audience, permission } of items) {
    world.consents.grant(tenantId, user, audience, [permission.name], clientId);
  }
}
