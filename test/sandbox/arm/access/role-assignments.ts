import * as z from "zod";
import { queryParameter } from "../../query-parameter.ts";
import { servicePrincipalId } from "../../access-token.ts";
import { type Answer, failure, ok, invalidFilter } from "../answer.ts";
import { readBody } from "../body.ts";
import { answerPage } from "../list.ts";
import type { Route } from "../router.ts";
import { liesWithin, scopesAbove } from "../scope.ts";
import { type ScopedCall, scopedRoutes } from "../scoped-routes.ts";
import type { ArmState, RoleAssignment } from "../state.ts";
import { definitionScope, roleDefinitionId } from "./role-definitions.ts";
import { roleById } from "./roles.ts";

const guid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

const assignmentBody = z.object({
  properties: z.object({
    roleDefinitionId: z.string(),
    principalId: z.string(),
    principalType: z.string().optional(),
    description: z.string().nullish(),
  }),
});

const same = (left: string, right: string) => left.toLowerCase() === right.toLowerCase();

const idOf = ({ scope, name }: RoleAssignment) =>
  `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`;

function present(assignment: RoleAssignment) {
  const at = new Date(assignment.createdAt).toISOString();
  return {
    properties: {
      roleDefinitionId: roleDefinitionId(definitionScope(assignment.scope), assignment.roleId),
      principalId: assignment.principalId,
      principalType: assignment.principalType,
      scope: assignment.scope || "/",
      condition: null,
      conditionVersion: null,
      createdOn: at,
      updatedOn: at,
      createdBy: assignment.createdBy,
      updatedBy: assignment.createdBy,
      delegatedManagedIdentityResourceId: null,
      description: assignment.description ?? null,
    },
    id: idOf(assignment),
    type: "Microsoft.Authorization/roleAssignments",
    name: assignment.name,
  };
}

/** What a list is narrowed to, by Microsoft's own filters; undefined for any other. */
function readFilter(source: string | undefined) {
  if (!source) return { atScope: false };
  const atScope = /^atScope\(\)(?: and )?/i.exec(source);
  const rest = source.slice(atScope?.[0].length ?? 0).trim();
  if (rest === "") return { atScope: atScope !== null };
  const principal =
    /^assignedTo\('([^']+)'\)$/i.exec(rest) ?? /^principalId eq '([^']+)'$/i.exec(rest);
  return principal ? { atScope: atScope !== null, principalId: principal[1] ?? "" } : undefined;
}

/** Those at the scope and above it, and below it unless `atScope()` leaves them out. */
function listAssignments(call: ScopedCall): Answer {
  const source = queryParameter(call.url, "$filter")?.trim();
  const filter = readFilter(source);
  if (!filter) return invalidFilter(source ?? "");
  const above = new Set(scopesAbove(call.state, call.scope.id));
  const { principalId } = filter;
  const found = call.state.roleAssignments.filter(
    (each) =>
      each.tenantId === call.caller.tenantId &&
      (above.has(each.scope.toLowerCase()) || (!filter.atScope && isBelow(call, each.scope))) &&
      (principalId === undefined || same(each.principalId, principalId)),
  );
  return answerPage(call, found.map(present));
}

/** A management group's list does not go down into its subscriptions. */
const isBelow = ({ scope }: ScopedCall, path: string) =>
  scope.kind !== "tenant" && liesWithin(path, scope.id);

const find = (state: ArmState, { scope, param }: ScopedCall): RoleAssignment | undefined =>
  state.roleAssignments.find(
    (each) => same(each.scope, scope.id) && same(each.name, param("assignment")),
  );

const serviceFailure = (status: number, code: string, message: string) =>
  failure(status, code, message, { failedIn: "service" });

const notFound = (name: string) =>
  serviceFailure(404, "RoleAssignmentNotFound", `The role assignment '${name}' is not found.`);

/** Who a GUID is in the caller's tenant. */
function principalTypeOf(
  { world, caller }: ScopedCall,
  principalId: string,
): RoleAssignment["principalType"] | undefined {
  if (same(servicePrincipalId(caller.tenantId), principalId)) return "ServicePrincipal";
  const known = world.users.some((user) =>
    same(user.objectIds.get(caller.tenantId) ?? "", principalId),
  );
  return known ? "User" : undefined;
}

async function putAssignment(call: ScopedCall): Promise<Answer> {
  const { state, scope, caller, world, param, request } = call;
  const name = param("assignment");
  if (!guid.test(name))
    return serviceFailure(
      400,
      "InvalidRoleAssignmentId",
      `The role assignment ID '${name}' is not valid. The role assignment ID must be a GUID.`,
    );
  const body = await readBody(request, assignmentBody);
  if (!body.ok) return body.refusal;
  const { roleDefinitionId: definition, principalId, description } = body.value.properties;
  const role = roleById(definition.split("/").at(-1) ?? "");
  if (!role)
    return serviceFailure(
      404,
      "RoleDefinitionDoesNotExist",
      `The specified role definition with ID '${definition.split("/").at(-1)}' does not exist.`,
    );
  const principalType = principalTypeOf(call, principalId);
  if (!principalType)
    return serviceFailure(
      400,
      "PrincipalNotFound",
      `Principal ${principalId.replaceAll("-", "")} does not exist in the directory ${caller.tenantId}. ` +
        "Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay.",
    );
  const made: RoleAssignment = {
    tenantId: caller.tenantId,
    name,
    scope: scope.id,
    roleId: role.id,
    principalId,
    principalType,
    ...(description && { description }),
    createdBy: caller.objectId,
    createdAt: world.now(),
  };
  const existing = find(state, call);
  if (existing) {
    const unchanged = existing.roleId === role.id && same(existing.principalId, principalId);
    return unchanged
      ? ok(present(existing))
      : serviceFailure(
          409,
          "RoleAssignmentUpdateNotPermitted",
          "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
        );
  }
  const twin = state.roleAssignments.find(
    (each) =>
      same(each.scope, scope.id) &&
      each.roleId === role.id &&
      each.tenantId === caller.tenantId &&
      same(each.principalId, principalId),
  );
  if (twin)
    return serviceFailure(
      409,
      "RoleAssignmentExists",
      `The role assignment already exists. The ID of the existing role assignment is ${twin.name.replaceAll("-", "")}.`,
    );
  state.roleAssignments.push(made);
  return { status: 201, body: present(made) };
}

function deleteAssignment(call: ScopedCall): Answer {
  const { state } = call;
  const existing = find(state, call);
  if (!existing) return { status: 204 };
  state.roleAssignments = state.roleAssignments.filter((each) => each !== existing);
  return ok(present(existing));
}

const kinds = ["tenant", "managementGroup", "subscription", "group", "resource"] as const;
const type = "Microsoft.Authorization/roleAssignments";
const facts = { type, versions: { namespace: "Microsoft.Authorization", type: "roleAssignments" } };

export const roleAssignmentRoutes: readonly Route[] = [
  ...scopedRoutes(kinds, `providers/${type}`, facts, { GET: listAssignments }),
  ...scopedRoutes(kinds, `providers/${type}/{assignment}`, facts, {
    GET: (call) => {
      const found = find(call.state, call);
      return found ? ok(present(found)) : notFound(call.param("assignment"));
    },
    PUT: putAssignment,
    DELETE: deleteAssignment,
  }),
];
