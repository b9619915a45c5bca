import { armDocuments, group, subscription } from "./arm-operations.ts";
import type { ArmDocument } from "./arm-operations.ts";
import { isObject } from "./schema.ts";
import type { Json, JsonObject } from "./schema.ts";
import { CONTOSO_SUBSCRIPTION, ENGINEERING_SUBSCRIPTION } from "../sandbox/constants.ts";

/** How Microsoft's example of a request is asked of the sandbox, whose things have other names. */
export interface ArmExample {
  /** The example's file, without its ending. */
  name: string;
  document: ArmDocument;
  method: string;
  /** The operation's path in the swagger. */
  spec: string;
  /** The sandbox's thing for each name in the path. */
  path?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  /** The example's own body where absent. */
  body?: unknown;
  status: number;
  /** Whether the answer is the one at the `location` of a 202, as the example's 200 is. */
  followed?: true;
}

const names = {
  subscriptionId: CONTOSO_SUBSCRIPTION,
  resourceGroupName: "contoso-network",
  resourceProviderNamespace: "Microsoft.Compute",
  groupId: "contoso-platform",
  deploymentName: "my-deployment",
};
/** What the sandbox calls the things of an example's path. */
export const pathNames: Readonly<Record<string, string>> = names;

const root = "/providers/Microsoft.Resources";
const management = "/providers/Microsoft.Management/managementGroups/{groupId}";
const ofSubscription = "/subscriptions/{subscriptionId}";
const ofGroup = `${ofSubscription}/resourcegroups/{resourceGroupName}`;
const deployment = `${root}/deployments/{deploymentName}`;
const provider = `${ofSubscription}/providers/{resourceProviderNamespace}`;
const subscriptions = { document: "subscriptions", method: "GET", status: 200 } as const;
const resources = { document: "resources", method: "GET", status: 200 } as const;
const made = { document: "resources", method: "PUT", status: 201 } as const;
const guess = { document: "resources", method: "POST", status: 200 } as const;

/** A template spec that the test makes first. */
export const templateSpec = `${group}/providers/Microsoft.Resources/templateSpecs/spec/versions/v1`;
const bySpec = { templateLink: { id: templateSpec }, parameters: {}, mode: "Incremental" };

const tagsPath = "/{scope}/providers/Microsoft.Resources/tags/default";
const resourceScope = `${group.slice(1)}/providers/Microsoft.KeyVault/vaults/contoso-kv`;

export const armExamples: readonly ArmExample[] = [
  { ...subscriptions, name: "GetLocations", spec: `${ofSubscription}/locations` },
  {
    ...subscriptions,
    name: "GetLocationsWithExtendedLocations",
    spec: `${ofSubscription}/locations`,
    query: { includeExtendedLocations: "true" },
  },
  { ...subscriptions, name: "GetSubscription", spec: ofSubscription },
  { ...subscriptions, name: "GetSubscriptions", spec: "/subscriptions" },
  { ...subscriptions, name: "GetTenants", spec: "/tenants" },
  {
    ...subscriptions,
    name: "PostCheckZonePeers",
    method: "POST",
    spec: `${ofSubscription}${root}/checkZonePeers/`,
    body: { location: "eastus", subscriptionIds: [`subscriptions/${ENGINEERING_SUBSCRIPTION}`] },
  },
  {
    ...subscriptions,
    name: "CheckResourceName",
    method: "POST",
    spec: `${root}/checkResourceName`,
  },
  { ...guess, name: "CalculateTemplateHash", spec: `${root}/calculateTemplateHash` },
  {
    ...made,
    name: "CreateResourceGroup",
    spec: ofGroup,
    path: { resourceGroupName: "my-resource-group" },
  },
  {
    ...resources,
    name: "ExportResourceGroup",
    method: "POST",
    spec: `${ofGroup}/exportTemplate`,
    followed: true,
  },
  {
    ...resources,
    name: "ExportResourceGroupWithFiltering",
    method: "POST",
    spec: `${ofGroup}/exportTemplate`,
    followed: true,
  },
  {
    ...resources,
    name: "ForceDeleteVMsInResourceGroup",
    method: "DELETE",
    spec: ofGroup,
    query: { forceDeletionTypes: "Microsoft.Compute/virtualMachines" },
    status: 202,
  },
  {
    ...resources,
    name: "ForceDeleteVMsAndVMSSInResourceGroup",
    method: "DELETE",
    spec: ofGroup,
    query: {
      forceDeletionTypes:
        "Microsoft.Compute/virtualMachines,Microsoft.Compute/virtualMachineScaleSets",
    },
    status: 202,
  },
  {
    ...resources,
    name: "GetNamedProviderAtTenant",
    spec: "/providers/{resourceProviderNamespace}",
    path: { resourceProviderNamespace: "Microsoft.Storage" },
    query: { $expand: "resourceTypes/aliases" },
  },
  { ...resources, name: "GetProvider", spec: provider },
  { ...resources, name: "GetProviderPermissions", spec: `${provider}/providerPermissions` },
  { ...resources, name: "GetProviderResourceTypes", spec: `${provider}/resourceTypes` },
  { ...resources, name: "GetProviders", spec: `${ofSubscription}/providers` },
  { ...resources, name: "GetTagsResource", spec: tagsPath, path: { scope: resourceScope } },
  {
    ...resources,
    name: "GetTagsSubscription",
    spec: tagsPath,
    path: { scope: subscription.slice(1) },
  },
  {
    ...resources,
    name: "PutTagsResource",
    method: "PUT",
    spec: tagsPath,
    path: { scope: resourceScope },
  },
  {
    ...resources,
    name: "PutTagsSubscription",
    method: "PUT",
    spec: tagsPath,
    path: { scope: subscription.slice(1) },
  },
  {
    ...guess,
    name: "PostDeploymentWhatIfOnResourceGroup",
    spec: `${ofGroup}${deployment}/whatIf`,
    followed: true,
  },
  {
    ...guess,
    name: "PostDeploymentWhatIfOnSubscription",
    spec: `${ofSubscription}${deployment}/whatIf`,
    followed: true,
  },
  {
    ...guess,
    name: "PostDeploymentWhatIfOnManagementGroup",
    spec: `${management}${deployment}/whatIf`,
  },
  { ...guess, name: "PostDeploymentWhatIfOnTenant", spec: `${deployment}/whatIf` },
  { ...made, name: "PutDeploymentAtManagementGroup", spec: `${management}${deployment}` },
  {
    ...made,
    name: "PutDeploymentAtScope",
    spec: `/{scope}${deployment}`,
    path: { scope: "providers/Microsoft.Management/managementGroups/contoso-platform" },
  },
  { ...made, name: "PutDeploymentAtTenant", spec: deployment },
  { ...made, name: "PutDeploymentResourceGroup", spec: `${ofGroup}${deployment}` },
  {
    ...made,
    name: "PutDeploymentResourceGroupTemplateSpecsWithId",
    spec: `${ofGroup}${deployment}`,
    body: { properties: bySpec },
  },
  {
    ...made,
    name: "PutDeploymentSubscriptionTemplateSpecsWithId",
    spec: `${ofSubscription}${deployment}`,
    body: { location: "eastus", properties: bySpec },
  },
  {
    ...made,
    name: "PutDeploymentWithOnErrorDeploymentLastSuccessful",
    spec: `${ofGroup}${deployment}`,
  },
  {
    ...made,
    name: "PutDeploymentWithOnErrorDeploymentSpecificDeployment",
    spec: `${ofGroup}${deployment}`,
  },
];

