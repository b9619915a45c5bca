import * as z from "zod";

export const watchedKinds = ["message", "event", "contact", "driveItem", "user"] as const;
/** What a subscription can be about, by the name of its type in Graph. */
export type WatchedKind = (typeof watchedKinds)[number];

export const changeTypes = ["created", "updated", "deleted"] as const;
export type ChangeType = (typeof changeTypes)[number];

const textOrNull = z.string().nullable();

/** A subscription as the sandbox keeps it, across restarts too. */
export const subscriptionSchema = z.object({
  id: z.string(),
  tenantId: z.string(),
  applicationId: z.string(),
  /** Object id of the person it was made for, or of the application's service principal. */
  creatorId: z.string(),
  /** Sign-in name of that person; null where the application acted for itself. */
  upn: textOrNull,
  /** As the client wrote it. */
  resource: z.string(),
  kind: z.enum(watchedKinds),
  /** Whose things are watched, as `nameOf` writes it; null: everybody's in the tenant. */
  owner: textOrNull,
  /** Key of the folder of mail or contacts that is watched; null: every one. */
  folder: textOrNull,
  /** As the client wrote them, separated by commas. */
  changeType: z.string(),
  notificationUrl: z.string(),
  lifecycleNotificationUrl: textOrNull,
  clientState: textOrNull,
  /** Milliseconds, by the sandbox's clock. */
  expiresAt: z.number(),
  includeResourceData: z.boolean().nullable(),
  encryptionCertificate: textOrNull,
  encryptionCertificateId: textOrNull,
  latestSupportedTlsVersion: z.string(),
  /** Whether Outlook's ids in its notifications are immutable ones: `Prefer: IdType`. */
  immutableIds: z.boolean(),
});

export type Subscription = z.infer<typeof subscriptionSchema>;

/** Types of changes by name, whatever their case and order. */
export const changeTypesOf = (text: string): string[] =>
  text.split(",").map((type) => type.trim().toLowerCase());

/** A subscription as Graph writes it. A type, not an interface: it is read by name. */
export type SubscriptionView = Record<string, string | boolean | null>;

export function viewSubscription(subscription: Subscription): SubscriptionView {
  return {
    id: subscription.id,
    resource: subscription.resource,
    applicationId: subscription.applicationId,
    changeType: subscription.changeType,
    clientState: subscription.clientState,
    notificationUrl: subscription.notificationUrl,
    notificationQueryOptions: null,
    lifecycleNotificationUrl: subscription.lifecycleNotificationUrl,
    expirationDateTime: new Date(subscription.expiresAt).toISOString(),
    creatorId: subscription.creatorId,
    includeResourceData: subscription.includeResourceData,
    latestSupportedTlsVersion: subscription.latestSupportedTlsVersion,
    encryptionCertificate: subscription.encryptionCertificate,
    encryptionCertificateId: subscription.encryptionCertificateId,
    notificationUrlAppId: null,
  };
}
