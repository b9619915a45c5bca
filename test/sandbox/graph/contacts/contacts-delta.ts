import { json } from "../answer.ts";
import { deltaAnswer } from "../delta/delta-round.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext } from "../environment.ts";
import type { MailboxRequest } from "../mail/in-mailbox.ts";
import { outlookDelta, untracked } from "../mail/messages-delta.ts";
import { itemId } from "../mail/outlook-id.ts";
import { outlookEntity } from "../outlook-list.ts";
import { readQuery } from "../query.ts";
import { acceptedOptions } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import { DEFAULT_FOLDER } from "./contact-folder.ts";
import { folderOf } from "./contacts.ts";
import { contactSchema, viewContact } from "./contact.ts";

/** A delta query of contacts takes a selection and a size of pages. */
function checkOptions(c: GraphContext): void {
  const options = acceptedOptions(c, {
    accepted: ["$select", "$top", "$skiptoken", "$deltatoken"],
    refuse: (option) => untracked("Contacts", [option]),
  });
  readQuery(options, contactSchema);
}

/** GET /contacts/delta and …/contactFolders/{id}/contacts/delta. */
export function contactsDelta(
  c: GraphContext,
  state: GraphState,
  { owner, preferences }: MailboxRequest,
): Response {
  const book = state.contacts(owner);
  const folder = folderOf(c, book) ?? DEFAULT_FOLDER;
  const type = "#microsoft.graph.contact";
  const { entries, links } = deltaAnswer(
    c,
    state,
    outlookDelta(`contacts ${book.name} ${folder}`, () => checkOptions(c)),
    book.log(folder),
    (options) => {
      const query = readQuery(options, contactSchema);
      return {
        place: ({ id, item }): Record<string, unknown>[] => {
          if (item === undefined)
            return [
              {
                "@odata.type": type,
                id: itemId(book.name, id, preferences.immutableIds),
                "@removed": { reason: "deleted" },
              },
            ];
          const view = viewContact(book.name, item, preferences);
          return [
            { "@odata.type": type, ...outlookEntity(c, item, view, query, { relations: {} }) },
          ];
        },
      };
    },
  );
  c.header("preference-applied", "odata.track-changes", { append: true });
  return json(c, {
    "@odata.context": `${versionRoot(c)}/$metadata#Collection(contact)`,
    ...links,
    value: entries,
  });
}
