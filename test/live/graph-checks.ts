import { firstOf, fixed, type Check, type Question } from "./check.ts";

const get = (name: string, path: string, more: Omit<Question, "path"> = {}): Check =>
  fixed("graph", `Graph: ${name}`, { path: `/v1.0${path}`, ...more });

/** Of the first item of a list. */
const ofFirst = (name: string, list: string, path: (id: string) => string): Check => ({
  name: `Graph: ${name}`,
  service: "graph",
  async question(ask) {
    const id = firstOf(await ask({ path: `/v1.0${list}` }), "id");
    return id === undefined ? undefined : { path: `/v1.0${path(encodeURIComponent(id))}` };
  },
});

const batch = {
  requests: [
    { id: "1", method: "GET", url: "/me?$select=id" },
    { id: "2", method: "GET", url: "/me/messages/no-such-id" },
  ],
};

/** A day that is over, so that both sides can have looked at it. */
const day = "startDateTime=2026-01-05T00:00:00Z&endDateTime=2026-01-06T00:00:00Z";

export const graphChecks: readonly Check[] = [
  get("who is signed in", "/me"),
  get("some of a person", "/me?$select=id,displayName,mail"),
  get("no token", "/me", { token: "none" }),
  get("a token that is none", "/me", { token: "broken" }),
  get("mail", "/me/messages?$top=3"),
  get("some of mail", "/me/messages?$select=subject,from,receivedDateTime&$top=2"),
  get("mail by a word", "/me/messages?$search=%22report%22&$top=2"),
  get("mail with its count", "/me/messages?$count=true&$top=1&$select=id"),
  get("mail by a filter that is none", "/me/messages?$filter=subject%20is%20x"),
  get("mail by a property that is none", "/me/messages?$filter=nothing%20eq%20'x'"),
  get("mail with $top of 0", "/me/messages?$top=0"),
  get("a message that is none", "/me/messages/AAMkAGI2"),
  ofFirst("a message", "/me/messages?$top=1&$select=id", (id) => `/me/messages/${id}`),
  get("folders of mail", "/me/mailFolders?$top=3"),
  get("the inbox", "/me/mailFolders/inbox"),
  get("a folder that is none", "/me/mailFolders/nothing"),
  get("changes of the inbox", "/me/mailFolders/inbox/messages/delta?$select=subject"),
  get("a calendar's days", `/me/calendarView?${day}`),
  get("a calendar's days in a zone", `/me/calendarView?${day}`, {
    headers: { prefer: 'outlook.timezone="Pacific Standard Time"' },
  }),
  get("a calendar without days", "/me/calendarView"),
  get("events", "/me/events?$top=2"),
  get("contacts", "/me/contacts?$top=2"),
  get("a contact that is none", "/me/contacts/AAMkAGI2"),
  get("the drive", "/me/drive"),
  get("the root of the drive", "/me/drive/root/children?$top=3"),
  get("a file that is none", "/me/drive/root:/no-such-file.txt"),
  get("lists of tasks", "/me/todo/lists"),
  get("subscriptions", "/subscriptions"),
  get("a path that is none", "/me/nothing"),
  get("several at once", "/$batch", { method: "POST", body: batch }),
  get("nothing at once", "/$batch", { method: "POST", body: { requests: [] } }),
];
