import type { Caller } from "../world.ts";
import { type RoleDefinition, roleAllows, roleById } from "./access/roles.ts";
import { type Answer, failure } from "./answer.ts";
import { liesWithin, scopesAbove } from "./scope.ts";
import type { ArmState, RoleAssignment } from "./state.ts";

const ownAssignments = (state: ArmState, { tenantId, objectId }: Caller): RoleAssignment[] =>
  state.roleAssignments.filter(
    (each) =>
      each.tenantId === tenantId && each.principalId.toLowerCase() === objectId.toLowerCase(),
  );

const rolesOf = (assignments: readonly RoleAssignment[]): RoleDefinition[] =>
  assignments.flatMap(({ roleId }) => roleById(roleId) ?? []);

/** Whether one of the caller's roles, here or inherited from above, allows the action on a path. */
export function mayAct(state: ArmState, caller: Caller, action: string, path: string): boolean {
  const above = new Set(scopesAbove(state, path));
  const here = ownAssignments(state, caller).filter(({ scope }) => above.has(scope.toLowerCase()));
  return rolesOf(here).some((role) => roleAllows(role, action));
}

/**
 * Whether the caller sees that something exists: by a role on it, above it, or on anything below.
 * So whoever has a role on one group finds its subscription.
 */
export function mayAnywhere(state: ArmState, caller: Caller, path: string): boolean {
  const above = new Set(scopesAbove(state, path));
  return ownAssignments(state, caller).some(
    ({ scope }) => above.has(scope.toLowerCase()) || liesWithin(scope, path),
  );
}

/** The RBAC action of a method on a type, as the refusal names it. */
export function actionOf(type: string, method: string): string {
  const verbs: Record<string, string> = {
    GET: "read",
    HEAD: "read",
    PUT: "write",
    PATCH: "write",
    POST: "action",
    DELETE: "delete",
  };
  return `${type}/${verbs[method] ?? "action"}`;
}

/** Reading these needs no role of their own: a role on anything inside is enough. */
const visibleFromBelow: ReadonlySet<string> = new Set([
  "Microsoft.Resources/subscriptions/read",
  "Microsoft.Resources/subscriptions/resourceGroups/read",
]);

/** Whether the caller may do this at a path; a list of groups shows those it has a role in. */
export function allows(state: ArmState, caller: Caller, action: string, path: string): boolean {
  return (
    mayAct(state, caller, action, path) ||
    (visibleFromBelow.has(action) &&
      mayAnywhere(state, caller, path.replace(/\/resourcegroups\/?$/i, "")))
  );
}

/** A delegated token must carry the one scope ARM has. */
export const holdsScope = (caller: Caller) =>
  caller.kind === "app" || caller.scopes.has("user_impersonation");

export function refuseAction(caller: Caller, action: string, scope: string): Answer {
  const client = caller.user?.upn ?? caller.clientId;
  return failure(
    403,
    "AuthorizationFailed",
    `The client '${client}' with object id '${caller.objectId}' does not have authorization to perform action '${action}' ` +
      `over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  );
}