/** What kind of value a member holds; of lists, all that their items hold. */
export type Shape = string | { list: Shape } | { members: { readonly [name: string]: Shape } };

/** Members whose names the caller chooses: what is inside is another example's. */
const free: ReadonlySet<string> = new Set(["tags", "parameters", "template", "before", "after"]);

/** @param name the member that holds the value */
export function shapeOfValue(value: Json, name = ""): Shape {
  if (Array.isArray(value))
    return { list: value.map((each: Json) => shapeOfValue(each)).reduce(merge, "nothing") };
  if (!isObject(value)) return value === null ? "null" : typeof value;
  if (free.has(name)) return "object";
  const members = Object.entries(value).map(
    ([key, each]) => [key, shapeOfValue(each, key)] as const,
  );
  return { members: Object.fromEntries(members) };
}

function merge(left: Shape, right: Shape): Shape {
  if (left === "nothing" || left === "null") return right;
  if (right === "nothing" || right === "null") return left;
  if (typeof left === "string" || typeof right === "string") return left;
  if ("list" in left) return "list" in right ? { list: merge(left.list, right.list) } : left;
  if ("list" in right) return left;
  const members: Record<string, Shape> = { ...left.members };
  for (const [name, shape] of Object.entries(right.members))
    members[name] = members[name] === undefined ? shape : merge(members[name], shape);
  return { members };
}

/** What an answer lacks of an example, or has as another kind of value; by path. */
export function lacking(wanted: Shape, found: Shape | undefined, path = ""): string[] {
  if (found === undefined) return [`${path} lacks`];
  if (wanted === "nothing" || wanted === "null") return [];
  if (typeof wanted === "string")
    return wanted === (typeof found === "string" ? found : "list" in found ? "list" : "object")
      ? []
      : [`${path} is no ${wanted}`];
  if ("list" in wanted) {
    if (typeof found === "string" || !("list" in found)) return [`${path} is no list`];
    return found.list === "nothing" && wanted.list !== "nothing"
      ? [`${path} is empty`]
      : lacking(wanted.list, found.list, `${path}[]`);
  }
  if (typeof found === "string" || !("members" in found)) return [`${path} is no object`];
  return Object.entries(wanted.members).flatMap(([name, shape]) =>
    lacking(shape, found.members[name], path ? `${path}.${name}` : name),
  );
}

interface ExampleSlice {
  /** The example's body; absent where it sends none. */
  body?: Json;
  /** The shape of each answer, by status; null where it has no body. */
  answers: Record<string, Shape | null>;
}

const bodyParameters = ["parameters", "body", "template"];

/**
 * Of each example its body, and which members its answers have.
 *
 * @param read an example by its path in the folder of API descriptions
 */
export function armExampleSlices(read: (file: string) => Json): Record<string, ExampleSlice> {
  const slices: Record<string, ExampleSlice> = {};
  for (const { name, document } of armExamples) {
    const folder = armDocuments[document].replace(/[^/]+$/, "examples/");
    const example = read(`${folder}${name}.json`);
    const parameters = memberOf(example, "parameters");
    const responses = memberOf(example, "responses");
    const body = bodyParameters.map((each) => parameters[each]).find((each) => each !== undefined);
    slices[name] = {
      ...(body !== undefined && { body }),
      answers: Object.fromEntries(
        Object.entries(responses).map(([status, answer]) => {
          const said = isObject(answer) ? answer["body"] : undefined;
          return [status, said === undefined ? null : shapeOfValue(said)];
        }),
      ),
    };
  }
  return slices;
}

function memberOf(value: Json, name: string): JsonObject {
  const member = isObject(value) ? value[name] : undefined;
  if (!isObject(member)) throw new RangeError(`the example has no ${name}`);
  return member;
}
