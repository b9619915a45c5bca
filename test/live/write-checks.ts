import type { Check, Request } from "./check.ts";

/** What is made bears this name, and is deleted at once. */
const marked = "azure-integration-worker fidelity check";

type Undo = (item: string) => Request;
/** Nothing of it stays in Deleted Items. */
const forGood: Undo = (item) => ({ method: "POST", path: `${item}/permanentDelete` });
const byDelete: Undo = (item) => ({ method: "DELETE", path: item });

/** Makes something of the person's own, and deletes it. */
const made = (
  name: string,
  page: string,
  list: string,
  body: Readonly<Record<string, unknown>>,
  undo = forGood,
): Check => ({
  name: `Graph: ${name}`,
  service: "graph",
  source: `https://learn.microsoft.com/graph/api/${page}`,
  question: () => ({ method: "POST", path: `/v1.0${list}`, body }),
  makes: {
    called: marked,
    undo: (id) => undo(`/v1.0${list}/${encodeURIComponent(id)}`),
  },
});

export const writeChecks: readonly Check[] = [
  made("a draft", "user-post-messages", "/me/messages", {
    subject: marked,
    body: { contentType: "text", content: "Nothing to read." },
    toRecipients: [{ emailAddress: { address: "nobody@example.com" } }],
  }),
  made("a folder of mail", "user-post-mailfolders", "/me/mailFolders", { displayName: marked }),
  made("a contact", "user-post-contacts", "/me/contacts", { givenName: marked }),
  made("an event", "user-post-events", "/me/events", {
    subject: marked,
    start: { dateTime: "2026-01-05T09:00:00", timeZone: "UTC" },
    end: { dateTime: "2026-01-05T09:30:00", timeZone: "UTC" },
  }),
  // Graph deletes a list of tasks in this way alone.
  made("a list of tasks", "todo-post-lists", "/me/todo/lists", { displayName: marked }, byDelete),
];
