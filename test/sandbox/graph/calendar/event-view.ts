import { badRequest } from "../query.ts";
import { changeKeyOf } from "../mail/message-view.ts";
import type { ItemBody, Recipient } from "../mail/message.ts";
import { itemId } from "../mail/outlook-id.ts";
import { bodyAs, previewOf } from "../mail/preferences.ts";
import type { OutlookPreferences } from "../mail/preferences.ts";
import { stableBytes } from "../seed.ts";
import type {
  Attendee,
  DateTimeTimeZone,
  Occurrence,
  ResponseStatus,
  StoredEvent,
} from "./event.ts";
import { localTime, writeLocal, zoneNamed } from "./time-zone.ts";

interface Location {
  displayName: string;
  locationType: "default";
  uniqueIdType: "unknown" | "private";
}

/** An event as Graph writes it; `project` reads it by name, so it is a type. */
export type EventView = {
  "@odata.etag": string;
  id: string;
  createdDateTime: string;
  lastModifiedDateTime: string;
  changeKey: string;
  categories: string[];
  transactionId: string | null;
  originalStartTimeZone: string;
  originalEndTimeZone: string;
  iCalUId: string;
  reminderMinutesBeforeStart: number;
  isReminderOn: boolean;
  hasAttachments: boolean;
  subject: string;
  bodyPreview: string;
  importance: StoredEvent["importance"];
  sensitivity: StoredEvent["sensitivity"];
  isAllDay: boolean;
  isCancelled: boolean;
  isOrganizer: boolean;
  responseRequested: boolean;
  seriesMasterId: string | null;
  showAs: StoredEvent["showAs"];
  type: Occurrence["type"];
  webLink: string;
  onlineMeetingUrl: string | null;
  isOnlineMeeting: boolean;
  onlineMeetingProvider: "unknown" | "teamsForBusiness";
  allowNewTimeProposals: boolean;
  isDraft: boolean;
  hideAttendees: boolean;
  onlineMeeting: { joinUrl: string } | null;
  recurrence: StoredEvent["recurrence"];
  responseStatus: ResponseStatus;
  body: ItemBody;
  start: DateTimeTimeZone;
  end: DateTimeTimeZone;
  location: Location;
  locations: Location[];
  attendees: Attendee[];
  organizer: Recipient;
};

/** The zone times are shown in. Throws for a name nobody knows. */
export function shownZone(preferences: OutlookPreferences): { label: string; iana: string } {
  const label = preferences.timeZone ?? "UTC";
  const iana = zoneNamed(label);
  if (iana === undefined) throw unknownZone(label);
  return { label, iana };
}

export function unknownZone(name: string) {
  return badRequest(
    `A valid TimeZone value must be specified. The following TimeZone value is not supported: '${name}'.`,
    "TimeZoneNotSupportedException",
  );
}

export function viewEvent(
  calendar: string,
  occurrence: Occurrence,
  preferences: OutlookPreferences,
): EventView {
  const { event, key, type } = occurrence;
  const zone = shownZone(preferences);
  // A whole day is the same day everywhere.
  const shown = (instant: number, floating: number): DateTimeTimeZone => ({
    dateTime: writeLocal(event.isAllDay ? floating : localTime(instant, zone.iana)),
    timeZone: zone.label,
  });
  const changeKey = changeKeyOf(event.key, event.revision);
  const id = itemId(calendar, key, preferences.immutableIds);
  const location: Location = {
    displayName: event.location,
    locationType: "default",
    uniqueIdType: event.location === "" ? "unknown" : "private",
  };
  const floatingEnd = event.end - event.start + occurrence.start;
  return {
    "@odata.etag": `W/"${changeKey}"`,
    id,
    createdDateTime: event.createdDateTime,
    lastModifiedDateTime: event.lastModifiedDateTime,
    changeKey,
    categories: event.categories,
    transactionId: event.transactionId,
    originalStartTimeZone: event.startZone,
    originalEndTimeZone: event.endZone,
    iCalUId: `040000008200E00074C5B7101A82E008${stableBytes("ical", event.uid).toString("hex").slice(0, 48).toUpperCase()}`,
    reminderMinutesBeforeStart: event.reminderMinutesBeforeStart,
    isReminderOn: event.isReminderOn,
    hasAttachments: false,
    subject: event.subject,
    bodyPreview: previewOf(event.body),
    importance: event.importance,
    sensitivity: event.sensitivity,
    isAllDay: event.isAllDay,
    isCancelled: event.isCancelled,
    isOrganizer: event.isOrganizer,
    responseRequested: event.responseRequested,
    seriesMasterId:
      type === "occurrence" || type === "exception"
        ? itemId(calendar, event.key, preferences.immutableIds)
        : null,
    showAs: event.showAs,
    type,
    webLink: `https://outlook.office365.com/owa/?itemid=${encodeURIComponent(id)}&exvsurl=1&path=/calendar/item`,
    onlineMeetingUrl: null,
    isOnlineMeeting: event.isOnlineMeeting,
    onlineMeetingProvider: event.isOnlineMeeting ? "teamsForBusiness" : "unknown",
    allowNewTimeProposals: event.allowNewTimeProposals,
    isDraft: false,
    hideAttendees: event.hideAttendees,
    onlineMeeting: event.isOnlineMeeting
      ? { joinUrl: `https://teams.microsoft.com/l/meetup-join/19%3ameeting_${event.key}` }
      : null,
    recurrence: type === "seriesMaster" ? event.recurrence : null,
    responseStatus: event.response,
    body: bodyAs(event.body, preferences.bodyType ?? "html"),
    start: shown(occurrence.start, occurrence.start),
    end: shown(occurrence.end, floatingEnd),
    location,
    locations: event.location === "" ? [] : [location],
    attendees: event.attendees,
    organizer: event.organizer,
  };
}
