/** Whether there is such a day: a `Date` takes the 30th of February for one in March. */
export function isDay(isoDate: string): boolean {
  const moment = Date.parse(`${isoDate}T00:00:00Z`);
  return !Number.isNaN(moment) && new Date(moment).toISOString().startsWith(isoDate);
}

/** Whether a date, or a date with a time, names a moment that there is. */
export const isMoment = (text: string): boolean =>
  isDay(text.slice(0, 10)) && !Number.isNaN(Date.parse(text));
