import { mayAct } from "../authorization.ts";
import { groupId, namePath, resourceId, typePath } from "../resource-id.ts";
import { managementGroupId } from "../scope.ts";
import type { Call } from "../router.ts";
import type { Resource, Subscription } from "../state.ts";
import type { Column, Table } from "./kql-pipeline.ts";
import type { Cell, Row } from "./kql-values.ts";
import { QueryError } from "./query-error.ts";

const texts = (...names: string[]): Column[] => names.map((name) => ({ name, type: "string" }));
const bags = (...names: string[]): Column[] => names.map((name) => ({ name, type: "object" }));

const columns: readonly Column[] = [
  ...texts("id", "name", "type", "tenantId", "kind", "location", "resourceGroup", "subscriptionId"),
  ...texts("managedBy"),
  ...bags("sku", "plan", "properties", "tags", "identity", "zones", "extendedLocation"),
];

type Given = Pick<Call, "state" | "caller">;

/** Every column has a cell: texts that are not there are empty, bags null. */
const rowOf = (cells: Readonly<Record<string, Cell | undefined>>): Row =>
  Object.fromEntries(
    columns.map(({ name, type }) => [name, cells[name] ?? (type === "string" ? "" : null)]),
  );

// What a resource holds came as JSON.
const json = (value: unknown): Cell =>
  value === undefined ? null : (JSON.parse(JSON.stringify(value)) as Cell);

/** Resource Graph keeps types and groups in small letters. */
function resourceRow(resource: Resource, tenantId: string): Row {
  const { content, tags, location, provisioningState } = resource;
  return rowOf({
    id: resourceId(resource),
    name: namePath(resource),
    type: `${resource.namespace}/${typePath(resource)}`.toLowerCase(),
    tenantId,
    kind: content.kind?.toLowerCase(),
    location,
    resourceGroup: resource.group.toLowerCase(),
    subscriptionId: resource.subscriptionId,
    managedBy: content.managedBy,
    sku: json(content.sku),
    plan: json(content.plan),
    properties: json({ ...content.properties, provisioningState }),
    tags: Object.keys(tags).length > 0 ? json(tags) : null,
    identity: json(content.identity),
    zones: json(content.zones),
  });
}

/** Tracked resources: children and extensions are in tables of their own, or in none. */
const resources = ({ state, caller }: Given, within: readonly Subscription[]): Row[] =>
  within.flatMap(({ subscriptionId, tenantId }) =>
    state
      .resources(subscriptionId)
      .filter((each) => each.location !== undefined)
      .filter((each) =>
        mayAct(state, caller, `${each.namespace}/${typePath(each)}/read`, resourceId(each)),
      )
      .map((each) => resourceRow(each, tenantId)),
  );

const presentTags = (tags: Readonly<Record<string, string>>) =>
  Object.keys(tags).length > 0 ? json(tags) : null;

function containers({ state, caller }: Given, within: readonly Subscription[]): Row[] {
  const ofSubscriptions = within.flatMap((subscription): Row[] => {
    const { subscriptionId, tenantId, displayName, tags } = subscription;
    const groups = state
      .groups(subscriptionId)
      .filter(({ name }) =>
        mayAct(
          state,
          caller,
          "Microsoft.Resources/subscriptions/resourceGroups/read",
          groupId(subscriptionId, name),
        ),
      );
    return [
      rowOf({
        id: `/subscriptions/${subscriptionId}`,
        name: displayName,
        type: "microsoft.resources/subscriptions",
        tenantId,
        subscriptionId,
        tags: presentTags(tags),
        properties: {
          state: "Enabled",
          subscriptionPolicies: {
            locationPlacementId: "Public_2014-09-01",
            quotaId: "PayAsYouGo_2014-09-01",
            spendingLimit: "Off",
          },
          managementGroupAncestorsChain: state
            .managementGroupsOf(subscriptionId)
            .map(({ name, displayName: shown }) => ({ name, displayName: shown })),
        },
      }),
      ...groups.map((group) =>
        rowOf({
          id: groupId(subscriptionId, group.name),
          name: group.name,
          type: "microsoft.resources/subscriptions/resourcegroups",
          tenantId,
          location: group.location,
          resourceGroup: group.name.toLowerCase(),
          subscriptionId,
          managedBy: group.managedBy,
          tags: presentTags(group.tags),
          properties: { provisioningState: group.provisioningState },
        }),
      ),
    ];
  });
  const managementGroups = state.managementGroups
    .filter(
      ({ tenantId, name }) =>
        tenantId === caller.tenantId &&
        mayAct(
          state,
          caller,
          "Microsoft.Management/managementGroups/read",
          managementGroupId(name),
        ),
    )
    .map(({ name, displayName, tenantId }) =>
      rowOf({
        id: managementGroupId(name),
        name,
        type: "microsoft.management/managementgroups",
        tenantId,
        properties: { displayName, tenantId },
      }),
    );
  return [...ofSubscriptions, ...managementGroups];
}

const tables: Readonly<Record<string, (given: Given, within: readonly Subscription[]) => Row[]>> = {
  resources,
  resourcecontainers: containers,
};

/** One of Resource Graph's tables, as far as the caller may read it. @throws QueryError for any other */
export function readTable(name: string, given: Given, within: readonly Subscription[]): Table {
  const read = Object.hasOwn(tables, name.toLowerCase()) ? tables[name.toLowerCase()] : undefined;
  if (!read)
    throw new QueryError({
      code: "DisallowedLogicalTableName",
      message: `Table ${name} is invalid, unsupported or disallowed.`,
    });
  return { columns, rows: read(given, within) };
}
