import { ChangeLog } from "../delta/change-log.ts";
import type { Written } from "../delta/change-log.ts";
import { GraphError } from "../graph-error.ts";
import { nameOf } from "../owner.ts";
import type { Owner } from "../owner.ts";
import { isDistinguished, seedFolders, viewFolder } from "./folder.ts";
import type { FolderView, StoredFolder } from "./folder.ts";
import { seedCategories } from "./category.ts";
import type { OutlookCategory } from "./category.ts";
import { seedMail } from "./mail-seed.ts";
import { seedSettings } from "./mailbox-settings.ts";
import type { MailboxSettings } from "./mailbox-settings.ts";
import type { StoredMessage } from "./message.ts";
import type { StoredRule } from "./rule.ts";
import {
  folderId,
  isImmutableId,
  itemNotFound,
  keyOfId,
  lastingKey,
  movedKey,
} from "./outlook-id.ts";

type Listener = (folder: string, written: Written<StoredMessage>) => void;

/** One person's messages, by folder; each folder remembers its changes. */
export class Mailbox {
  /** What ids of this mailbox are made of. */
  readonly name: string;
  readonly folders = new ChangeLog<StoredFolder>();
  /** By key, in the order they were made. */
  readonly rules = new Map<string, StoredRule>();
  readonly categories: Map<string, OutlookCategory>;
  settings: MailboxSettings = seedSettings();
  readonly #logs = new Map<string, ChangeLog<StoredMessage>>();
  #listener: Listener | undefined;

  /** @param now when the seeded mail is to be recent (ms) */
  constructor(owner: Owner, now: number) {
    this.name = nameOf(owner);
    this.categories = new Map(seedCategories(this.name).map((one) => [one.id, one]));
    for (const folder of seedFolders()) this.addFolder(folder);
    for (const message of seedMail(owner.user, now)) this.put(message);
  }

  /** Reports every write from now on. */
  listen(listener: Listener): void {
    this.#listener = listener;
  }

  addFolder(folder: StoredFolder): StoredFolder {
    const log = new ChangeLog<StoredMessage>();
    log.listen((written) => this.#listener?.(folder.key, written));
    this.#logs.set(folder.key, log);
    return this.folders.put(folder.key, folder);
  }

  /** Deletes a folder with all that is in it. */
  deleteFolder(folder: StoredFolder): void {
    for (const child of this.childFolders(folder.key)) this.deleteFolder(child);
    for (const message of this.messages(folder.key)) this.delete(message);
    this.#logs.delete(folder.key);
    this.folders.delete(folder.key);
  }

  log(folder: string): ChangeLog<StoredMessage> {
    const log = this.#logs.get(folder);
    if (log === undefined) throw itemNotFound();
    return log;
  }

  /** Newest first, of one folder or of all. */
  messages(folder?: string): StoredMessage[] {
    const logs = folder === undefined ? [...this.#logs.values()] : [this.log(folder)];
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

  /**
   * Throws ErrorInvalidIdMalformed or ErrorItemNotFound.
   *
   * @param folder where it has to be; default anywhere
   */
  message(id: string, folder?: string): StoredMessage {
    const key = keyOfId(id);
    const found = isImmutableId(id)
      ? this.messages(folder).find((one) => lastingKey(one.key) === key)
      : this.#placed(key, folder);
    if (found === undefined) throw itemNotFound();
    return found;
  }

  #placed(key: string, folder: string | undefined): StoredMessage | undefined {
    if (folder !== undefined) return this.log(folder).get(key);
    for (const log of this.#logs.values()) {
      const message = log.get(key);
      if (message !== undefined) return message;
    }
    return undefined;
  }

  delete(message: StoredMessage): void {
    this.log(message.folder).delete(message.key);
  }

  /** Takes a message to another folder, changed as `change` says; its id is a new one. */
  move(
    message: StoredMessage,
    folder: string,
    guid: string,
    change: Partial<StoredMessage> = {},
  ): StoredMessage {
    // Found before anything is taken away.
    this.log(folder);
    this.delete(message);
    return this.put({ ...message, ...change, key: movedKey(message.key, guid), folder });
  }

  /** The folder that a well-known name or an id means. */
  folder(nameOrId: string): StoredFolder {
    const wanted = nameOrId.toLowerCase();
    const found = this.folders
      .values()
      .find(
        (folder) =>
          (isDistinguished(folder) && folder.key === wanted) ||
          folderId(this.name, folder.key) === nameOrId,
      );
    if (found !== undefined) return found;
    throw nameOrId.startsWith("AQMkAD")
      ? itemNotFound()
      : new GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.");
  }

  childFolders(parent: string): StoredFolder[] {
    return this.folders.values().filter((folder) => folder.parent === parent);
  }

  folderView(folder: StoredFolder): FolderView {
    const messages = this.log(folder.key).values();
    return viewFolder(this.name, folder, {
      childFolderCount: this.childFolders(folder.key).length,
      unreadItemCount: messages.filter(({ isRead }) => !isRead).length,
      totalItemCount: messages.length,
    });
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
