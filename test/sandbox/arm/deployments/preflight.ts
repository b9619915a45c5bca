import { type Answer, type ErrorDetail, failure } from "../answer.ts";
import { refuseProviderVersion } from "../api-version.ts";
import { findProvider, findType, FRONT_DOOR } from "../providers.ts";
import type { ScopedCall } from "../scoped-routes.ts";
import type { PlannedResource } from "./planned-resources.ts";

/** What a provider would refuse before anything is made: its type, its version. */
function preflight({ type, apiVersion, name }: PlannedResource): ErrorDetail | undefined {
  const [namespace = "", ...types] = type.split("/");
  const provider = findProvider(namespace);
  // Extensions of a resource (`…/providers/locks`) are judged by their own routes.
  if (types.includes("providers") || namespace === FRONT_DOOR) return undefined;
  if (!provider)
    return {
      code: "InvalidResourceNamespace",
      message: `The resource namespace '${namespace}' is invalid.`,
    };
  const known = findType(provider, types.join("/"));
  if (!known)
    return {
      code: "InvalidResourceType",
      message: `The resource type '${types.join("/")}' could not be found in the namespace '${namespace}' for api version '${apiVersion}'.`,
      target: name,
    };
  const wrong = refuseProviderVersion(apiVersion, known, undefined);
  if (!wrong) return undefined;
  return {
    code: "NoRegisteredProviderFound",
    message: `No registered resource provider found for API version '${apiVersion}' for type '${types.join("/")}'.`,
  };
}

/** The 400 for a template whose resources no provider would take. */
export function refusePlan(
  call: ScopedCall,
  planned: readonly PlannedResource[],
): Answer | undefined {
  const details = planned.flatMap((each) => preflight(each) ?? []);
  if (details.length === 0) return undefined;
  return failure(
    400,
    "InvalidTemplateDeployment",
    `The template deployment '${call.param("name")}' is not valid according to the validation procedure. The tracking id is '${call.world.guid()}'. See inner errors for details.`,
    { details },
  );
}
