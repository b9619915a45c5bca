import { queryParameter } from "../../query-parameter.ts";
import { failure, ok } from "../answer.ts";
import { answerPage } from "../list.ts";
import type { Route } from "../router.ts";
import { managementGroupId } from "../scope.ts";
import { type ScopedCall, scopedRoutes } from "../scoped-routes.ts";
import type { ArmState, ManagementGroup } from "../state.ts";
import { mayAnywhere } from "../authorization.ts";

const type = "Microsoft.Management/managementGroups";

const presentEntry = ({ name, tenantId, displayName }: ManagementGroup) => ({
  id: managementGroupId(name),
  type,
  name,
  properties: { tenantId, displayName },
});

const subscriptionType = "/subscriptions";

/** Groups and subscriptions right below a group; with `recurse`, what is below those too. */
function childrenOf(state: ArmState, group: ManagementGroup, recurse: boolean): object[] {
  const groups = state.managementGroups
    .filter((each) => each.tenantId === group.tenantId && each.parent === group.name)
    .map((each) => {
      const inner = recurse ? childrenOf(state, each, true) : [];
      return {
        id: managementGroupId(each.name),
        type,
        name: each.name,
        displayName: each.displayName,
        ...(inner.length > 0 && { children: inner }),
      };
    });
  const subscriptions = group.subscriptionIds.flatMap((id) => {
    const known = state.subscription(id);
    return known
      ? [
          {
            id: `/subscriptions/${id}`,
            type: subscriptionType,
            name: id,
            displayName: known.displayName,
          },
        ]
      : [];
  });
  return [...groups, ...subscriptions];
}

function showGroup({ state, scope, url }: ScopedCall) {
  if (scope.kind !== "managementGroup") throw new RangeError("not a management group's path");
  const group = scope.managementGroup;
  const expand = queryParameter(url, "$expand")?.toLowerCase();
  if (expand !== undefined && !["children", "path", "ancestors"].includes(expand))
    return failure(400, "BadRequest", `The $expand value '${expand}' is not supported.`, {
      failedIn: "service",
    });
  const above = state.managementGroupsAbove(group.name).map(({ name, displayName }) => ({
    id: managementGroupId(name),
    name,
    displayName,
  }));
  const [parent] = above;
  const recurse = queryParameter(url, "$recurse")?.toLowerCase() === "true";
  const children = childrenOf(state, group, recurse);
  return ok({
    id: managementGroupId(group.name),
    type,
    name: group.name,
    properties: {
      tenantId: group.tenantId,
      displayName: group.displayName,
      details: {
        version: 1,
        updatedTime: "2025-01-15T08:00:00.0000000Z",
        updatedBy: "Microsoft.Management",
        ...(parent && { parent }),
        ...(expand === "path" && {
          path: above.toReversed().map(({ name, displayName }) => ({ name, displayName })),
        }),
        ...(expand === "ancestors" && {
          managementGroupAncestors: above.map(({ name }) => name),
          managementGroupAncestorsChain: above.map(({ name, displayName }) => ({
            name,
            displayName,
          })),
        }),
      },
      ...(expand === "children" && { children: children.length > 0 ? children : null }),
    },
  });
}

const versions = { namespace: "Microsoft.Management", type: "managementGroups" };

export const managementGroupRoutes: readonly Route[] = [
  ...scopedRoutes(
    ["tenant"],
    `providers/${type}`,
    { type, versions, open: true },
    {
      // Everybody may ask; those without a role in any group get none.
      GET: (call) =>
        answerPage(
          call,
          call.state.managementGroups
            .filter((each) => each.tenantId === call.caller.tenantId)
            .filter((each) => mayAnywhere(call.state, call.caller, managementGroupId(each.name)))
            .map(presentEntry),
        ),
    },
  ),
  ...scopedRoutes(["managementGroup"], "", { type, versions }, { GET: showGroup }),
];
