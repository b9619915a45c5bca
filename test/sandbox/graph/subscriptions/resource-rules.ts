import { contactSchema } from "../contacts/contact.ts";
import { eventSchema } from "../calendar/event.ts";
import { userSchema } from "../directory/user.ts";
import { driveItemSchema } from "../drive/stored-item.ts";
import { messageSchema } from "../mail/message.ts";
import type { EntitySchema } from "../odata/schema.ts";
import type { Scheme } from "../permission-data.ts";
import { changeTypes } from "./subscription.ts";
import type { ChangeType, WatchedKind } from "./subscription.ts";

/** What Microsoft says of subscriptions to one type of resource. */
export interface ResourceRules {
  schema: EntitySchema;
  /** The collection's name in notifications. */
  collection: string;
  changeTypes: readonly ChangeType[];
  /** Minutes a subscription may live; undefined: Outlook's, which is a setting. */
  mostMinutes: number | undefined;
  /** Minutes for one with resource data; undefined: the resource has none. */
  mostRichMinutes: number | undefined;
  /** Each alone is enough; none: callers of this kind cannot subscribe. */
  permissions: Readonly<Record<Scheme, readonly string[]>>;
  /** Subscriptions that there may be: to one mailbox of all applications, or of one in a tenant. */
  quota: { most: number; of: "mailbox" | "application" };
  /** Whether `subscriptionRemoved` and `missed` are sent; `reauthorizationRequired` is for all. */
  tellsLoss: boolean;
}

const forAll = (...permissions: string[]) => ({
  work: permissions,
  personal: permissions,
  application: permissions,
});

const outlook = {
  changeTypes,
  mostMinutes: undefined,
  mostRichMinutes: 1_440,
  quota: { most: 1_000, of: "mailbox" },
  tellsLoss: true,
} as const;

const directoryReaders = [
  "User.Read.All",
  "User.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];

export const resourceRules: Readonly<Record<WatchedKind, ResourceRules>> = {
  message: {
    ...outlook,
    schema: messageSchema,
    collection: "Messages",
    permissions: {
      ...forAll("Mail.ReadBasic", "Mail.Read", "Mail.ReadWrite"),
      application: ["Mail.ReadBasic", "Mail.ReadBasic.All", "Mail.Read", "Mail.ReadWrite"],
    },
  },
  event: {
    ...outlook,
    schema: eventSchema,
    collection: "Events",
    permissions: forAll("Calendars.Read", "Calendars.ReadWrite"),
  },
  contact: {
    ...outlook,
    schema: contactSchema,
    collection: "Contacts",
    permissions: forAll("Contacts.Read", "Contacts.ReadWrite"),
  },
  driveItem: {
    schema: driveItemSchema,
    collection: "",
    changeTypes: ["updated"],
    mostMinutes: 42_300,
    mostRichMinutes: undefined,
    permissions: {
      work: ["Files.ReadWrite.All"],
      personal: ["Files.ReadWrite", "Files.ReadWrite.All"],
      application: ["Files.ReadWrite.All"],
    },
    quota: { most: 1_000, of: "application" },
    tellsLoss: false,
  },
  user: {
    schema: userSchema,
    collection: "Users",
    changeTypes: ["updated", "deleted"],
    mostMinutes: 41_760,
    mostRichMinutes: undefined,
    permissions: { work: directoryReaders, personal: [], application: directoryReaders },
    quota: { most: 100, of: "application" },
    tellsLoss: false,
  },
};

/** Sooner than this no subscription ends. */
const LEAST_MINUTES = 45;
const MINUTE_MS = 60_000;

/**
 * When a subscription ends that was asked for until `wanted`, all in milliseconds: a time too near is
 * moved. Undefined: it is too far.
 */
export function expiryOf(wanted: number, now: number, mostMinutes: number): number | undefined {
  if (wanted > now + mostMinutes * MINUTE_MS) return undefined;
  return Math.max(wanted, now + LEAST_MINUTES * MINUTE_MS);
}

/** @param outlookMinutes the setting for Outlook's basic subscriptions */
export function mostMinutesOf(kind: WatchedKind, rich: boolean, outlookMinutes: number): number {
  const { mostMinutes = outlookMinutes, mostRichMinutes } = resourceRules[kind];
  return rich ? (mostRichMinutes ?? mostMinutes) : mostMinutes;
}
