import type { EventError } from "./event-error.ts";
import type { Remedy } from "./remedy.ts";

/**
 * - `pending`: Microsoft keeps no subscription yet, or no longer; it is asked for one.
 * - `active`: changes are reported.
 * - `blocked`: somebody has to act first; `remedy` says who.
 * - `refused`: Microsoft takes it in no form; `error` says why. Asking again tries again.
 * - `ended`: it was given up, and exists no more.
 */
export const watchStates = ["pending", "active", "blocked", "refused", "ended"] as const;
export type WatchState = (typeof watchStates)[number];

/** What may happen to an item. */
export const changeKinds = ["created", "updated", "deleted"] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** Why changes may be missing. */
export const gapReasons = [
  /** The subscription ended before it was renewed. */
  "expired",
  /** Microsoft no longer had it. */
  "removed",
  /** Microsoft says that it could not deliver. */
  "missed",
  /** More changes came than are kept. */
  "overflow",
  /** It was made anew for an address that is signed by the present secret. */
  "recreated",
] as const;
export type GapReason = (typeof gapReasons)[number];

/** A change-notification subscription of Graph that a connection keeps alive. */
export interface Watch {
  id: string;
  /** Graph's path: `me/mailFolders('inbox')/messages`. */
  resource: string;
  change_types: ChangeKind[];
  /** Changes bring the item. */
  include_data?: true | undefined;
  /** Which of its properties, separated by commas. */
  select?: string | undefined;
  /** What is missed in a gap is read by delta. */
  catch_up?: true | undefined;
  state: WatchState;
  /** When Microsoft's subscription ends unless it is renewed; null while there is none. RFC 3339. */
  expires_at: string | null;
  /** Since when changes may be missing: until they were caught up, or the beginning of the last gap. */
  gap_since?: string | undefined;
  remedy?: Remedy | undefined;
  /** Why it is not active. */
  error?: EventError | undefined;
}

export const changeTypes = ["change.created", "change.updated", "change.deleted"] as const;
export type ChangeType = (typeof changeTypes)[number];

/** One item that was created, updated or deleted. Changes have their own sequence, beside that of events. */
export interface Change {
  seq: number;
  id: string;
  type: ChangeType;
  /** When it came to be known here. RFC 3339. */
  time: string;
  connection: string;
  /** Id of the watch that reports it. */
  watch: string;
  /** Graph's path of the item, or of what was watched where Graph names no item. */
  resource: string;
  /** Graph's id of the item; where it names none, the resource. */
  item: string;
  etag?: string | undefined;
  /** The item itself, of a watch with `include_data`; absent where it was deleted or cannot be opened. */
  data?: unknown;
}

export interface ChangePage {
  changes: Change[];
  /** Some of those asked for are not kept any more. */
  truncated?: true;
}

/** What a watch is asked for with. */
export interface WatchRequest {
  resource: string;
  changeTypes: readonly ChangeKind[];
  /** Changes bring the item, where Graph encrypts it for its subscriber; default false. */
  includeData?: boolean;
  /** Which properties of it, separated by commas; Outlook needs it. */
  select?: string;
  /** What was missed is read by delta; default false. */
  catchUp?: boolean;
}

/** A POST of Microsoft to the address of one watch. */
export interface Notification {
  /** Id of the watch, from an address that was found to be ours. */
  watch: string;
  /** Which of the watch's subscriptions it was made for. */
  incarnation: number;
  /** Its body, as it came. */
  body: string;
}

/** What became of the parts of a {@link Notification}. */
export interface NotificationResult {
  /** Changes that were kept. */
  kept: number;
  /** Changes that were known already. */
  repeated: number;
  /** Parts whose item could not be opened: that it changed is known all the same. */
  unread: number;
  /** Parts that were not for this watch, or could not be read, or whose item is not proven to be Graph's. */
  dropped: number;
}

/** Bounds of a connection's watches and changes. */
export const mostWatches = 24;
