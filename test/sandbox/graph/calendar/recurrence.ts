import * as z from "zod";
import { lowered, orElse } from "../body-fields.ts";

const weekdays = [
  "sunday",
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
] as const;
const weekday = lowered(...weekdays);
type Weekday = (typeof weekdays)[number];

const date = z.iso.date();
const NO_DATE = "0001-01-01";

const pattern = z.object({
  type: z.enum([
    "daily",
    "weekly",
    "absoluteMonthly",
    "relativeMonthly",
    "absoluteYearly",
    "relativeYearly",
  ]),
  interval: z.number().int().min(1),
  month: z.number().int().min(0).max(12).default(0),
  dayOfMonth: z.number().int().min(0).max(31).default(0),
  daysOfWeek: orElse(z.array(weekday), undefined),
  firstDayOfWeek: orElse(weekday, "sunday"),
  index: orElse(z.enum(["first", "second", "third", "fourth", "last"]), "first"),
});

const range = z.object({
  type: z.enum(["endDate", "noEnd", "numbered"]),
  startDate: date,
  endDate: orElse(date, NO_DATE),
  recurrenceTimeZone: orElse(z.string(), undefined),
  numberOfOccurrences: z.number().int().min(0).default(0),
});

/** What a pattern of each type needs besides its interval. */
const needs: Record<
  z.infer<typeof pattern>["type"],
  readonly ("daysOfWeek" | "dayOfMonth" | "month")[]
> = {
  daily: [],
  weekly: ["daysOfWeek"],
  absoluteMonthly: ["dayOfMonth"],
  relativeMonthly: ["daysOfWeek"],
  absoluteYearly: ["month", "dayOfMonth"],
  relativeYearly: ["month", "daysOfWeek"],
};

/** Graph's patternedRecurrence. */
export const recurrenceInput = z
  .object({ pattern, range })
  .superRefine(({ pattern: by, range: within }, context) => {
    const refuse = (path: string[], message: string) =>
      context.addIssue({ code: "custom", path, message });
    for (const name of needs[by.type]) {
      const value = by[name];
      const isGiven = typeof value === "number" ? value > 0 : (value ?? []).length > 0;
      if (!isGiven) refuse(["pattern", name], `a ${by.type} recurrence needs it`);
    }
    if (within.type === "numbered" && within.numberOfOccurrences === 0)
      refuse(["range", "numberOfOccurrences"], "a numbered range needs it");
    if (within.type === "endDate" && within.endDate < within.startDate)
      refuse(["range", "endDate"], "it has to be given, and not before startDate");
  });

export type Recurrence = z.infer<typeof recurrenceInput>;
type Pattern = Recurrence["pattern"];

/** Days since 1970-01-01: a date without a zone. */
export type Day = number;
const DAY_MS = 86_400_000;
export const dayOf = (isoDate: string): Day =>
  Math.floor(Date.parse(`${isoDate}T00:00:00Z`) / DAY_MS);
export const isoDateOf = (day: Day): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

const partsOf = (day: Day) => {
  const moment = new Date(day * DAY_MS);
  return {
    year: moment.getUTCFullYear(),
    month: moment.getUTCMonth(),
    date: moment.getUTCDate(),
    weekday: weekdays[moment.getUTCDay()] ?? "sunday",
    weekdayNumber: moment.getUTCDay(),
  };
};

const monthLength = (day: Day) => {
  const { year, month } = partsOf(day);
  return new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
};

const monthsBetween = (from: Day, to: Day) => {
  const a = partsOf(from);
  const b = partsOf(to);
  return (b.year - a.year) * 12 + b.month - a.month;
};

const weekStart = (day: Day, first: Weekday) =>
  day - ((partsOf(day).weekdayNumber - weekdays.indexOf(first) + 7) % 7);

/** A short month has its last day for one it lacks. */
const isDayOfMonth = (wanted: number, day: Day) =>
  partsOf(day).date === Math.min(wanted, monthLength(day));

const positions = { first: 0, second: 1, third: 2, fourth: 3, last: -1 } as const;

/** Whether a day is, say, the second of the month's days that are a Tuesday or a Thursday. */
function isNth({ daysOfWeek = [], index }: Pattern, day: Day): boolean {
  const { date: today } = partsOf(day);
  const first = day - today + 1;
  const candidates = Array.from({ length: monthLength(day) }, (_, offset) => first + offset).filter(
    (one) => daysOfWeek.includes(partsOf(one).weekday),
  );
  return candidates.at(positions[index]) === day;
}

/** Whether a series with this pattern, begun on `start`, occurs on `day`. */
const rules: Record<Pattern["type"], (pattern: Pattern, start: Day, day: Day) => boolean> = {
  daily: ({ interval }, start, day) => (day - start) % interval === 0,
  weekly: ({ interval, daysOfWeek, firstDayOfWeek }, start, day) =>
    (daysOfWeek ?? [partsOf(start).weekday]).includes(partsOf(day).weekday) &&
    ((weekStart(day, firstDayOfWeek) - weekStart(start, firstDayOfWeek)) / 7) % interval === 0,
  absoluteMonthly: ({ interval, dayOfMonth }, start, day) =>
    isDayOfMonth(dayOfMonth, day) && monthsBetween(start, day) % interval === 0,
  relativeMonthly: (pattern, start, day) =>
    isNth(pattern, day) && monthsBetween(start, day) % pattern.interval === 0,
  absoluteYearly: ({ interval, month, dayOfMonth }, start, day) =>
    partsOf(day).month + 1 === month &&
    isDayOfMonth(dayOfMonth, day) &&
    (partsOf(day).year - partsOf(start).year) % interval === 0,
  relativeYearly: (pattern, start, day) =>
    partsOf(day).month + 1 === pattern.month &&
    isNth(pattern, day) &&
    (partsOf(day).year - partsOf(start).year) % pattern.interval === 0,
};

/** The days of a series from its first up to `until`, both included. */
export function occurrenceDays(recurrence: Recurrence, until: Day): Day[] {
  const { pattern: by, range: within } = recurrence;
  const start = dayOf(within.startDate);
  const last = within.type === "endDate" ? Math.min(until, dayOf(within.endDate)) : until;
  const most = within.type === "numbered" ? within.numberOfOccurrences : Infinity;
  const days: Day[] = [];
  for (let day = start; day <= last && days.length < most; day += 1) {
    if (rules[by.type](by, start, day)) days.push(day);
  }
  return days;
}
