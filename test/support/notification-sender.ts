import * as z from "zod";
import type { SandboxServer } from "../sandbox/server.ts";

const subscriptionsSchema = z.object({
  subscriptions: z.array(
    z.object({ id: z.string(), clientState: z.string(), notificationUrl: z.string() }),
  ),
});
export type KeptSubscription = z.infer<typeof subscriptionsSchema>["subscriptions"][number];

/** Connection and watch that an address is of: `watch={b64url(connection)}.{watch}-{incarnation}.{mac}`. */
export function addressedTo(notificationUrl: string): { connection: string; watch: string } {
  const token = new URL(notificationUrl).searchParams.get("watch") ?? "";
  const [connection = "", watch = ""] = token.split(".");
  return {
    connection: Buffer.from(connection, "base64url").toString(),
    watch: watch.replace(/-\d+$/, ""),
  };
}

/** What Graph keeps for one connection. */
export async function keptFor(
  { url }: Pick<SandboxServer, "url">,
  connectionId: string,
): Promise<KeptSubscription[]> {
  const response = await fetch(`${url}/_sandbox/subscriptions`);
  return subscriptionsSchema
    .parse(await response.json())
    .subscriptions.filter(
      ({ notificationUrl }) => addressedTo(notificationUrl).connection === connectionId,
    );
}

/**
 * Posts one notification as Graph does, of a message that was changed.
 *
 * @returns the status; undefined where no answer came
 */
export async function notify(
  { id, clientState, notificationUrl }: KeptSubscription,
  item: string,
): Promise<number | undefined> {
  const change = {
    subscriptionId: id,
    clientState,
    changeType: "created",
    resource: `Users/1/Messages/${item}`,
    resourceData: { id: item, "@odata.etag": `W/"${item}"` },
  };
  try {
    const response = await fetch(notificationUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ value: [change] }),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined;
  }
}

/**
 * Posts each item twice at the same time, so many items at once.
 *
 * @param answered called with the status of each post, in the order in which answers come
 */
export async function notifyTwice(
  subscription: KeptSubscription,
  items: readonly string[],
  answered: (item: string, status: number | undefined) => void,
  width = 16,
): Promise<void> {
  const left = items.values();
  const post = async (item: string) => answered(item, await notify(subscription, item));
  const line = async () => {
    for (const item of left) await Promise.all([post(item), post(item)]);
  };
  await Promise.all(Array.from({ length: width }, line));
}
