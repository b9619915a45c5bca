import { failure, ok, invalidFilter } from "../answer.ts";
import { parseFilter } from "../filter.ts";
import { answerPage } from "../list.ts";
import type { Route } from "../router.ts";
import { type ScopedCall, scopedRoutes } from "../scoped-routes.ts";
import { queryParameter } from "../../query-parameter.ts";
import { type RoleDefinition, roleById, roleDefinitions } from "./roles.ts";

export const roleDefinitionId = (subscriptionScope: string, roleId: string) =>
  `${subscriptionScope}/providers/Microsoft.Authorization/roleDefinitions/${roleId}`;

/** Ids of role definitions name the subscription they were asked at, or none above subscriptions. */
export const definitionScope = (scope: string): string =>
  /^\/subscriptions\/[^/]+/i.exec(scope)?.[0] ?? "";

const present = (scope: string) => (role: RoleDefinition) => ({
  properties: {
    roleName: role.name,
    type: "BuiltInRole",
    description: role.description,
    assignableScopes: ["/"],
    permissions: [
      {
        actions: role.actions,
        notActions: role.notActions ?? [],
        dataActions: role.dataActions ?? [],
        notDataActions: [],
      },
    ],
    createdOn: "2015-02-02T21:55:09.8806423Z",
    updatedOn: "2024-01-30T19:10:31.3921580Z",
    createdBy: null,
    updatedBy: null,
  },
  id: roleDefinitionId(definitionScope(scope), role.id),
  type: "Microsoft.Authorization/roleDefinitions",
  name: role.id,
});

function listRoles(call: ScopedCall) {
  const source = queryParameter(call.url, "$filter");
  const known = roleDefinitions.map(present(call.scope.id));
  // All of the built-in roles may be assigned anywhere, so `atScope()` leaves none out.
  if (!source || /^\s*atScopeAndBelow\(\)\s*$|^\s*atScope\(\)\s*$/i.test(source))
    return answerPage(call, known);
  const parsed = parseFilter(source, ["roleName", "type"]);
  if (!parsed.ok || parsed.filter.kind !== "eq") return invalidFilter(source);
  const { property, value } = parsed.filter;
  return answerPage(
    call,
    known.filter(
      ({ properties }) =>
        (property === "roleName" ? properties.roleName : properties.type).toLowerCase() ===
        value.toLowerCase(),
    ),
  );
}

function showRole({ scope, param }: ScopedCall) {
  const role = roleById(param("role"));
  return role
    ? ok(present(scope.id)(role))
    : failure(
        404,
        "RoleDefinitionDoesNotExist",
        `The specified role definition with ID '${param("role")}' does not exist.`,
        { failedIn: "service" },
      );
}

const kinds = ["tenant", "managementGroup", "subscription", "group", "resource"] as const;
const type = "Microsoft.Authorization/roleDefinitions";
const versions = { namespace: "Microsoft.Authorization", type: "roleDefinitions" };

export const roleDefinitionRoutes: readonly Route[] = [
  ...scopedRoutes(kinds, `providers/${type}`, { type, versions }, { GET: listRoles }),
  ...scopedRoutes(kinds, `providers/${type}/{role}`, { type, versions }, { GET: showRole }),
];
