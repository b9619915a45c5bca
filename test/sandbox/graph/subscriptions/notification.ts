import { matches } from "../odata/filter-match.ts";
import { project } from "../odata/select.ts";
import { encryptedContent } from "./rich-content.ts";
import type { EncryptedContent } from "./rich-content.ts";
import { resourceRules } from "./resource-rules.ts";
import type { ResourceChange, Shown } from "./resource-change.ts";
import { changeTypesOf } from "./subscription.ts";
import type { ChangeType, Subscription } from "./subscription.ts";
import { readResource } from "./watched-resource.ts";
import type { WatchedResource } from "./watched-resource.ts";

/** One item of a POST: a `changeNotification`, or one about the subscription itself. */
export interface Notification {
  subscriptionId: string;
  subscriptionExpirationDateTime: string;
  clientState: string | null;
  tenantId?: string;
  /** Seen in place of `tenantId` in some lifecycle notifications. */
  organizationId?: string;
  changeType?: ChangeType;
  resource?: string;
  resourceData?: Record<string, unknown>;
  encryptedContent?: EncryptedContent;
  lifecycleEvent?: string;
}

/** Whether a subscription is about what was written, whatever the write did. */
export const isAbout = (subscription: Subscription, change: ResourceChange): boolean =>
  subscription.kind === change.kind &&
  subscription.tenantId === change.tenantId &&
  (subscription.owner === null || subscription.owner === change.owner) &&
  (subscription.folder === null || subscription.folder === change.folder);

interface Occurrence {
  type: ChangeType;
  shown: Shown;
}

/**
 * What a write is to a subscriber: who filters sees what begins to match created, and what ceases to
 * match deleted. Undefined: nothing.
 */
export function occurrenceOf(
  { before, after }: { before: Shown | undefined; after: Shown | undefined },
  filter: WatchedResource["filter"],
): Occurrence | undefined {
  const kept = (shown: Shown | undefined) =>
    shown !== undefined && (filter === undefined || matches(filter, shown)) ? shown : undefined;
  const [was, is] = [kept(before), kept(after)];
  if (is !== undefined) return { type: was === undefined ? "created" : "updated", shown: is };
  return was === undefined ? undefined : { type: "deleted", shown: after ?? was };
}

const common = ({ id, expiresAt, clientState }: Subscription) => ({
  subscriptionId: id,
  subscriptionExpirationDateTime: new Date(expiresAt).toISOString(),
  clientState,
});

/** A drive only says that something in it changed. */
const driveChange = (subscription: Subscription): Notification => ({
  ...common(subscription),
  changeType: "updated",
  resource: subscription.resource,
  resourceData: { "@odata.type": "#Microsoft.Graph.DriveItem" },
  tenantId: subscription.tenantId,
});

/** The directory calls whatever happens to a user an update: a deleted one can be restored. */
function userChange(subscription: Subscription, id: string, now: number): Notification {
  const path = `Users/${id}`;
  return {
    ...common(subscription),
    changeType: "updated",
    resource: path,
    resourceData: {
      "@odata.type": "#Microsoft.Graph.User",
      "@odata.id": path,
      id,
      organizationId: subscription.tenantId,
      sequenceNumber: now * 10_000,
    },
    tenantId: subscription.tenantId,
  };
}

function outlookChange(
  subscription: Subscription,
  { kind, graphId }: ResourceChange,
  { type, shown }: Occurrence,
  select: string[] | undefined,
): Notification {
  const { collection, schema } = resourceRules[kind];
  const rich = subscription.includeResourceData === true;
  const path = rich
    ? `Users('${graphId}')/${collection.toLowerCase()}('${shown.id}')`
    : `Users/${graphId}/${collection}/${shown.id}`;
  const { encryptionCertificate: certificate, encryptionCertificateId: certificateId } =
    subscription;
  const sealed =
    rich && type !== "deleted" && certificate !== null && certificateId !== null
      ? encryptedContent(JSON.stringify(project(shown, select)), { certificate, certificateId })
      : undefined;
  return {
    ...common(subscription),
    changeType: type,
    resource: path,
    resourceData: {
      "@odata.type": rich ? `#${schema.name}` : `#Microsoft.Graph.${collection.slice(0, -1)}`,
      "@odata.id": path,
      "@odata.etag": shown["@odata.etag"],
      id: shown.id,
    },
    tenantId: subscription.tenantId,
    ...(sealed && { encryptedContent: sealed }),
  };
}

/** What a subscriber is told of a write that its subscription is about; undefined: nothing. */
export function changeNotification(
  subscription: Subscription,
  change: ResourceChange,
  now: number,
): Notification | undefined {
  const { filter, select } = readResource(subscription.resource);
  const occurrence = occurrenceOf(
    {
      before: change.before?.(subscription.immutableIds),
      after: change.after?.(subscription.immutableIds),
    },
    filter,
  );
  if (occurrence === undefined) return undefined;
  const notification =
    change.kind === "driveItem"
      ? driveChange(subscription)
      : change.kind === "user"
        ? userChange(subscription, occurrence.shown.id, now)
        : outlookChange(subscription, change, occurrence, select);
  const wanted = changeTypesOf(subscription.changeType);
  return wanted.includes(notification.changeType ?? "") ? notification : undefined;
}

/**
 * A word about the subscription itself. A challenge has been seen to come in another shape than
 * Microsoft documents, with `organizationId`.
 */
export function lifecycleNotification(subscription: Subscription, word: string): Notification {
  const { id, tenantId } = subscription;
  if (word !== "reauthorizationRequired")
    return { ...common(subscription), tenantId, lifecycleEvent: word };
  return {
    ...common(subscription),
    organizationId: tenantId,
    lifecycleEvent: word,
    resource: "",
    resourceData: {
      "@odata.type": "#microsoft.graph.subscription",
      "@odata.id": `subscriptions/${id}`,
      id,
    },
  };
}
