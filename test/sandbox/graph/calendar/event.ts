import type { ItemBody, Recipient } from "../mail/message.ts";
import {
  attendee,
  dateTimeTimeZone,
  itemBody,
  location,
  recipient,
  responseStatus,
} from "../odata/complex-types.ts";
import type { EntitySchema } from "../odata/schema.ts";
import type { Recurrence } from "./recurrence.ts";
import type { LocalTime } from "./time-zone.ts";

export interface Attendee extends Recipient {
  type: "required" | "optional" | "resource";
  status: ResponseStatus;
  /** What somebody who cannot come then would like better. */
  proposedNewTime?: { start: DateTimeTimeZone; end: DateTimeTimeZone };
}

export interface DateTimeTimeZone {
  dateTime: string;
  timeZone: string;
}

export interface ResponseStatus {
  response: "none" | "organizer" | "notResponded" | "tentativelyAccepted" | "accepted" | "declined";
  time: string;
}

/** A time that nobody has answered at. */
export const NEVER = "0001-01-01T00:00:00Z";

/** An event as the calendar keeps it: what a clock in its zone shows, not instants. */
export interface StoredEvent {
  key: string;
  /** Key of the calendar that it is in. */
  calendar: string;
  /** The same for the organizer's event and everybody's copy of it. */
  uid: string;
  revision: number;
  createdDateTime: string;
  lastModifiedDateTime: string;
  subject: string;
  body: ItemBody;
  /** As the client named it. */
  startZone: string;
  endZone: string;
  start: LocalTime;
  end: LocalTime;
  isAllDay: boolean;
  location: string;
  organizer: Recipient;
  attendees: Attendee[];
  importance: "low" | "normal" | "high";
  sensitivity: "normal" | "personal" | "private" | "confidential";
  showAs: "free" | "tentative" | "busy" | "oof" | "workingElsewhere" | "unknown";
  categories: string[];
  reminderMinutesBeforeStart: number;
  isReminderOn: boolean;
  isOnlineMeeting: boolean;
  transactionId: string | null;
  allowNewTimeProposals: boolean;
  hideAttendees: boolean;
  responseRequested: boolean;
  isCancelled: boolean;
  isOrganizer: boolean;
  /** What the owner of this calendar answered. */
  response: ResponseStatus;
  recurrence: Recurrence | null;
  /** Of a series, by the day an occurrence would be on: what is different then; null, it is not. */
  exceptions: Readonly<Record<string, EventException | null>>;
}

/** Of one's own, without guests, and like any other. */
export const plainEvent = () =>
  ({
    attendees: [],
    importance: "normal",
    sensitivity: "normal",
    showAs: "busy",
    categories: [],
    reminderMinutesBeforeStart: 15,
    isReminderOn: true,
    isOnlineMeeting: false,
    transactionId: null,
    allowNewTimeProposals: true,
    hideAttendees: false,
    responseRequested: true,
    isCancelled: false,
    isOrganizer: true,
    response: { response: "organizer", time: NEVER },
    recurrence: null,
    exceptions: {},
  }) satisfies Partial<StoredEvent>;

export type EventException = Partial<Omit<StoredEvent, "key" | "exceptions" | "recurrence">>;

/** One time that an event takes place, as instants in ms. */
export interface Occurrence {
  event: StoredEvent;
  key: string;
  type: "singleInstance" | "occurrence" | "exception" | "seriesMaster";
  /** Of an occurrence: the day that it would be on. */
  day?: string;
  start: number;
  end: number;
}

export const eventSchema: EntitySchema = {
  name: "microsoft.graph.event",
  properties: {
    id: "string",
    createdDateTime: "dateTime",
    lastModifiedDateTime: "dateTime",
    changeKey: "string",
    categories: "collection",
    transactionId: "string",
    originalStartTimeZone: "string",
    originalEndTimeZone: "string",
    iCalUId: "string",
    uid: "string",
    reminderMinutesBeforeStart: "number",
    isReminderOn: "boolean",
    hasAttachments: "boolean",
    subject: "string",
    bodyPreview: "string",
    importance: "string",
    sensitivity: "string",
    isAllDay: "boolean",
    isCancelled: "boolean",
    isOrganizer: "boolean",
    responseRequested: "boolean",
    seriesMasterId: "string",
    showAs: "string",
    type: "string",
    webLink: "string",
    onlineMeetingUrl: "string",
    isOnlineMeeting: "boolean",
    onlineMeetingProvider: "string",
    allowNewTimeProposals: "boolean",
    isDraft: "boolean",
    hideAttendees: "boolean",
    recurrence: "complex",
    onlineMeeting: "complex",
    ...responseStatus("responseStatus"),
    ...itemBody("body"),
    ...dateTimeTimeZone("start"),
    ...dateTimeTimeZone("end"),
    ...location("location"),
    ...location("locations", "collection"),
    ...attendee("attendees", "collection"),
    ...recipient("organizer"),
  },
  navigations: {
    attachments: true,
    calendar: false,
    exceptionOccurrences: false,
    extensions: false,
    instances: false,
    multiValueExtendedProperties: false,
    singleValueExtendedProperties: false,
  },
};
