import {
  CONTOSO_SUBSCRIPTION,
  ENGINEERING_SUBSCRIPTION,
  FABRIKAM_SUBSCRIPTION,
} from "../constants.ts";
import type { Caller } from "../world.ts";
import { type Answer, failure } from "./answer.ts";
import type { Subscription } from "./state.ts";

export type Role = "Owner" | "Reader";

interface Assignment {
  upn: string;
  role: Role;
  subscriptions: readonly string[];
}

const assignments: readonly Assignment[] = [
  {
    upn: "ada@contoso.example",
    role: "Owner",
    subscriptions: [CONTOSO_SUBSCRIPTION, ENGINEERING_SUBSCRIPTION],
  },
  { upn: "grace@contoso.example", role: "Reader", subscriptions: [CONTOSO_SUBSCRIPTION] },
  { upn: "alan@fabrikam.example", role: "Owner", subscriptions: [FABRIKAM_SUBSCRIPTION] },
];

/** What guests of Contoso may read. */
const GUEST_SUBSCRIPTIONS: ReadonlySet<string> = new Set([CONTOSO_SUBSCRIPTION]);

/** The caller's role on a subscription of the token's own tenant; undefined for none. */
export function roleOn(subscription: Subscription, caller: Caller): Role | undefined {
  if (caller.tenantId !== subscription.tenantId) return undefined;
  if (caller.kind === "app") return "Reader";
  const { user } = caller;
  if (!user) return undefined;
  const { subscriptionId } = subscription;
  if (user.homeTenantId !== caller.tenantId)
    return GUEST_SUBSCRIPTIONS.has(subscriptionId) ? "Reader" : undefined;
  return assignments.find(
    (each) => each.upn === user.upn.toLowerCase() && each.subscriptions.includes(subscriptionId),
  )?.role;
}

/** The RBAC action of a method on a type, as the refusal names it. */
export function actionOf(type: string, method: string): string {
  const verbs: Record<string, string> = {
    GET: "read",
    HEAD: "read",
    PUT: "write",
    PATCH: "write",
    POST: "action",
    DELETE: "delete",
  };
  return `${type}/${verbs[method] ?? "action"}`;
}

export const allows = (role: Role | undefined, action: string) =>
  role === "Owner" || (role === "Reader" && action.endsWith("/read"));

/** A delegated token must carry the one scope ARM has. */
export const holdsScope = (caller: Caller) =>
  caller.kind === "app" || caller.scopes.has("user_impersonation");

export function refuseAction(caller: Caller, action: string, scope: string): Answer {
  const client = caller.user?.upn ?? caller.clientId;
  return failure(
    403,
    "AuthorizationFailed",
    `The client '${client}' with object id '${caller.objectId}' does not have authorization to perform action '${action}' ` +
      `over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  );
}
