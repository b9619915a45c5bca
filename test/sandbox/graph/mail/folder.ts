import type { EntitySchema } from "../odata/schema.ts";
import { folderId } from "./outlook-id.ts";

/** The folders that every mailbox has and that can be named by a word. */
export const wellKnownFolders = [
  "inbox",
  "drafts",
  "sentitems",
  "deleteditems",
  "junkemail",
  "archive",
  "outbox",
] as const;
export type WellKnownFolder = (typeof wellKnownFolders)[number];

/** The folder above all others, which no list shows. */
export const ROOT_FOLDER = "msgfolderroot";

/** A folder as the mailbox keeps it. */
export interface StoredFolder {
  /** The well-known name, if it has one. */
  key: string;
  displayName: string;
  /** Key of the folder that it lies in. */
  parent: string;
  isHidden: boolean;
}

const displayNames: Readonly<Record<WellKnownFolder, string>> = {
  inbox: "Inbox",
  drafts: "Drafts",
  sentitems: "Sent Items",
  deleteditems: "Deleted Items",
  junkemail: "Junk Email",
  archive: "Archive",
  outbox: "Outbox",
};

/** What a mailbox begins with, the folder above all others among them. */
export const seedFolders = (): StoredFolder[] => [
  { key: ROOT_FOLDER, displayName: "Top of Information Store", parent: "root", isHidden: false },
  ...wellKnownFolders.map((key) => ({
    key,
    displayName: displayNames[key],
    parent: ROOT_FOLDER,
    isHidden: false,
  })),
];

/** Whether the mailbox needs it: such a folder can neither be renamed, nor moved, nor deleted. */
export const isDistinguished = ({ key }: StoredFolder): boolean =>
  key === ROOT_FOLDER || wellKnownFolders.some((name) => name === key);

export const folderSchema: EntitySchema = {
  name: "microsoft.graph.mailFolder",
  properties: {
    id: "string",
    displayName: "string",
    parentFolderId: "string",
    childFolderCount: "number",
    unreadItemCount: "number",
    totalItemCount: "number",
    isHidden: "boolean",
  },
  navigations: {
    childFolders: true,
    messageRules: false,
    messages: false,
    multiValueExtendedProperties: false,
    singleValueExtendedProperties: false,
  },
};

/** A folder as Graph writes it; `project` reads it by name, so it is a type. */
export type FolderView = {
  id: string;
  displayName: string;
  parentFolderId: string;
  childFolderCount: number;
  unreadItemCount: number;
  totalItemCount: number;
  isHidden: boolean;
};

export const viewFolder = (
  mailbox: string,
  { key, displayName, parent, isHidden }: StoredFolder,
  counts: Pick<FolderView, "childFolderCount" | "unreadItemCount" | "totalItemCount">,
): FolderView => ({
  id: folderId(mailbox, key),
  displayName,
  parentFolderId: folderId(mailbox, parent),
  ...counts,
  isHidden,
});
