import { isDay } from "../odata/moment.ts";

/** Windows' names of the time zones people live in, by CLDR's main territory. */
const windowsZones: Readonly<Record<string, string>> = {
  "Dateline Standard Time": "Etc/GMT+12",
  "Hawaiian Standard Time": "Pacific/Honolulu",
  "Alaskan Standard Time": "America/Anchorage",
  "Pacific Standard Time": "America/Los_Angeles",
  "US Mountain Standard Time": "America/Phoenix",
  "Mountain Standard Time": "America/Denver",
  "Central America Standard Time": "America/Guatemala",
  "Central Standard Time": "America/Chicago",
  "Central Standard Time (Mexico)": "America/Mexico_City",
  "SA Pacific Standard Time": "America/Bogota",
  "Eastern Standard Time": "America/New_York",
  "Atlantic Standard Time": "America/Halifax",
  "Pacific SA Standard Time": "America/Santiago",
  "Newfoundland Standard Time": "America/St_Johns",
  "E. South America Standard Time": "America/Sao_Paulo",
  "Argentina Standard Time": "America/Buenos_Aires",
  "Azores Standard Time": "Atlantic/Azores",
  UTC: "UTC",
  "GMT Standard Time": "Europe/London",
  "Greenwich Standard Time": "Atlantic/Reykjavik",
  "W. Europe Standard Time": "Europe/Berlin",
  "Central Europe Standard Time": "Europe/Budapest",
  "Romance Standard Time": "Europe/Paris",
  "Central European Standard Time": "Europe/Warsaw",
  "W. Central Africa Standard Time": "Africa/Lagos",
  "GTB Standard Time": "Europe/Bucharest",
  "Egypt Standard Time": "Africa/Cairo",
  "FLE Standard Time": "Europe/Kiev",
  "South Africa Standard Time": "Africa/Johannesburg",
  "Israel Standard Time": "Asia/Jerusalem",
  "Turkey Standard Time": "Europe/Istanbul",
  "Arab Standard Time": "Asia/Riyadh",
  "Russian Standard Time": "Europe/Moscow",
  "E. Africa Standard Time": "Africa/Nairobi",
  "Iran Standard Time": "Asia/Tehran",
  "Arabian Standard Time": "Asia/Dubai",
  "Pakistan Standard Time": "Asia/Karachi",
  "India Standard Time": "Asia/Calcutta",
  "Nepal Standard Time": "Asia/Katmandu",
  "Bangladesh Standard Time": "Asia/Dhaka",
  "SE Asia Standard Time": "Asia/Bangkok",
  "China Standard Time": "Asia/Shanghai",
  "Singapore Standard Time": "Asia/Singapore",
  "W. Australia Standard Time": "Australia/Perth",
  "Tokyo Standard Time": "Asia/Tokyo",
  "Korea Standard Time": "Asia/Seoul",
  "Cen. Australia Standard Time": "Australia/Adelaide",
  "AUS Eastern Standard Time": "Australia/Sydney",
  "E. Australia Standard Time": "Australia/Brisbane",
  "New Zealand Standard Time": "Pacific/Auckland",
};

const byLowerName = new Map(
  Object.entries(windowsZones).map(([windows, iana]) => [windows.toLowerCase(), iana]),
);

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const fresh = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  formats.set(zone, fresh);
  return fresh;
}

/** The IANA zone that a Windows or IANA name means; undefined when nobody knows it. */
export function zoneNamed(name: string): string | undefined {
  const windows = byLowerName.get(name.toLowerCase());
  if (windows !== undefined) return windows;
  // Offsets are zones to Intl; Outlook does not take them.
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    return formatOf(name).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** A clock's reading as milliseconds, as if the clock stood in Greenwich. */
export type LocalTime = number;

/** What a clock in `zone` shows at an instant (ms). */
export function localTime(instant: number, zone: string): LocalTime {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const milliseconds = ((instant % 1000) + 1000) % 1000;
  return (
    Date.UTC(
      part("year"),
      part("month") - 1,
      part("day"),
      part("hour"),
      part("minute"),
      part("second"),
    ) + milliseconds
  );
}

/**
 * The instant (ms) at which a clock in `zone` shows a time. In the hour that a spring change skips
 * it is the instant an hour later by the clock; in a repeated hour, the first.
 */
export function instantOf(local: LocalTime, zone: string): number {
  const offsetAt = (instant: number) => localTime(instant, zone) - instant;
  const day = 86_400_000;
  const candidates = [offsetAt(local - day), offsetAt(local + day)].map((offset) => local - offset);
  const exact = candidates.filter((instant) => localTime(instant, zone) === local);
  return exact.length > 0 ? Math.min(...exact) : Math.max(...candidates);
}

/** Outlook writes seven digits of fraction and no offset. */
export function writeLocal(local: LocalTime): string {
  return `${new Date(local).toISOString().slice(0, -1)}0000`;
}

/** Reads `2026-11-02T09:00:00` or with fraction; an offset is not local time. */
export function readLocal(text: string): LocalTime | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})(:\d{2})?(\.\d{1,7})?)?$/.exec(text);
  if (match === null) return undefined;
  const [, date, time = "00:00", seconds = ":00", fraction = ""] = match;
  if (!isDay(date ?? "")) return undefined;
  const read = Date.parse(`${date}T${time}${seconds}${fraction.slice(0, 4)}Z`);
  return Number.isNaN(read) ? undefined : read;
}
