import * as z from "zod";
import { defined } from "../../../../src/contract/defined.ts";
import { lowered } from "../body-fields.ts";
import { parseBody } from "../body-names.ts";
import { bodyRefusal } from "../mail/message-input.ts";
import { recipient, toSecond } from "../mail/mail-seed.ts";
import { stableKey } from "../mail/outlook-id.ts";
import type { Owner } from "../owner.ts";
import { badRequest } from "../query.ts";
import { NEVER, plainEvent } from "./event.ts";
import type { Attendee, EventException, StoredEvent } from "./event.ts";
import { unknownZone } from "./event-view.ts";
import { recurrenceInput } from "./recurrence.ts";
import { readLocal, instantOf, zoneNamed } from "./time-zone.ts";
import type { LocalTime } from "./time-zone.ts";

const moment = z.object({ dateTime: z.string(), timeZone: z.string().nullish() });

const eventInput = z.strictObject({
  "@odata.type": z.string().optional(),
  subject: z.string().nullish(),
  body: z
    .object({
      contentType: lowered("text", "html").nullish(),
      content: z.string().nullish(),
    })
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
  importance: lowered("low", "normal", "high").nullish(),
  sensitivity: z.enum(["normal", "personal", "private", "confidential"]).nullish(),
  showAs: z.enum(["free", "tentative", "busy", "oof", "workingElsewhere", "unknown"]).nullish(),
  categories: z.array(z.string()).nullish(),
  reminderMinutesBeforeStart: z.number().int().nullish(),
  isReminderOn: z.boolean().nullish(),
  isOnlineMeeting: z.boolean().nullish(),
  onlineMeetingProvider: z
    .enum(["unknown", "skypeForBusiness", "skypeForConsumer", "teamsForBusiness"])
    .nullish(),
  allowNewTimeProposals: z.boolean().nullish(),
  responseRequested: z.boolean().nullish(),
  hideAttendees: z.boolean().nullish(),
  transactionId: z.string().nullish(),
  recurrence: recurrenceInput.nullish(),
});

export type EventInput = z.infer<typeof eventInput>;

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
  return { label, local };
}

const DAY_MS = 86_400_000;

/** Throws 400 for times that no event can have. */
function requireTimes(event: StoredEvent): StoredEvent {
  const instant = (local: LocalTime, zone: string) => instantOf(local, zoneNamed(zone) ?? "UTC");
  if (instant(event.end, event.endZone) < instant(event.start, event.startZone))
    throw badRequest(
      "The end date of the calendar item is earlier than its start date.",
      "ErrorCalendarEndDateIsEarlierThanStartDate",
    );
  if (
    event.isAllDay &&
    (event.start % DAY_MS !== 0 || event.end % DAY_MS !== 0 || event.end <= event.start)
  )
    throw badRequest(
      "The Event.Start property for an all-day event needs to be set to midnight.",
      "ErrorPropertyValidationFailure",
    );
  return event;
}

/** The body of POST or PATCH. Throws the 400 of what an event lacks, or cannot hold. */
export function readEventInput(body: Record<string, unknown>): EventInput {
  const parsed = parseBody(eventInput, body);
  if (!parsed.success) throw bodyRefusal(parsed.error, "microsoft.graph.event");
  return parsed.data;
}

/** Attendees as the body says; who was asked before keeps the answer. */
const attendeesOf = (input: EventInput["attendees"], old: readonly Attendee[]): Attendee[] =>
  (input ?? []).map(({ emailAddress, type }) => {
    const { address, name } = emailAddress;
    const before = old.find(
      (one) => one.emailAddress.address.toLowerCase() === address.toLowerCase(),
    );
    return {
      ...recipient(name ?? address, address),
      type: type ?? "required",
      status: before?.status ?? { response: "none", time: NEVER },
    };
  });

/** What the body says of an event, and nothing that it leaves alone. Throws Exchange's 400. */
export function changesOf(input: EventInput, old: StoredEvent): EventException {
  const { start, end, body, location, attendees } = input;
  const from = start === undefined ? undefined : readMoment(start);
  const to = end === undefined ? undefined : readMoment(end);
  const said = <T>(value: T | null | undefined, empty: T): T | undefined =>
    value === undefined ? undefined : (value ?? empty);
  return defined({
    subject: said(input.subject, ""),
    body:
      body === undefined
        ? undefined
        : {
            contentType: body === null ? ("html" as const) : (body.contentType ?? "text"),
            content: body?.content ?? "",
          },
    start: from?.local,
    startZone: from?.label,
    end: to?.local,
    endZone: to?.label,
    isAllDay: said(input.isAllDay, false),
    location: location === undefined ? undefined : (location?.displayName ?? ""),
    attendees: attendees === undefined ? undefined : attendeesOf(attendees, old.attendees),
    importance: said(input.importance, "normal" as const),
    sensitivity: said(input.sensitivity, "normal" as const),
    showAs: said(input.showAs, "busy" as const),
    categories: said(input.categories, []),
    reminderMinutesBeforeStart: said(input.reminderMinutesBeforeStart, 15),
    isReminderOn: said(input.isReminderOn, true),
    isOnlineMeeting: said(input.isOnlineMeeting, false),
    allowNewTimeProposals: said(input.allowNewTimeProposals, true),
    responseRequested: said(input.responseRequested, true),
    hideAttendees: said(input.hideAttendees, false),
  });
}

/** An event as changed. Throws 400 for times that no event can have. */
export const changedEvent = (
  event: StoredEvent,
  changes: EventException,
  now: number,
): StoredEvent =>
  requireTimes({
    ...event,
    ...changes,
    revision: event.revision + 1,
    lastModifiedDateTime: toSecond(now),
  });

/** A new event from the body of POST /events. Throws the 400 that Exchange would give. */
export function readEvent(
  body: Record<string, unknown>,
  owner: Owner,
  calendar: string,
  { now, guid }: { now: number; guid: string },
): StoredEvent {
  const input = readEventInput(body);
  const key = stableKey("event", guid);
  const blank: StoredEvent = {
    ...plainEvent(),
    key,
    calendar,
    uid: key,
    revision: 0,
    createdDateTime: toSecond(now),
    lastModifiedDateTime: toSecond(now),
    subject: "",
    body: { contentType: "html", content: "" },
    startZone: "UTC",
    endZone: "UTC",
    start: 0,
    end: 0,
    isAllDay: false,
    location: "",
    organizer: recipient(owner.user.name, owner.user.mail ?? owner.user.upn),
    transactionId: input.transactionId ?? null,
    recurrence: input.recurrence ?? null,
  };
  // A new event needs both times.
  return changedEvent(
    blank,
    changesOf({ ...input, start: input.start ?? null, end: input.end ?? null }, blank),
    now,
  );
}
