import { invalidField, type Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { withoutEndSlashes } from "../http/link.ts";
import { parseUrl } from "../http/url.ts";

/** Graph's, in every cloud: bare names are its permissions, too. */
const graphUri =
  /^https:\/\/(?:(?:dod-)?graph\.microsoft\.(?:com|us)|microsoftgraph\.chinacloudapi\.cn)$/;

/** Scopes of OpenID Connect: they say nothing about a resource. */
const protocolScope = /^(?:openid|profile|email|offline_access)$/;

const invalid = (expected: string): Result<never, Failure> => err(invalidField("scopes", expected));

/** `https://vault.azure.net/.default` → `https://vault.azure.net`. */
function resourceOfScope(scope: string): Result<string, Failure> {
  if (/^[\w.-]+$/.test(scope)) return ok("graph");
  const end = scope.lastIndexOf("/");
  const url = parseUrl(scope);
  if (url?.protocol !== "https:" || end <= "https://".length) {
    return invalid("must be Graph's or of an https URI");
  }
  // What is before the last slash is the App ID URI; some end it with a slash of its own.
  const uri = withoutEndSlashes(scope.slice(0, end));
  return ok(graphUri.test(uri) ? "graph" : uri);
}

/**
 * The resource a token request of an Azure SDK is for. One access token is for one resource.
 *
 * @returns `graph`, or an https App ID URI, of which the service knows its own names; `invalid_request`
 * when the scopes name none, or several.
 */
export function resourceOfScopes(scopes: string | readonly string[]): Result<string, Failure> {
  const list = (typeof scopes === "string" ? scopes.split(" ") : scopes).filter(
    (scope) => scope !== "" && !protocolScope.test(scope),
  );
  let found: string | undefined;
  for (const scope of list) {
    const resource = resourceOfScope(scope);
    if (!resource.ok) return resource;
    if (found !== undefined && found !== resource.value) {
      return invalid("name several resources");
    }
    found = resource.value;
  }
  return found === undefined ? invalid("name no resource") : ok(found);
}
