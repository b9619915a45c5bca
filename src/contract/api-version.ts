const dated = /^(\d{4}-\d{2}-\d{2})(?:-[a-z0-9.]+)?$/i;

/** Whether a text is an api-version: a day of the calendar, with `-preview` or the like behind it. */
export function isApiVersion(text: string): boolean {
  const day = dated.exec(text)?.[1];
  if (day === undefined) return false;
  // Date takes the 31st of any month for a day of the next one.
  const at = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
}
