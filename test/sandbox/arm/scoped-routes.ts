import type { Answer } from "./answer.ts";
import { refuseProviderVersion } from "./api-version.ts";
import { findProvider, findType } from "./providers.ts";
import { type Call, type Method, type Route, route } from "./router.ts";
import { findScope, type Scope, type ScopeKind, scopePatterns } from "./scope.ts";

/** A call on something that exists at several scopes. */
export interface ScopedCall extends Call {
  scope: Scope;
  /** What stands for a name in braces of the route's ending. */
  param(name: string): string;
}

interface ScopedFacts {
  /** `Microsoft.Authorization/locks`, with what follows where it is an action. */
  type: string;
  /** The RBAC action, where it does not follow from type and method. */
  action?: string;
  /** Who checks the api-version: ARM's own list, or that of the type given here. */
  versions: "gateway" | { namespace: string; type: string };
  /** Anybody may ask; the handler leaves out what the caller may not see. */
  open?: true;
}

type ScopedHandler = (call: ScopedCall) => Answer | Promise<Answer>;

/** The same ending of a path at each of these scopes. */
export const scopedRoutes = (
  kinds: readonly ScopeKind[],
  ending: string,
  { type, action, versions, open }: ScopedFacts,
  handlers: Partial<Record<Method, ScopedHandler>>,
): Route[] =>
  kinds.map((kind) => {
    const run = (handler: ScopedHandler) => async (call: Call) => {
      const wrong = versions === "gateway" ? undefined : refuseVersion(call.apiVersion, versions);
      if (wrong) return wrong;
      const params: Readonly<Record<string, string | undefined>> = call.params;
      const found = findScope(call.state, kind, params, call.caller.tenantId);
      if (!found.ok) return found.refusal;
      return handler({ ...call, scope: found.scope, param: (name) => params[name] ?? "" });
    };
    const known: Partial<Record<Method, (call: Call) => Promise<Answer>>> = {};
    for (const [method, handler] of Object.entries(handlers))
      known[method as Method] = run(handler);
    const pattern: string = `${scopePatterns[kind]}/${ending}`;
    return route(
      pattern,
      {
        type,
        versions: versions === "gateway" ? "gateway" : "handler",
        roleChecked: !open,
        ...(action !== undefined && { action }),
      },
      known,
    );
  });

function refuseVersion(
  version: string,
  { namespace, type: name }: { namespace: string; type: string },
): Answer | undefined {
  const provider = findProvider(namespace);
  const type = provider && findType(provider, name);
  if (!type) throw new RangeError(`no type ${namespace}/${name}`);
  return refuseProviderVersion(version, type, undefined);
}
