import { servicePrincipalId } from "../../access-token.ts";
import {
  CONTOSO_SUBSCRIPTION,
  CONTOSO_TENANT,
  ENGINEERING_SUBSCRIPTION,
  FABRIKAM_SUBSCRIPTION,
  FABRIKAM_TENANT,
} from "../../constants.ts";
import { ADA, ALAN, GRACE, LIN } from "../../people.ts";
import type { SandboxUser } from "../../world.ts";
import type { ArmState, ManagementGroup, RoleAssignment } from "../state.ts";
import { roleNamed } from "./roles.ts";

const managementGroups: readonly ManagementGroup[] = [
  {
    tenantId: CONTOSO_TENANT,
    name: CONTOSO_TENANT,
    displayName: "Tenant Root Group",
    subscriptionIds: [],
  },
  {
    tenantId: CONTOSO_TENANT,
    name: "contoso-platform",
    displayName: "Contoso Platform",
    parent: CONTOSO_TENANT,
    subscriptionIds: [CONTOSO_SUBSCRIPTION, ENGINEERING_SUBSCRIPTION],
  },
  {
    tenantId: FABRIKAM_TENANT,
    name: FABRIKAM_TENANT,
    displayName: "Tenant Root Group",
    subscriptionIds: [FABRIKAM_SUBSCRIPTION],
  },
];

const inTenant = (user: SandboxUser, tenantId: string): string => {
  const objectId = user.objectIds.get(tenantId);
  if (objectId === undefined) throw new RangeError(`${user.upn} is not in ${tenantId}`);
  return objectId;
};

/** Ada owns all of Contoso, Grace and the guest Lin read its production, the application reads all. */
const assignments: readonly [tenantId: string, scope: string, role: string, principalId: string][] =
  [
    [CONTOSO_TENANT, "", "Owner", inTenant(ADA, CONTOSO_TENANT)],
    [CONTOSO_TENANT, CONTOSO_SUBSCRIPTION, "Owner", inTenant(ADA, CONTOSO_TENANT)],
    [CONTOSO_TENANT, ENGINEERING_SUBSCRIPTION, "Owner", inTenant(ADA, CONTOSO_TENANT)],
    [CONTOSO_TENANT, CONTOSO_SUBSCRIPTION, "Reader", inTenant(GRACE, CONTOSO_TENANT)],
    [CONTOSO_TENANT, CONTOSO_SUBSCRIPTION, "Reader", inTenant(LIN, CONTOSO_TENANT)],
    [CONTOSO_TENANT, CONTOSO_SUBSCRIPTION, "Reader", servicePrincipalId(CONTOSO_TENANT)],
    [CONTOSO_TENANT, ENGINEERING_SUBSCRIPTION, "Reader", servicePrincipalId(CONTOSO_TENANT)],
    [FABRIKAM_TENANT, FABRIKAM_SUBSCRIPTION, "Owner", inTenant(ALAN, FABRIKAM_TENANT)],
    [FABRIKAM_TENANT, FABRIKAM_SUBSCRIPTION, "Reader", servicePrincipalId(FABRIKAM_TENANT)],
  ];

/** The same in every run, as all that is there from the start. */
const nameOf = (index: number) => `cccccccc-4444-4000-8000-${String(index + 1).padStart(12, "0")}`;
const CREATED_AT = Date.parse("2025-01-15T08:00:00Z");

/** Who may do what from the start, and the management groups. */
export function seedAccess(state: ArmState): void {
  state.managementGroups.push(...managementGroups);
  state.roleAssignments = assignments.map(
    ([tenantId, scope, role, principalId], index): RoleAssignment => ({
      tenantId,
      name: nameOf(index),
      scope: scope && `/subscriptions/${scope}`,
      roleId: roleNamed(role).id,
      principalId,
      principalType: principalId === servicePrincipalId(tenantId) ? "ServicePrincipal" : "User",
      createdBy: inTenant(tenantId === CONTOSO_TENANT ? ADA : ALAN, tenantId),
      createdAt: CREATED_AT,
    }),
  );
}
