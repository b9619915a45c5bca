import type { ItemBody, Recipient } from "../mail/message.ts";
import type { EntitySchema } from "../odata/schema.ts";
import type { Recurrence } from "./recurrence.ts";
import type { LocalTime } from "./time-zone.ts";

export interface Attendee extends Recipient {
  type: "required" | "optional" | "resource";
  status: { response: "none" | "accepted"; time: string };
}

/** An event as the calendar keeps it: what a clock in its zone shows, not instants. */
export interface StoredEvent {
  key: string;
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
  recurrence: Recurrence | null;
}

/** One time that an event takes place, as instants in ms. */
export interface Occurrence {
  event: StoredEvent;
  key: string;
  type: "singleInstance" | "occurrence" | "seriesMaster";
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
    responseStatus: "complex",
    body: "complex",
    start: "complex",
    "start/dateTime": "string",
    "start/timeZone": "string",
    end: "complex",
    "end/dateTime": "string",
    "end/timeZone": "string",
    location: "complex",
    "location/displayName": "string",
    locations: "collection",
    attendees: "collection",
    organizer: "complex",
    "organizer/emailAddress/address": "string",
    "organizer/emailAddress/name": "string",
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
