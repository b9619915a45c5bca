import type { SandboxUser } from "../../world.ts";
import { recipient } from "../mail/mail-seed.ts";
import { stableKey } from "../mail/outlook-id.ts";
import { plainEvent } from "./event.ts";
import type { StoredEvent } from "./event.ts";
import { DEFAULT_CALENDAR } from "./stored-calendar.ts";
import { readLocal } from "./time-zone.ts";

interface Plan {
  subject: string;
  start: string;
  end: string;
  zone?: string;
  location?: string;
  allDay?: boolean;
  series?: StoredEvent["recurrence"];
}

/** Mondays at nine in Berlin since January 2026: across both changes of the clock. */
const weekly: Plan = {
  subject: "Weekly planning",
  start: "2026-01-05T09:00:00",
  end: "2026-01-05T09:45:00",
  zone: "W. Europe Standard Time",
  location: "Room 1",
  series: {
    pattern: {
      type: "weekly",
      interval: 1,
      month: 0,
      dayOfMonth: 0,
      daysOfWeek: ["monday"],
      firstDayOfWeek: "sunday",
      index: "first",
    },
    range: {
      type: "noEnd",
      startDate: "2026-01-05",
      endDate: "0001-01-01",
      recurrenceTimeZone: "W. Europe Standard Time",
      numberOfOccurrences: 0,
    },
  },
};

const ada: readonly Plan[] = [
  weekly,
  {
    subject: "Review of the engine",
    start: "2026-11-03T13:00:00",
    end: "2026-11-03T14:30:00",
    location: "Workshop",
  },
  {
    subject: "Lunch with Mary",
    start: "2026-11-05T11:30:00",
    end: "2026-11-05T12:30:00",
    zone: "GMT Standard Time",
  },
  { subject: "Holiday", start: "2026-11-20", end: "2026-11-21", allDay: true },
  {
    subject: "Call with New York",
    start: "2026-11-24T10:00:00",
    end: "2026-11-24T11:00:00",
    zone: "Eastern Standard Time",
  },
];

const others: readonly Plan[] = [
  { subject: "Compiler meeting", start: "2026-11-04T15:00:00", end: "2026-11-04T16:00:00" },
];

function planned(user: SandboxUser, plan: Plan): StoredEvent {
  const start = readLocal(plan.start);
  const end = readLocal(plan.end);
  if (start === undefined || end === undefined)
    throw new RangeError(`no time: ${plan.start} to ${plan.end}`);
  const zone = plan.zone ?? "UTC";
  const key = stableKey("event", user.upn, plan.subject);
  return {
    ...plainEvent(),
    key,
    calendar: DEFAULT_CALENDAR,
    uid: key,
    revision: 1,
    createdDateTime: "2025-12-20T10:00:00.1234567Z",
    lastModifiedDateTime: "2025-12-20T10:00:05.7654321Z",
    subject: plan.subject,
    body: {
      contentType: "html",
      content: `<html><head></head><body><p>${plan.subject}</p></body></html>`,
    },
    startZone: zone,
    endZone: zone,
    start,
    end,
    isAllDay: plan.allDay ?? false,
    location: plan.location ?? "",
    organizer: recipient(user.name, user.mail ?? user.upn),
    showAs: plan.allDay === true ? "oof" : "busy",
    recurrence: plan.series ?? null,
  };
}

/** The calendar of a user on the first day. */
export function seedEvents(user: SandboxUser): StoredEvent[] {
  const plans = user.upn === "ada@contoso.example" ? ada : others;
  return plans.map((plan) => planned(user, plan));
}
