import { Hono } from "hono";
import { empty } from "../answer.ts";
import { readJson } from "../body.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { inMailbox } from "../mail/in-mailbox.ts";
import type { MailboxRequest } from "../mail/in-mailbox.ts";
import { toSecond } from "../mail/mail-seed.ts";
import { stableKey } from "../mail/outlook-id.ts";
import { answerOutlookItem, answerOutlookList, listOptionsOf } from "../outlook-list.ts";
import { entityOptions } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import type { ContactBook } from "./contact-book.ts";
import { DEFAULT_FOLDER } from "./contact-folder.ts";
import { readContact, withContact } from "./contact-input.ts";
import { blankContact, contactSchema, viewContact } from "./contact.ts";
import type { StoredContact } from "./contact.ts";

/** The folder that the path names; undefined where it names none. */
export function folderOf(c: GraphContext, book: ContactBook): string | undefined {
  const named = c.req.param("folder");
  return named === undefined ? undefined : book.folder(named).key;
}

const contactOf = (c: GraphContext, book: ContactBook): StoredContact =>
  book.contact(c.req.param("contact") ?? "", folderOf(c, book));

function listContacts(c: GraphContext, state: GraphState, request: MailboxRequest): Response {
  const { owner, preferences } = request;
  const book = state.contacts(owner);
  const named = c.req.param("folder");
  const within = named === undefined ? "" : `contactFolders('${named}')/`;
  return answerOutlookList(c, {
    path: `users('${owner.graphId}')/${within}contacts`,
    schema: contactSchema,
    options: listOptionsOf(c),
    items: book.log(folderOf(c, book) ?? DEFAULT_FOLDER).values(),
    view: (contact) => viewContact(book.name, contact, preferences),
    relations: {},
    pageSetting: state.world.settings.page_size,
  });
}

function answerContact(
  c: GraphContext,
  { owner, preferences }: MailboxRequest,
  book: ContactBook,
  contact: StoredContact,
  status: 200 | 201 = 200,
): Response {
  const path = `users('${owner.graphId}')/contacts`;
  const view = viewContact(book.name, contact, preferences);
  return answerOutlookItem(c, { path, schema: contactSchema, item: contact, view }, status);
}

/** /contacts of a person, or of a folder. */
export function contactRoutes(state: GraphState): GraphRoutes {
  // The sandbox keeps no deleted contacts, so both ways to delete one are the same here.
  const remove = inMailbox(state, (c, { owner }) => {
    const book = state.contacts(owner);
    book.delete(contactOf(c, book));
    return empty(c, 204);
  });
  return new Hono<GraphEnvironment>()
    .get(
      "/contacts",
      inMailbox(state, (c, request) => listContacts(c, state, request)),
    )
    .post(
      "/contacts",
      inMailbox(state, async (c, request) => {
        const book = state.contacts(request.owner);
        const now = state.world.now();
        const folder = folderOf(c, book) ?? DEFAULT_FOLDER;
        const key = stableKey("contact", state.world.guid());
        const blank = { ...blankContact(key, folder, toSecond(now)), revision: 0 };
        const contact = book.put(withContact(blank, readContact(await readJson(c)), now));
        return answerContact(c, request, book, contact, 201);
      }),
    )
    .get(
      "/contacts/:contact",
      inMailbox(state, (c, request) => {
        entityOptions(c);
        const book = state.contacts(request.owner);
        return answerContact(c, request, book, contactOf(c, book));
      }),
    )
    .patch(
      "/contacts/:contact",
      inMailbox(state, async (c, request) => {
        const book = state.contacts(request.owner);
        const contact = contactOf(c, book);
        const input = readContact(await readJson(c));
        const changed = book.put(withContact(contact, input, state.world.now()));
        return answerContact(c, request, book, changed);
      }),
    )
    .delete("/contacts/:contact", remove)
    .post("/contacts/:contact/permanentDelete", remove);
}
