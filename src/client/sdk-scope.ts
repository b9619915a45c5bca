import { invalidField, type Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";

/** Hosts of the resources that have a short name, in every cloud. */
const hosts: Readonly<Record<string, string>> = {
  graph:
    "graph.microsoft.com graph.microsoft.us dod-graph.microsoft.us microsoftgraph.chinacloudapi.cn",
  arm: "management.azure.com management.core.windows.net management.usgovcloudapi.net management.core.usgovcloudapi.net management.chinacloudapi.cn management.core.chinacloudapi.cn",
  vault: "vault.azure.net vault.usgovcloudapi.net vault.azure.cn",
  storage: "storage.azure.com",
};

const resourceOfHost = (host: string): string | undefined =>
  Object.keys(hosts).find((resource) => hosts[resource]?.split(" ").includes(host));

/** Scopes of OpenID Connect: they say nothing about a resource. */
const protocolScopes: ReadonlySet<string> = new Set([
  "openid",
  "profile",
  "email",
  "offline_access",
]);

const invalid = (expected: string): Result<never, Failure> => err(invalidField("scopes", expected));

/** `https://vault.azure.net/.default` → `vault`. A bare name is Graph's. */
function resourceOfScope(scope: string): Result<string, Failure> {
  if (/^[\w.-]+$/.test(scope)) return ok("graph");
  const end = scope.lastIndexOf("/");
  const url = URL.parse(scope);
  if (url?.protocol !== "https:" || end <= "https://".length) {
    return invalid("must be permissions of Graph's, or start with a resource's https URI");
  }
  const resource = resourceOfHost(url.hostname);
  if (resource !== undefined && url.port === "") return ok(resource);
  // What is before the last slash is the App ID URI; a slash at its own end counts for the audience.
  return ok(scope.slice(0, end));
}

/**
 * The resource a token request of an Azure SDK is for. One access token is for one resource.
 *
 * @returns `graph`, `arm`, `vault`, `storage`, or an https App ID URI; `invalid_request` when the
 * scopes name none, or several.
 */
export function resourceOfScopes(scopes: string | readonly string[]): Result<string, Failure> {
  const list = (typeof scopes === "string" ? scopes.split(" ") : scopes).filter(
    (scope) => scope !== "" && !protocolScopes.has(scope),
  );
  let found: string | undefined;
  for (const scope of list) {
    const resource = resourceOfScope(scope);
    if (!resource.ok) return resource;
    if (found !== undefined && found !== resource.value) {
      return invalid("name several resources: ask for one token each");
    }
    found = resource.value;
  }
  return found === undefined ? invalid("name no resource") : ok(found);
}
