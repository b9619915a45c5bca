import { ChangeLog } from "../delta/change-log.ts";
import type { Written } from "../delta/change-log.ts";
import { GraphError } from "../graph-error.ts";
import { nameOf } from "../owner.ts";
import type { Owner } from "../owner.ts";
import { seedMail } from "./mail-seed.ts";
import { wellKnownFolders } from "./message.ts";
import type { FolderName, StoredMessage } from "./message.ts";
import { folderId, itemNotFound, keyOfId } from "./outlook-id.ts";

const displayNames: Record<FolderName, string> = {
  inbox: "Inbox",
  drafts: "Drafts",
  sentitems: "Sent Items",
  deleteditems: "Deleted Items",
  junkemail: "Junk Email",
  archive: "Archive",
  outbox: "Outbox",
};

/** A folder as Graph writes it. */
export type FolderView = {
  id: string;
  displayName: string;
  parentFolderId: string;
  childFolderCount: number;
  unreadItemCount: number;
  totalItemCount: number;
  isHidden: boolean;
};

/** One person's messages, by folder; each folder remembers its changes. */
export class Mailbox {
  /** What ids of this mailbox are made of. */
  readonly name: string;
  readonly #folders: ReadonlyMap<FolderName, ChangeLog<StoredMessage>>;

  /** @param now when the seeded mail is to be recent (ms) */
  constructor(owner: Owner, now: number) {
    this.name = nameOf(owner);
    this.#folders = new Map(wellKnownFolders.map((folder) => [folder, new ChangeLog()]));
    for (const message of seedMail(owner.user, now)) this.put(message);
  }

  /** Reports every write from now on. */
  listen(listener: (folder: FolderName, written: Written<StoredMessage>) => void): void {
    for (const [folder, log] of this.#folders) log.listen((written) => listener(folder, written));
  }

  log(folder: FolderName): ChangeLog<StoredMessage> {
    const log = this.#folders.get(folder);
    if (log === undefined) throw itemNotFound();
    return log;
  }

  /** Newest first, of one folder or of all. */
  messages(folder?: FolderName): StoredMessage[] {
    const logs = folder === undefined ? [...this.#folders.values()] : [this.log(folder)];
    return (
      logs
        .flatMap((log) => log.values())
        // Of two in one second the one put later.
        .toReversed()
        .sort(
          (left, right) => Date.parse(right.receivedDateTime) - Date.parse(left.receivedDateTime),
        )
    );
  }

  put(message: StoredMessage): StoredMessage {
    return this.log(message.folder).put(message.key, message);
  }

  /** Throws ErrorInvalidIdMalformed or ErrorItemNotFound. */
  message(id: string): StoredMessage {
    const key = keyOfId(id);
    for (const log of this.#folders.values()) {
      const message = log.get(key);
      if (message !== undefined) return message;
    }
    throw itemNotFound();
  }

  delete(message: StoredMessage): void {
    this.log(message.folder).delete(message.key);
  }

  /** The folder that a well-known name or an id means. */
  folder(nameOrId: string): FolderName {
    const wanted = nameOrId.toLowerCase();
    const found = wellKnownFolders.find(
      (folder) => folder === wanted || folderId(this.name, folder) === nameOrId,
    );
    if (found !== undefined) return found;
    throw nameOrId.startsWith("AQMkAD")
      ? itemNotFound()
      : new GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.");
  }

  folderView(folder: FolderName): FolderView {
    const messages = this.log(folder).values();
    return {
      id: folderId(this.name, folder),
      displayName: displayNames[folder],
      parentFolderId: folderId(this.name, "msgfolderroot"),
      childFolderCount: 0,
      unreadItemCount: messages.filter(({ isRead }) => !isRead).length,
      totalItemCount: messages.length,
      isHidden: false,
    };
  }
}

/** Throws MailboxNotEnabledForRESTAPI for a guest, whose mailbox is elsewhere. */
export function requireMailbox(owner: Owner): void {
  if (owner.guest)
    throw new GraphError(
      404,
      "MailboxNotEnabledForRESTAPI",
      "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
    );
}
