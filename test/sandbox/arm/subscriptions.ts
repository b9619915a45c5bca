import { failure, ok, subscriptionNotFound } from "./answer.ts";
import { mayAnywhere } from "./authorization.ts";
import { queryParameter } from "../query-parameter.ts";
import { zoneMappings } from "./zones.ts";
import { edgeZones, locations, presentEdgeZone, presentLocation } from "./locations.ts";
import { answerPage } from "./list.ts";
import { type Route, route } from "./router.ts";
import type { Subscription } from "./state.ts";

const type = "Microsoft.Resources/subscriptions";

/** A subscription as ARM shows it; its id is lower case throughout. */
function presentSubscription({ subscriptionId, tenantId, displayName, tags }: Subscription) {
  return {
    id: `/subscriptions/${subscriptionId}`,
    authorizationSource: "RoleBased",
    managedByTenants: [],
    ...(Object.keys(tags).length > 0 && { tags }),
    subscriptionId,
    tenantId,
    displayName,
    state: "Enabled",
    subscriptionPolicies: {
      locationPlacementId: "Public_2014-09-01",
      quotaId: "PayAsYouGo_2014-09-01",
      spendingLimit: "Off",
    },
  };
}

export const subscriptionRoutes: readonly Route[] = [
  route(
    "subscriptions",
    { type, versions: "gateway" },
    {
      // Only the token's own tenant is looked at; other tenants' subscriptions need their tokens.
      GET: (call) => {
        const { state, caller } = call;
        const mine = state.subscriptions.filter(
          (each) =>
            each.tenantId === caller.tenantId &&
            mayAnywhere(state, caller, `/subscriptions/${each.subscriptionId}`),
        );
        return answerPage(call, mine.map(presentSubscription), {
          extra: { count: { type: "Total", value: mine.length } },
        });
      },
    },
  ),
  route(
    "subscriptions/{subscriptionId}",
    { type, versions: "gateway" },
    {
      GET: ({ state, params }) => {
        const subscription = state.subscription(params.subscriptionId);
        return subscription
          ? ok(presentSubscription(subscription))
          : subscriptionNotFound(params.subscriptionId);
      },
    },
  ),
  route(
    "subscriptions/{subscriptionId}/locations",
    { type: `${type}/locations`, versions: "gateway" },
    {
      GET: ({ params: { subscriptionId }, apiVersion, url }) => {
        const extended = queryParameter(url, "includeExtendedLocations")?.toLowerCase() === "true";
        const regions = locations.map((each) => ({
          ...presentLocation(subscriptionId, each),
          ...(apiVersion >= "2022-12-01" && {
            availabilityZoneMappings: zoneMappings(subscriptionId, each.name),
          }),
        }));
        const zones = extended ? edgeZones : [];
        return ok({
          value: [...regions, ...zones.map((each) => presentEdgeZone(subscriptionId, each))],
        });
      },
    },
  ),
];

/** Refuses what is no GUID before it is looked up. */
export function refuseSubscriptionId(subscriptionId: string) {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(subscriptionId)
    ? undefined
    : failure(
        400,
        "InvalidSubscriptionId",
        `The provided subscription identifier '${subscriptionId}' is malformed or invalid.`,
      );
}
