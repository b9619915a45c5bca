import { connected, expectOk } from "../../integration/support/connections.ts";
import { sandbox, type SandboxSubscription } from "../../integration/support/sandbox.ts";

/** Where notifications are posted, and how many of them. */
export interface Posting {
  /** The Worker that takes them. */
  to: Fetcher;
  url: string;
  subscription: Pick<SandboxSubscription, "id" | "clientState">;
  count: number;
}

/** A connection that watches an inbox, and what Graph keeps of that. */
export async function watchedInbox(): Promise<{ id: string; kept: SandboxSubscription }> {
  const { id, stub } = await connected();
  const { state } = expectOk(
    await stub.watch({ resource: "me/mailFolders('inbox')/messages", changeTypes: ["created"] }),
  );
  const kept = (await sandbox.subscriptions()).find(({ notificationUrl }) =>
    notificationUrl.includes(btoa(id).replaceAll("=", "")),
  );
  if (kept === undefined) throw new Error(`a watch is ${state}, and Graph keeps nothing`);
  return { id, kept };
}

/** One notification of a message that is new, as Graph posts it; anything but 202 is no measurement. */
export async function postNotification({
  to,
  url,
  subscription: { id, clientState },
}: Omit<Posting, "count">): Promise<void> {
  const item = crypto.randomUUID();
  const change = {
    subscriptionId: id,
    subscriptionExpirationDateTime: "2026-12-06T00:00:00.000Z",
    changeType: "created",
    resource: `Users/aaaaaaaa-2222-4000-8000-000000000001/Messages/${item}`,
    resourceData: {
      "@odata.type": "#Microsoft.Graph.Message",
      "@odata.id": `Users/aaaaaaaa-2222-4000-8000-000000000001/Messages/${item}`,
      "@odata.etag": `W/"${item}"`,
      id: item,
    },
    clientState,
    tenantId: "aaaaaaaa-0000-4000-8000-000000000000",
  };
  const { status } = await to.fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify({ value: [change] }),
  });
  if (status !== 202) throw new Error(`a notification was answered ${status}`);
}
