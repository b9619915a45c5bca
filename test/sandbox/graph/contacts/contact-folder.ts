import type { EntitySchema } from "../odata/schema.ts";
import { folderId } from "../mail/outlook-id.ts";

/** The folder that every mailbox has; no list of folders shows it. */
export const DEFAULT_FOLDER = "contacts";

export interface StoredContactFolder {
  key: string;
  displayName: string;
  /** Key of the folder that it lies in. */
  parent: string;
}

export const contactFolderSchema: EntitySchema = {
  name: "microsoft.graph.contactFolder",
  properties: { id: "string", displayName: "string", parentFolderId: "string" },
  navigations: {
    childFolders: false,
    contacts: false,
    multiValueExtendedProperties: false,
    singleValueExtendedProperties: false,
  },
};

export const viewContactFolder = (
  mailbox: string,
  { key, displayName, parent }: StoredContactFolder,
) => ({
  id: folderId(mailbox, key),
  displayName,
  parentFolderId: folderId(mailbox, parent),
});
