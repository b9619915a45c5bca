import { changeKinds, type ChangeKind } from "../../contract/watch.ts";

/** What kinds of resource Graph reports changes of. They differ in what Graph promises for them. */
export type ResourceKind =
  | "mail_folder"
  | "mail"
  | "calendar"
  | "contacts"
  | "drive"
  | "list"
  | "directory"
  | "teams"
  | "presence"
  | "todo"
  /** Not known here: Microsoft judges it. */
  | "other";

export interface KindRules {
  /** The longest life of a subscription, in minutes. */
  longest: number;
  /** The same where notifications bring the item; null: they do not. */
  longestRich: number | null;
  /** Notifications with the item need `select`. */
  richNeedsSelect: boolean;
  /** What Graph can report of it. */
  changes: readonly ChangeKind[];
  /** Graph says when it removes a subscription: nobody has to look. */
  saysRemoved: boolean;
  /** Graph says when it could not deliver. */
  saysMissed: boolean;
  /** What was missed can be read by delta. */
  canCatchUp: boolean;
  /** The least permission of an account that watches it; undefined: not known here. */
  permission: string | undefined;
}

const outlook = {
  longest: 10_080,
  longestRich: 1_440,
  richNeedsSelect: true,
  changes: changeKinds,
  saysRemoved: true,
  saysMissed: true,
} as const;
const silent = {
  longestRich: null,
  richNeedsSelect: false,
  saysRemoved: false,
  saysMissed: false,
  canCatchUp: false,
} as const;

/** Lifetimes: Graph's "subscription resource type"; lifecycle words: "change notifications: lifecycle events". */
export const kindRules: Readonly<Record<ResourceKind, KindRules>> = {
  mail_folder: { ...outlook, canCatchUp: true, permission: "Mail.Read" },
  mail: { ...outlook, canCatchUp: false, permission: "Mail.Read" },
  calendar: { ...outlook, canCatchUp: true, permission: "Calendars.Read" },
  contacts: { ...outlook, canCatchUp: false, permission: "Contacts.Read" },
  drive: {
    ...silent,
    longest: 42_300,
    changes: ["updated"],
    canCatchUp: true,
    permission: "Files.ReadWrite.All",
  },
  list: { ...silent, longest: 42_300, changes: ["updated"], permission: "Sites.Read.All" },
  // One that is created is `updated`.
  directory: {
    ...silent,
    longest: 41_760,
    changes: ["updated", "deleted"],
    permission: "User.Read.All",
  },
  teams: {
    ...silent,
    longest: 4_320,
    longestRich: 4_320,
    changes: changeKinds,
    saysRemoved: true,
    permission: undefined,
  },
  presence: {
    ...silent,
    longest: 60,
    longestRich: 60,
    changes: ["updated"],
    permission: "Presence.Read",
  },
  todo: { ...silent, longest: 4_230, changes: changeKinds, permission: "Tasks.ReadWrite" },
  other: {
    ...silent,
    longest: 4_230,
    longestRich: 1_440,
    changes: changeKinds,
    permission: undefined,
  },
};
