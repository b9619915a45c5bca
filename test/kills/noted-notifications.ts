import * as z from "zod";
import { changeKinds, type Change } from "../../src/contract/watch.ts";
import { machineFetch } from "../sandbox/network.ts";
import type { Fetch } from "../sandbox/public-types.ts";
import { addressedTo } from "../support/notification-sender.ts";

/** A change that the Worker answered as kept. */
export type AcknowledgedChange = Pick<Change, "connection" | "watch" | "item" | "type" | "etag">;

const changeSchema = z.object({
  changeType: z.enum(changeKinds),
  resourceData: z.object({ id: z.string(), "@odata.etag": z.string().optional() }),
});
const wordSchema = z.object({ lifecycleEvent: z.string() });
const bodySchema = z.object({ value: z.array(z.union([changeSchema, wordSchema])) });

/** Takes Graph's notifications to the Worker by the network, and notes which of them it answered as kept. */
export function notedNotifications(told: {
  sent: () => void;
  acknowledged: (change: AcknowledgedChange) => void;
}): Fetch {
  const network = machineFetch();
  return async (input, init) => {
    const request = new Request(input, init);
    const body = await request.clone().text();
    const isNotification = !request.url.includes("validationToken=");
    if (isNotification) told.sent();
    const response = await network(request);
    if (!isNotification || response.status !== 202) return response;
    const address = addressedTo(request.url);
    for (const part of bodySchema.parse(JSON.parse(body)).value) {
      if ("lifecycleEvent" in part) continue;
      const { changeType, resourceData } = part;
      const { id: item, "@odata.etag": etag } = resourceData;
      told.acknowledged({ ...address, item, type: `change.${changeType}`, etag });
    }
    return response;
  };
}
