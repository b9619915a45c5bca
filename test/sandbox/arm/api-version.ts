import { queryParameter } from "../query-parameter.ts";
import { type Answer, failure } from "./answer.ts";
import { GATEWAY_API_VERSIONS } from "./gateway-versions.ts";
import type { ResourceType } from "./providers.ts";

/** The api-version asked for, or `MissingApiVersionParameter`, which ARM says before all else. */
export function requestedApiVersion(url: URL): string | Answer {
  const version = queryParameter(url, "api-version")?.trim();
  if (version) return version;
  return failure(
    400,
    "MissingApiVersionParameter",
    "The api-version query parameter (?api-version=) is required for all requests.",
  );
}

const supports = (versions: readonly string[], version: string) =>
  versions.some((candidate) => candidate.toLowerCase() === version.toLowerCase());

/** Refuses a version that ARM's own routes do not speak; undefined when it is fine. */
export function refuseGatewayVersion(version: string): Answer | undefined {
  if (supports(GATEWAY_API_VERSIONS, version)) return undefined;
  return failure(
    400,
    "InvalidApiVersionParameter",
    `The api-version '${version}' is invalid. The supported versions are '${GATEWAY_API_VERSIONS.join(",")}'.`,
  );
}

/** Refuses a version that a resource type does not speak; undefined when it is fine. */
export function refuseProviderVersion(
  version: string,
  type: ResourceType,
  location: string | undefined,
): Answer | undefined {
  if (supports(type.apiVersions, version)) return undefined;
  if (!/^\d{4}-\d{2}-\d{2}(-[a-z]+)?$/i.test(version))
    return failure(
      400,
      "InvalidApiVersionParameter",
      `The api-version '${version}' is invalid. The supported versions are '${type.apiVersions.join(",")}'.`,
    );
  const where = location ? `location '${location}' and ` : "";
  return failure(
    400,
    "NoRegisteredProviderFound",
    `No registered resource provider found for ${where}API version '${version}' for type '${type.name}'. ` +
      `The supported api-versions are '${type.apiVersions.join(", ")}'. ` +
      `The supported locations are '${type.locations.join(", ")}'.`,
  );
}
