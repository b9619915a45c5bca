import { fixed, type Check, type Request } from "./check.ts";

const docs = "https://learn.microsoft.com/graph/";

const get = (name: string, page: string, path: string, more: Omit<Request, "path"> = {}): Check =>
  fixed("graph", `Graph: ${name}`, `${docs}${page}`, { path: `/v1.0${path}`, ...more });

/** Of the first item of a list. */
const ofFirst = (
  name: string,
  page: string,
  list: string,
  path: (id: string) => string,
): Check => ({
  name: `Graph: ${name}`,
  service: "graph",
  source: `${docs}${page}`,
  about: [() => ({ path: `/v1.0${list}`, member: "id" })],
  question: (id) => ({ path: `/v1.0${path(id)}` }),
});

/** An id that is well formed and belongs to nothing: three bytes of a real one are others. */
const strangerTo = (id: string): string =>
  encodeURIComponent(`${id.slice(0, -12)}zzzz${id.slice(-8)}`);

/** A word that is found where the text is. */
const wordOf = (text: string): string => /[a-z]{3,}/i.exec(text)?.[0] ?? "report";

const batch = {
  requests: [
    { id: "1", method: "GET", url: "/me?$select=id" },
    { id: "2", method: "GET", url: "/me/messages/no-such-id" },
  ],
};

/** A day that is over, so that both sides can have looked at it. */
const day = "startDateTime=2026-01-05T00:00:00Z&endDateTime=2026-01-06T00:00:00Z";

export const graphChecks: readonly Check[] = [
  get("who is signed in", "api/user-get", "/me"),
  get("some of a person", "api/user-get", "/me?$select=id,displayName,mail"),
  get("a person by HEAD", "use-the-api", "/me", { method: "HEAD" }),
  get("a person by OPTIONS", "use-the-api", "/me", { method: "OPTIONS" }),
  get("no token", "errors", "/me", { token: "none" }),
  get("a token that is none", "errors", "/me", { token: "broken" }),
  get("mail", "api/user-list-messages", "/me/messages?$top=3"),
  get(
    "some of mail",
    "api/user-list-messages",
    "/me/messages?$select=subject,from,receivedDateTime&$top=2",
  ),
  {
    name: "Graph: mail by a word",
    service: "graph",
    source: `${docs}search-query-parameter`,
    about: [() => ({ path: "/v1.0/me/messages?$top=1&$select=subject", member: "subject" })],
    question: (subject) => ({
      path: `/v1.0/me/messages?$search=%22${wordOf(subject)}%22&$top=2`,
    }),
  },
  get("mail with its count", "query-parameters", "/me/messages?$count=true&$top=1&$select=id"),
  get(
    "mail by a filter",
    "filter-query-parameter",
    "/me/messages?$filter=isRead%20eq%20true&$top=2&$select=subject,isRead",
  ),
  get(
    "mail by a filter that is none",
    "filter-query-parameter",
    "/me/messages?$filter=subject%20is%20x",
  ),
  get(
    "mail by a property that is none",
    "filter-query-parameter",
    "/me/messages?$filter=nothing%20eq%20'x'",
  ),
  get("mail with $top of 0", "query-parameters", "/me/messages?$top=0"),
  get("a message that is none", "api/message-get", "/me/messages/AAMkAGI2"),
  ofFirst(
    "a message",
    "api/message-get",
    "/me/messages?$top=1&$select=id",
    (id) => `/me/messages/${encodeURIComponent(id)}`,
  ),
  get("folders of mail", "api/user-list-mailfolders", "/me/mailFolders?$top=3"),
  get("the inbox", "api/mailfolder-get", "/me/mailFolders/inbox"),
  get("a folder that is none", "api/mailfolder-get", "/me/mailFolders/nothing"),
  get(
    "changes of the inbox",
    "api/message-delta",
    "/me/mailFolders/inbox/messages/delta?$select=subject",
  ),
  get("a calendar's days", "api/user-list-calendarview", `/me/calendarView?${day}`),
  get("a calendar's days in a zone", "api/user-list-calendarview", `/me/calendarView?${day}`, {
    headers: { prefer: 'outlook.timezone="Pacific Standard Time"' },
  }),
  get("a calendar without days", "api/user-list-calendarview", "/me/calendarView"),
  get("events", "api/user-list-events", "/me/events?$top=2"),
  ofFirst(
    "an event that is gone",
    "api/event-get",
    "/me/events?$top=1&$select=id",
    (id) => `/me/events/${strangerTo(id)}`,
  ),
  get("contacts", "api/user-list-contacts", "/me/contacts?$top=2"),
  get("a contact that is none", "api/contact-get", "/me/contacts/AAMkAGI2"),
  get("the drive", "api/drive-get", "/me/drive"),
  get("the root of the drive", "api/driveitem-list-children", "/me/drive/root/children?$top=3"),
  get("a file that is none", "api/driveitem-get", "/me/drive/root:/no-such-file.txt"),
  get("lists of tasks", "api/todo-list-lists", "/me/todo/lists"),
  ofFirst(
    "a list of tasks that is gone",
    "api/todotasklist-get",
    "/me/todo/lists?$top=1",
    (id) => `/me/todo/lists/${strangerTo(id)}`,
  ),
  get("subscriptions", "api/subscription-list", "/subscriptions"),
  get("a path that is none", "errors", "/me/nothing"),
  get("several at once", "json-batching", "/$batch", { method: "POST", body: batch }),
  get("nothing at once", "json-batching", "/$batch", { method: "POST", body: { requests: [] } }),
];
