import { changeKeyOf } from "../mail/message-view.ts";
import { folderId } from "../mail/outlook-id.ts";
import { emailAddress } from "../odata/complex-types.ts";
import type { EntitySchema } from "../odata/schema.ts";
import type { Owner } from "../owner.ts";

/** The calendar that `/me/calendar` and `/me/events` are about. */
export const DEFAULT_CALENDAR = "calendar";

export const calendarColors = [
  "auto",
  "lightBlue",
  "lightGreen",
  "lightOrange",
  "lightGray",
  "lightYellow",
  "lightTeal",
  "lightPink",
  "lightBrown",
  "lightRed",
  "maxColor",
] as const;

/** A calendar as the mailbox keeps it. */
export interface StoredCalendar {
  key: string;
  revision: number;
  name: string;
  color: (typeof calendarColors)[number];
}

export const seedCalendars = (): StoredCalendar[] => [
  { key: DEFAULT_CALENDAR, revision: 1, name: "Calendar", color: "auto" },
  { key: "birthdays", revision: 1, name: "Birthdays", color: "auto" },
];

export const calendarSchema: EntitySchema = {
  name: "microsoft.graph.calendar",
  properties: {
    id: "string",
    name: "string",
    color: "string",
    hexColor: "string",
    isDefaultCalendar: "boolean",
    changeKey: "string",
    canShare: "boolean",
    canViewPrivateItems: "boolean",
    canEdit: "boolean",
    allowedOnlineMeetingProviders: "collection",
    defaultOnlineMeetingProvider: "string",
    isTallyingResponses: "boolean",
    isRemovable: "boolean",
    ...emailAddress("owner"),
  },
  navigations: {
    calendarPermissions: false,
    calendarView: false,
    events: false,
    multiValueExtendedProperties: false,
    singleValueExtendedProperties: false,
  },
};

/** @param name what ids of this person's calendars are made of */
export function viewCalendar(
  name: string,
  { personal, user }: Owner,
  { key, revision, name: title, color }: StoredCalendar,
) {
  const isDefaultCalendar = key === DEFAULT_CALENDAR;
  const provider = personal ? "unknown" : "teamsForBusiness";
  return {
    id: folderId(name, key),
    name: title,
    color,
    hexColor: "",
    isDefaultCalendar,
    changeKey: changeKeyOf(key, revision),
    canShare: isDefaultCalendar,
    canViewPrivateItems: true,
    canEdit: true,
    allowedOnlineMeetingProviders: personal ? [] : [provider],
    defaultOnlineMeetingProvider: provider,
    isTallyingResponses: isDefaultCalendar,
    isRemovable: !isDefaultCalendar,
    owner: { name: user.name, address: user.mail ?? user.upn },
  };
}
