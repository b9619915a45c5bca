import { textIn, type Check } from "./check.ts";

/** What is made bears this name, and is deleted at once. */
const marked = "azure-integration-worker fidelity check";

/** Makes something of the person's own, and deletes it. */
const made = (name: string, list: string, body: unknown): Check => ({
  name: `Graph: ${name}`,
  service: "graph",
  writes: true,
  question: () => Promise.resolve({ method: "POST", path: `/v1.0${list}`, body }),
  async undo(ask, answer) {
    const id = textIn(answer, "id");
    if (id === undefined) return;
    await ask({ method: "DELETE", path: `/v1.0${list}/${encodeURIComponent(id)}` });
  },
});

export const writeChecks: readonly Check[] = [
  made("a draft", "/me/messages", {
    subject: marked,
    body: { contentType: "text", content: "Nothing to read." },
    toRecipients: [{ emailAddress: { address: "nobody@example.com" } }],
  }),
  made("a folder of mail", "/me/mailFolders", { displayName: marked }),
  made("a contact", "/me/contacts", { givenName: marked }),
  made("an event", "/me/events", {
    subject: marked,
    start: { dateTime: "2026-01-05T09:00:00", timeZone: "UTC" },
    end: { dateTime: "2026-01-05T09:30:00", timeZone: "UTC" },
  }),
  made("a list of tasks", "/me/todo/lists", { displayName: marked }),
];
