import { Hono } from "hono";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import { inMailbox } from "../mail/in-mailbox.ts";
import type { MailboxRequest } from "../mail/in-mailbox.ts";
import { folderId, itemNotFound } from "../mail/outlook-id.ts";
import { nameOf } from "../owner.ts";
import type { EntitySchema } from "../odata/schema.ts";
import { answerOutlookList, outlookListOptions } from "../outlook-list.ts";
import { acceptedOptions, listRefusal } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import { seedContacts } from "./contact-seed.ts";
import { contactFolders, contactSchema, viewContact } from "./contact.ts";
import type { ContactFolder } from "./contact.ts";

const folderSchema: EntitySchema = {
  name: "microsoft.graph.contactFolder",
  properties: { id: "string", displayName: "string", parentFolderId: "string" },
  navigations: {
    childFolders: false,
    contacts: false,
    multiValueExtendedProperties: false,
    singleValueExtendedProperties: false,
  },
};

const folderNames = Object.keys(contactFolders) as ContactFolder[];

/** The folder that an id or the well-known name means. */
function folderNamed(mailbox: string, nameOrId: string): ContactFolder {
  const found = folderNames.find((folder) => folderId(mailbox, folder) === nameOrId);
  if (found !== undefined) return found;
  if (nameOrId.toLowerCase() === "contacts") return "contacts";
  throw nameOrId.startsWith("AQMkAD")
    ? itemNotFound()
    : new GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.");
}

const listOptions = (c: GraphContext) =>
  acceptedOptions(c, { accepted: outlookListOptions, refuse: listRefusal("BadRequest") });

function answerContacts(
  c: GraphContext,
  state: GraphState,
  { owner, preferences }: MailboxRequest,
  { folder, path }: { folder: ContactFolder; path: string },
): Response {
  const mailbox = nameOf(owner);
  return answerOutlookList(c, {
    path: `users('${owner.graphId}')/${path}`,
    schema: contactSchema,
    options: listOptions(c),
    items: seedContacts(owner.user).filter((contact) => contact.folder === folder),
    view: (contact) => viewContact(mailbox, contact, preferences),
    relations: {},
    pageSetting: state.world.settings.page_size,
  });
}

/** /contacts and /contactFolders of a person, and the contacts in a folder. They are only read. */
export function contactRoutes(state: GraphState): GraphRoutes {
  return new Hono<GraphEnvironment>()
    .get(
      "/contacts",
      inMailbox(state, (c, request) =>
        answerContacts(c, state, request, { folder: "contacts", path: "contacts" }),
      ),
    )
    .get(
      "/contactFolders",
      inMailbox(state, (c, { owner }) => {
        const mailbox = nameOf(owner);
        return answerOutlookList(c, {
          path: `users('${owner.graphId}')/contactFolders`,
          schema: folderSchema,
          options: listOptions(c),
          // The default folder is not among those of the list.
          items: folderNames.filter((folder) => folder !== "contacts"),
          view: (folder) => ({
            id: folderId(mailbox, folder),
            displayName: contactFolders[folder],
            parentFolderId: folderId(mailbox, "contacts"),
          }),
          relations: {},
          pageSetting: state.world.settings.page_size,
        });
      }),
    )
    .get(
      "/contactFolders/:folder/contacts",
      inMailbox(state, (c, request) => {
        const id = c.req.param("folder") ?? "";
        return answerContacts(c, state, request, {
          folder: folderNamed(nameOf(request.owner), id),
          path: `contactFolders('${id}')/contacts`,
        });
      }),
    );
}
