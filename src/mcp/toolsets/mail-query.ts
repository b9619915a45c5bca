import type { Message } from "@microsoft/microsoft-graph-types";
import { defined } from "../../contract/defined.ts";
import { quoted } from "../fields.ts";

/** What an agent may look for in mail. */
export interface MailFilters {
  from?: string | undefined;
  subject?: string | undefined;
  since?: string | undefined;
  unread?: boolean | undefined;
  query?: string | undefined;
}

/** What Graph is asked, and what is left to sort out of its answer. */
export interface MailQuery {
  filter?: string;
  search?: string;
  orderBy?: string;
  only: (message: Message) => boolean;
}

const everything = (): boolean => true;

/**
 * Puts filters into Graph's words. Graph takes `$search` or `$filter`, never both: whoever looks for
 * words, or for a sender by name, gets a search; the rest filters.
 */
export function mailQuery(filters: MailFilters): MailQuery {
  const { from, query } = filters;
  const byName = from !== undefined && !from.includes("@");
  return query !== undefined || byName ? searched(filters) : filtered(filters);
}

/** KQL knows no word for unread, so that is sorted out of the answer. */
function searched({ query, from, subject, since, unread }: MailFilters): MailQuery {
  const parts = [
    ...(query === undefined ? [] : [phrase(query)]),
    ...(from === undefined ? [] : [`from:${phrase(from)}`]),
    ...(subject === undefined ? [] : [`subject:${phrase(subject)}`]),
    ...(since === undefined ? [] : [`received>=${instant(since).slice(0, 10)}`]),
  ];
  const after = since === undefined ? undefined : Date.parse(instant(since));
  return {
    search: asKql(parts.join(" AND ")),
    only: ({ isRead, receivedDateTime }) =>
      (unread === undefined || isRead === !unread) &&
      (after === undefined || Date.parse(receivedDateTime ?? "") >= after),
  };
}

/**
 * In quotes, words are looked for as they stand: no operator, no property. KQL has no escape for a
 * quote, so one in the text is a space.
 */
const phrase = (text: string): string => `"${text.replaceAll(/["\\]/g, " ").trim()}"`;

/**
 * The query in the quotes that Graph takes it in. One that begins and ends with quotes of its own would
 * be taken to stand in them already, and its words for a query.
 */
const asKql = (query: string): string => `"${query.replaceAll('"', String.raw`\"`)}"`;

/** Whether a text has anything left to look for once its quotes are gone. */
export const hasWords = (text: string): boolean => /[^\s"\\]/.test(text);

/** Graph sorts by what the filter begins with alone, so it always begins with the time. */
function filtered({ from, subject, since, unread }: MailFilters): MailQuery {
  const parts = [
    ...(unread === undefined ? [] : [`isRead eq ${String(!unread)}`]),
    ...(from === undefined ? [] : [`from/emailAddress/address eq ${quoted(from)}`]),
    ...(subject === undefined ? [] : [`contains(subject,${quoted(subject)})`]),
  ];
  if (parts.length === 0 && since === undefined) return { only: everything };
  const begin = `receivedDateTime ge ${since === undefined ? "1970-01-01T00:00:00Z" : instant(since)}`;
  return {
    ...defined({ filter: [begin, ...parts].join(" and ") }),
    orderBy: "receivedDateTime desc",
    only: everything,
  };
}

/** A date is its midnight in UTC. */
const instant = (since: string): string => new Date(since).toISOString();
