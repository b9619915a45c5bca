import * as z from "zod";
import { zoneNamed } from "../calendar/time-zone.ts";

const moment = z.strictObject({ dateTime: z.string(), timeZone: z.string() });
const zone = z
  .string()
  .refine((name) => zoneNamed(name) !== undefined, "is no time zone that Exchange knows");
const weekday = z.enum([
  "sunday",
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
]);

export const settingsShape = z.strictObject({
  timeZone: zone,
  dateFormat: z.string(),
  timeFormat: z.string(),
  delegateMeetingMessageDeliveryOptions: z.enum([
    "sendToDelegateAndInformationToPrincipal",
    "sendToDelegateAndPrincipal",
    "sendToDelegateOnly",
  ]),
  automaticRepliesSetting: z.strictObject({
    status: z.enum(["disabled", "alwaysEnabled", "scheduled"]),
    externalAudience: z.enum(["none", "contactsOnly", "all"]),
    internalReplyMessage: z.string(),
    externalReplyMessage: z.string(),
    scheduledStartDateTime: moment,
    scheduledEndDateTime: moment,
  }),
  language: z.strictObject({ locale: z.string(), displayName: z.string() }),
  workingHours: z.strictObject({
    daysOfWeek: z.array(weekday),
    startTime: z.string(),
    endTime: z.string(),
    timeZone: z.looseObject({ name: zone }),
  }),
});

export type MailboxSettings = z.infer<typeof settingsShape>;

/** A change names some settings, and of those with parts some parts. */
export const settingsChange = settingsShape
  .extend({
    automaticRepliesSetting: settingsShape.shape.automaticRepliesSetting.partial(),
    language: settingsShape.shape.language.partial(),
    workingHours: settingsShape.shape.workingHours.partial(),
    "@odata.context": z.string(),
  })
  .partial();

export const seedSettings = (): MailboxSettings => ({
  timeZone: "UTC",
  dateFormat: "M/d/yyyy",
  timeFormat: "h:mm tt",
  delegateMeetingMessageDeliveryOptions: "sendToDelegateOnly",
  automaticRepliesSetting: {
    status: "disabled",
    externalAudience: "all",
    internalReplyMessage: "",
    externalReplyMessage: "",
    scheduledStartDateTime: { dateTime: "2026-01-05T08:00:00.0000000", timeZone: "UTC" },
    scheduledEndDateTime: { dateTime: "2026-01-06T08:00:00.0000000", timeZone: "UTC" },
  },
  language: { locale: "en-US", displayName: "English (United States)" },
  workingHours: {
    daysOfWeek: ["monday", "tuesday", "wednesday", "thursday", "friday"],
    startTime: "08:00:00.0000000",
    endTime: "17:00:00.0000000",
    timeZone: { name: "UTC" },
  },
});
