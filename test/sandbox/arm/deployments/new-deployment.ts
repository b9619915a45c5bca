import type { ScopedCall } from "../scoped-routes.ts";
import type { Deployment } from "./deployment.ts";
import type { DeploymentInput } from "./deployment-input.ts";
import { NotYetDeployed } from "./evaluation.ts";
import { findDeployment, same } from "./find-deployment.ts";
import { isObject } from "./functions.ts";
import type { PlannedResource } from "./planned-resources.ts";
import { templateHash } from "./template-hash.ts";

const reference = ({ id, type, name }: PlannedResource) => ({
  id,
  resourceType: type,
  resourceName: name,
});

const dependenciesOf = (planned: readonly PlannedResource[]) =>
  planned
    .filter(({ dependsOn }) => dependsOn.length > 0)
    .map((each) => ({
      dependsOn: planned
        .filter(({ id }) => each.dependsOn.some((other) => same(other, id)))
        .map(reference),
      ...reference(each),
    }));

/** Where each type of the template goes, by provider. */
function providersOf(planned: readonly PlannedResource[]) {
  const types = new Map<string, Set<string | null>>();
  for (const { type, body } of planned) {
    const places = types.get(type) ?? new Set<string | null>();
    types.set(type, places.add(placeOf(body)));
  }
  const namespaceOf = (type: string): string => type.slice(0, type.indexOf("/"));
  const namespaces = new Set([...types.keys()].map(namespaceOf));
  return [...namespaces].map((namespace) => ({
    namespace,
    resourceTypes: [...types]
      .filter(([type]) => namespaceOf(type) === namespace)
      .map(([type, places]) => ({
        resourceType: type.slice(namespace.length + 1),
        locations: [...places],
      })),
  }));
}

function placeOf(body: PlannedResource["body"]): string | null {
  try {
    const content = body();
    const location = isObject(content) ? content["location"] : undefined;
    return typeof location === "string" ? location : null;
  } catch (error) {
    if (error instanceof NotYetDeployed) return null;
    throw error;
  }
}

/** A deployment that has not begun. @throws TemplateError */
export function newDeployment(call: ScopedCall, input: DeploymentInput): Deployment {
  const { body, template, templateLink, planned, location, parameters } = input;
  return {
    scope: call.scope.id,
    tenantId: call.caller.tenantId,
    name: findDeployment(call)?.name ?? call.param("name"),
    ...(location !== undefined && { location }),
    tags: body.tags ?? {},
    mode: body.properties.mode,
    template: template.source,
    templateHash: templateHash(template.source),
    ...(templateLink && { templateLink }),
    parameters: Object.fromEntries(
      Object.entries(template.parameters).map(([name, { type }]) => [
        name,
        { type, ...(parameters[name] !== undefined && { value: parameters[name] }) },
      ]),
    ),
    correlationId: call.request.headers.get("x-ms-correlation-request-id") ?? call.world.guid(),
    startedAt: call.world.now(),
    state: "Accepted",
    providers: providersOf(planned),
    dependencies: dependenciesOf(planned),
    steps: [],
  };
}
