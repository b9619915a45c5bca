import * as z from "zod";
import { type Answer, ok } from "../answer.ts";
import { normalizeLocation } from "../locations.ts";
import { planOperation } from "../operation-plan.ts";
import { locationHeaders } from "../operation-routes.ts";
import { resourceId } from "../resource-id.ts";
import type { ScopedCall } from "../scoped-routes.ts";
import { type DeploymentInput, readDeployment, refuseTemplate } from "./deployment-input.ts";
import { NotYetDeployed } from "./evaluation.ts";
import { isObject, type Value } from "./functions.ts";
import type { PlannedResource } from "./planned-resources.ts";

type Document = { readonly [name: string]: Value };

interface PropertyChange {
  path: string;
  propertyChangeType: "Create" | "Delete" | "Modify";
  before?: Value;
  after?: Value;
}

interface Change {
  resourceId: string;
  changeType: "Create" | "Modify" | "NoChange" | "Ignore" | "Delete" | "Unsupported";
  unsupportedReason?: string;
  before?: Document;
  after?: Document;
  delta?: readonly PropertyChange[];
}

/** Members that a provider writes itself: they change nothing. */
const readOnly = new Set(["etag", "id", "name", "type", "apiVersion"]);

/** What differs, by the path of the property. */
export function differences(before: Document, after: Document, base = ""): PropertyChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name): PropertyChange[] => {
    const path = base ? `${base}.${name}` : name;
    if (readOnly.has(path)) return [];
    const old = before[name];
    const fresh = after[name];
    if (isObject(old) && isObject(fresh)) return differences(old, fresh, path);
    if (old === undefined && fresh !== undefined)
      return [{ path, propertyChangeType: "Create", after: fresh }];
    if (fresh === undefined && old !== undefined)
      return [{ path, propertyChangeType: "Delete", before: old }];
    return JSON.stringify(old) === JSON.stringify(fresh) || old === undefined || fresh === undefined
      ? []
      : [{ path, propertyChangeType: "Modify", before: old, after: fresh }];
  });
}

const document: z.ZodType<Document> = z.record(z.string(), z.json());

/** What would become of one resource of the template. */
async function changeOf(call: ScopedCall, resource: PlannedResource): Promise<Change> {
  const { id, apiVersion, type, name } = resource;
  const found = await call.send({ method: "GET", path: id, apiVersion });
  if (found.status !== 200 && found.status !== 404)
    return {
      resourceId: id,
      changeType: "Unsupported",
      unsupportedReason: `The resource cannot be read: ${found.status}.`,
    };
  let body: Value;
  try {
    body = resource.body();
  } catch (error) {
    if (!(error instanceof NotYetDeployed)) throw error;
    const unsupportedReason =
      "The resource's properties depend on what is deployed, which is known only then.";
    return { resourceId: id, changeType: "Unsupported", unsupportedReason };
  }
  const identity = { apiVersion, id, type, name: name.split("/").at(-1) ?? name };
  const after: Document = { ...(isObject(body) ? body : {}), ...identity };
  if (found.status === 404) return { resourceId: id, changeType: "Create", after };
  const before = { ...document.parse(found.body), ...identity };
  const delta = differences(normalized(before), normalized(after));
  return delta.length === 0
    ? { resourceId: id, changeType: "NoChange", before, after: before }
    : { resourceId: id, changeType: "Modify", before, after, delta };
}

/** Places are compared in their short form, and nothing is the same as nothing in it. */
function normalized({ location, tags, properties, ...rest }: Document): Document {
  const { provisioningState: _, ...own } = isObject(properties) ? properties : {};
  return {
    ...rest,
    ...(typeof location === "string" && { location: normalizeLocation(location) }),
    ...(isObject(tags) && Object.keys(tags).length > 0 && { tags }),
    ...(Object.keys(own).length > 0 && { properties: own }),
  };
}

/** Resources of the group that the template does not name: left alone, or deleted in Complete mode. */
function untouched({ scope, state }: ScopedCall, { planned, body }: DeploymentInput): Change[] {
  if (scope.kind !== "group") return [];
  const named = new Set(planned.map(({ id }) => id.toLowerCase()));
  const changeType = body.properties.mode === "Complete" ? "Delete" : "Ignore";
  return state
    .resources(scope.group.subscriptionId, scope.group.name)
    .filter((each) => each.names.length === 1 && !named.has(resourceId(each).toLowerCase()))
    .map((each) => ({ resourceId: resourceId(each), changeType }));
}

/** `POST …/whatIf`: what a deployment would do, without doing it. */
export async function whatIf(call: ScopedCall): Promise<Answer> {
  const read = await readDeployment(call);
  if (!read.ok) return read.refusal;
  const { planned, body } = read.value;
  const changes: Change[] = [];
  try {
    for (const resource of planned) changes.push(await changeOf(call, resource));
  } catch (error) {
    return refuseTemplate(error);
  }
  changes.push(...untouched(call, read.value));
  const idsOnly = body.properties.whatIfSettings?.resultFormat === "ResourceIdOnly";
  const answer = ok({
    status: "Succeeded",
    properties: {
      changes: idsOnly
        ? changes.map(({ resourceId, changeType }) => ({
            resourceId,
            changeType:
              changeType === "Modify" || changeType === "NoChange" ? "Deploy" : changeType,
          }))
        : changes,
    },
  });
  if (!("subscription" in call.scope)) return answer;
  const { subscriptionId } = call.scope.subscription;
  const operation = call.state.operations.start({
    id: call.world.guid(),
    subscriptionId,
    target: `whatif/${call.world.guid()}`,
    plan: planOperation(call.request.headers),
    startedAt: call.world.now(),
    finish: () => {},
    result: () => answer,
  });
  return { status: 202, headers: locationHeaders(call, operation) };
}
