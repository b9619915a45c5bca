const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** A time on the fleet's clock, in milliseconds since the epoch: `until` is no part of it. */
export interface Span {
  from: number;
  until: number;
}

/** What is looked at starts here; connections are older. */
export const begin = Date.UTC(2031, 0, 15);

const at = (days: number, length: number): Span => {
  const from = begin + days * day + 12 * hour;
  return { from, until: from + length };
};

/** Entra answers nobody. */
const outages = {
  long: at(1, hour),
  short: at(2, 5 * minute),
  both: at(3, 10 * minute),
  blip: at(5, minute / 3),
};

/** The directory takes nothing either. */
const directoryOutage = outages.both;

/** The application's only secret has ended. */
const secretOutage = at(4, hour);

/** What the figures are of, in the order in which they are told. */
export const periods = {
  "a calm day": { from: begin, until: begin + day },
  "Entra down for an hour": outages.long,
  "the hour after": { from: outages.long.until, until: outages.long.until + hour },
  "Entra down for five minutes": outages.short,
  "the hour after those": { from: outages.short.until, until: outages.short.until + hour },
  "Entra and the directory down for ten minutes": outages.both,
  "the hour after both": { from: outages.both.until, until: outages.both.until + hour },
  "the secret ended, for an hour": secretOutage,
  "the hour after that": { from: secretOutage.until, until: secretOutage.until + hour },
  "Entra down for twenty seconds, and the hour after": {
    from: outages.blip.from,
    until: outages.blip.until + hour,
  },
} as const satisfies Record<string, Span>;

export const end = begin + 6 * day;

export const isWithin = ({ from, until }: Span, time: number): boolean =>
  time >= from && time < until;

export const isEntraDown = (time: number): boolean =>
  Object.values(outages).some((outage) => isWithin(outage, time));

export const isDirectoryDown = (time: number): boolean => isWithin(directoryOutage, time);

export const isSecretOver = (time: number): boolean => isWithin(secretOutage, time);
