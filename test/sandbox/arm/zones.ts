import * as z from "zod";
import { type Answer, failure, ok, subscriptionNotFound } from "./answer.ts";
import { mayAnywhere } from "./authorization.ts";
import { readBody } from "./body.ts";
import { isRegion, logicalZones, normalizeLocation, zonesOf } from "./locations.ts";
import { type Call, type Route, route } from "./router.ts";

/** Which physical zone a subscription's logical one is: each subscription has an order of its own. */
function physicalZone(subscriptionId: string, logical: string): number {
  const turn = Number.parseInt(subscriptionId.slice(-1), 16);
  return ((Number(logical) - 1 + turn) % logicalZones.length) + 1;
}

/** The mappings that locations are listed with since 2022-12-01. */
export const zoneMappings = (subscriptionId: string, location: string) =>
  zonesOf(location).map((logicalZone) => ({
    logicalZone,
    physicalZone: `${location}-az${physicalZone(subscriptionId, logicalZone)}`,
  }));

const peersBody = z.object({ location: z.string(), subscriptionIds: z.array(z.string()) });

/** Which zones of other subscriptions are in the same buildings. */
async function checkPeers(call: Call<"subscriptionId">): Promise<Answer> {
  const { state, caller, params, request } = call;
  const body = await readBody(request, peersBody);
  if (!body.ok) return body.refusal;
  const location = normalizeLocation(body.value.location);
  if (!isRegion(location) || zonesOf(location).length === 0)
    return failure(
      400,
      "LocationNotSupportAvailabilityZones",
      `The provided location '${body.value.location}' does not support availability zones.`,
    );
  const others: string[] = [];
  for (const text of body.value.subscriptionIds) {
    const id = text.replace(/^\/?subscriptions\//i, "");
    const known = state.subscription(id);
    if (!known || known.tenantId !== caller.tenantId) return subscriptionNotFound(id);
    if (!mayAnywhere(state, caller, `/subscriptions/${id}`)) return subscriptionNotFound(id);
    others.push(known.subscriptionId);
  }
  return ok({
    subscriptionId: params.subscriptionId,
    location,
    availabilityZonePeers: logicalZones.map((availabilityZone) => ({
      availabilityZone,
      peers: others.map((subscriptionId) => ({
        subscriptionId,
        availabilityZone: logicalZones.find(
          (each) =>
            physicalZone(subscriptionId, each) ===
            physicalZone(params.subscriptionId, availabilityZone),
        ),
      })),
    })),
  });
}

export const zoneRoutes: readonly Route[] = [
  route(
    "subscriptions/{subscriptionId}/providers/Microsoft.Resources/checkZonePeers",
    {
      type: "Microsoft.Resources/checkZonePeers",
      action: "Microsoft.Resources/checkZonePeers/action",
      versions: "gateway",
    },
    { POST: checkPeers },
  ),
];
