import * as z from "zod";
import { parseBody } from "../body-names.ts";
import { bodyRefusal } from "../mail/message-input.ts";
import { recipient, toSecond } from "../mail/mail-seed.ts";
import { stableKey } from "../mail/outlook-id.ts";
import type { Owner } from "../owner.ts";
import { badRequest } from "../query.ts";
import type { StoredEvent } from "./event.ts";
import { unknownZone } from "./event-view.ts";
import { recurrenceInput } from "./recurrence.ts";
import { instantOf, readLocal, zoneNamed } from "./time-zone.ts";

const moment = z.object({ dateTime: z.string(), timeZone: z.string().nullish() });
const lower = (value: unknown) => (typeof value === "string" ? value.toLowerCase() : value);

const eventInput = z.strictObject({
  "@odata.type": z.string().optional(),
  subject: z.string().nullish(),
  body: z
    .object({ contentType: z.preprocess(lower, z.enum(["text", "html"])), content: z.string() })
    .nullish(),
  start: moment.nullish(),
  end: moment.nullish(),
  isAllDay: z.boolean().nullish(),
  location: z.object({ displayName: z.string().nullish() }).nullish(),
  locations: z.array(z.unknown()).nullish(),
  attendees: z
    .array(
      z.object({
        emailAddress: z.object({ address: z.string(), name: z.string().nullish() }),
        type: z.enum(["required", "optional", "resource"]).nullish(),
      }),
    )
    .nullish(),
  importance: z.preprocess(lower, z.enum(["low", "normal", "high"])).nullish(),
  sensitivity: z.enum(["normal", "personal", "private", "confidential"]).nullish(),
  showAs: z.enum(["free", "tentative", "busy", "oof", "workingElsewhere", "unknown"]).nullish(),
  categories: z.array(z.string()).nullish(),
  reminderMinutesBeforeStart: z.number().int().nullish(),
  isReminderOn: z.boolean().nullish(),
  isOnlineMeeting: z.boolean().nullish(),
  onlineMeetingProvider: z.string().nullish(),
  allowNewTimeProposals: z.boolean().nullish(),
  responseRequested: z.boolean().nullish(),
  hideAttendees: z.boolean().nullish(),
  transactionId: z.string().nullish(),
  recurrence: recurrenceInput.nullish(),
});

const failedValidation = () =>
  badRequest("At least one property failed validation.", "ErrorPropertyValidationFailure");

type Moment = z.infer<typeof moment> | null | undefined;

/** A start or an end as the clock of its zone shows it. */
function readMoment(input: Moment) {
  if (input === null || input === undefined) throw failedValidation();
  const label = input.timeZone ?? "";
  const zone = zoneNamed(label);
  if (zone === undefined) throw unknownZone(label);
  // With an offset the value is an instant and the zone only its label; Outlook takes UTC's Z.
  const local = readLocal(input.dateTime.replace(/Z$/, ""));
  if (local === undefined) throw failedValidation();
  return { label, local, instant: instantOf(local, zone) };
}

const DAY_MS = 86_400_000;

/** A new event from the body of POST /events. Throws the 400 that Exchange would give. */
export function readEvent(
  body: Record<string, unknown>,
  owner: Owner,
  now: number,
  guid: string,
): StoredEvent {
  const parsed = parseBody(eventInput, body);
  if (!parsed.success) throw bodyRefusal(parsed.error, "microsoft.graph.event");
  const input = parsed.data;
  const start = readMoment(input.start);
  const end = readMoment(input.end);
  if (end.instant < start.instant)
    throw badRequest(
      "The end date of the calendar item is earlier than its start date.",
      "ErrorCalendarEndDateIsEarlierThanStartDate",
    );
  const isAllDay = input.isAllDay ?? false;
  if (
    isAllDay &&
    (start.local % DAY_MS !== 0 || end.local % DAY_MS !== 0 || end.local <= start.local)
  )
    throw badRequest(
      "The Event.Start property for an all-day event needs to be set to midnight.",
      "ErrorPropertyValidationFailure",
    );
  return {
    key: stableKey("event", guid),
    revision: 1,
    createdDateTime: toSecond(now),
    lastModifiedDateTime: toSecond(now),
    subject: input.subject ?? "",
    body: input.body ?? { contentType: "html", content: "" },
    startZone: start.label,
    endZone: end.label,
    start: start.local,
    end: end.local,
    isAllDay,
    location: input.location?.displayName ?? "",
    organizer: recipient(owner.user.name, owner.user.mail ?? owner.user.upn),
    attendees: (input.attendees ?? []).map(({ emailAddress, type }) => ({
      ...recipient(emailAddress.name ?? emailAddress.address, emailAddress.address),
      type: type ?? "required",
      status: { response: "none", time: "0001-01-01T00:00:00Z" },
    })),
    importance: input.importance ?? "normal",
    sensitivity: input.sensitivity ?? "normal",
    showAs: input.showAs ?? "busy",
    categories: input.categories ?? [],
    reminderMinutesBeforeStart: input.reminderMinutesBeforeStart ?? 15,
    isReminderOn: input.isReminderOn ?? true,
    isOnlineMeeting: input.isOnlineMeeting ?? false,
    transactionId: input.transactionId ?? null,
    recurrence: input.recurrence ?? null,
  };
}
