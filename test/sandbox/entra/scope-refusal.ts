import { CLIENT_NAME, PERSONAL_TENANT } from "../constants.ts";
import { delegatedPermission } from "../permissions.ts";
import type { EntraError, Outcome } from "./entra-error.ts";
import { parseScope } from "./scope.ts";
import type { ScopeRequest } from "./scope.ts";

const invalidScope = (reason: string): EntraError => ({
  code: 70011,
  message: `The provided value for the input parameter 'scope' is not valid. ${reason}`,
});

const unknownIn = (scope: ScopeRequest) =>
  scope.resources.flatMap(({ resource, unknown }) =>
    unknown.map((name) => ({ appId: resource.appId, name })),
  )[0];

function refuseStranger({ strangers }: ScopeRequest): EntraError | undefined {
  const [uri] = strangers;
  return uri === undefined
    ? undefined
    : { code: 500011, message: `The resource principal named ${uri} was not found in the tenant.` };
}

/**
 * What a sign-in may not ask of a work account: a resource that is not in the tenant (500011), or
 * a permission that its resource does not define (650053, whose `error` is `invalid_client`).
 */
export function refuseWorkScope(scope: ScopeRequest): EntraError | undefined {
  const unknown = unknownIn(scope);
  return (
    refuseStranger(scope) ??
    (unknown && {
      code: 650053,
      message: `The application '${CLIENT_NAME}' asked for scope '${unknown.name}' that doesn't exist on the resource '${unknown.appId}'. Contact the app vendor.`,
    })
  );
}

/**
 * What may not be asked of a personal account (70011): anything but Graph, a permission that Graph
 * does not define, or nothing but permissions that a personal account cannot grant. Beside others,
 * those are silently left out.
 */
export function refusePersonalScope(scope: ScopeRequest): EntraError | undefined {
  const { text, resources, strangers } = scope;
  const elsewhere = resources.some(({ resource }) => resource.audience !== "graph");
  if (elsewhere || strangers.length > 0 || unknownIn(scope)) {
    return invalidScope(`The scope '${text}' does not exist.`);
  }
  const asked = resources.flatMap(({ permissions }) => permissions);
  const grantable = asked.some((name) => delegatedPermission("graph", name)?.personal);
  return asked.length > 0 && !grantable
    ? invalidScope(`The scope '${text}' is not valid.`)
    : undefined;
}

/** At the token endpoint a permission that its resource does not define is 70011. */
function refuseWorkTokenScope(scope: ScopeRequest): EntraError | undefined {
  const unknown = unknownIn(scope);
  return (
    refuseStranger(scope) ?? (unknown && invalidScope(`The scope ${unknown.name} is not valid.`))
  );
}

/**
 * Reads the `scope` of a token request for a user's grant.
 * @param tenantId the tenant the token will be for: Microsoft's own for a personal account
 */
export function readTokenScope(text: string, tenantId: string): Outcome<ScopeRequest> {
  const scope = parseScope(text);
  if (!scope.ok) return scope;
  const refuse = tenantId === PERSONAL_TENANT ? refusePersonalScope : refuseWorkTokenScope;
  const error = refuse(scope.value);
  return error ? { ok: false, error } : scope;
}
