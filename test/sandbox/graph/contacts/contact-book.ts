import { ChangeLog } from "../delta/change-log.ts";
import type { Written } from "../delta/change-log.ts";
import { GraphError } from "../graph-error.ts";
import { folderId, itemNotFound, keyOfId } from "../mail/outlook-id.ts";
import { nameOf } from "../owner.ts";
import type { Owner } from "../owner.ts";
import { DEFAULT_FOLDER } from "./contact-folder.ts";
import type { StoredContactFolder } from "./contact-folder.ts";
import { seedContacts, SUPPLIERS } from "./contact-seed.ts";
import type { StoredContact } from "./contact.ts";

type Listener = (folder: string, written: Written<StoredContact>) => void;

/** One person's contacts, by folder; each folder remembers its changes. */
export class ContactBook {
  /** What ids of it are made of: those of the mailbox. */
  readonly name: string;
  readonly #folders = new Map<string, StoredContactFolder>();
  readonly #logs = new Map<string, ChangeLog<StoredContact>>();
  #listener: Listener | undefined;

  constructor(owner: Owner) {
    this.name = nameOf(owner);
    this.putFolder({ key: DEFAULT_FOLDER, displayName: "Contacts", parent: "root" });
    this.putFolder({ key: SUPPLIERS, displayName: "Suppliers", parent: DEFAULT_FOLDER });
    for (const contact of seedContacts(owner.user)) this.put(contact);
  }

  /** Reports every write from now on. */
  listen(listener: Listener): void {
    this.#listener = listener;
  }

  putFolder(folder: StoredContactFolder): StoredContactFolder {
    if (!this.#logs.has(folder.key)) {
      const log = new ChangeLog<StoredContact>();
      log.listen((written) => this.#listener?.(folder.key, written));
      this.#logs.set(folder.key, log);
    }
    this.#folders.set(folder.key, folder);
    return folder;
  }

  /** Deletes a folder with all that is in it. Throws 403 for the default one. */
  deleteFolder(folder: StoredContactFolder): void {
    if (folder.key === DEFAULT_FOLDER)
      throw new GraphError(
        403,
        "ErrorDeleteDistinguishedFolder",
        "The distinguished folder cannot be deleted.",
      );
    for (const child of this.childFolders(folder.key)) this.deleteFolder(child);
    for (const contact of this.log(folder.key).values()) this.delete(contact);
    this.#logs.delete(folder.key);
    this.#folders.delete(folder.key);
  }

  childFolders(parent: string): StoredContactFolder[] {
    return [...this.#folders.values()].filter((folder) => folder.parent === parent);
  }

  /** The folder that an id or the well-known name means. */
  folder(nameOrId: string): StoredContactFolder {
    const isDefault = nameOrId.toLowerCase() === DEFAULT_FOLDER;
    const found = [...this.#folders.values()].find(
      ({ key }) => (isDefault && key === DEFAULT_FOLDER) || folderId(this.name, key) === nameOrId,
    );
    if (found !== undefined) return found;
    throw nameOrId.startsWith("AQMkAD")
      ? itemNotFound()
      : new GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.");
  }

  log(folder: string): ChangeLog<StoredContact> {
    const log = this.#logs.get(folder);
    if (log === undefined) throw itemNotFound();
    return log;
  }

  /** @param folder where it has to be; default anywhere */
  contact(id: string, folder?: string): StoredContact {
    const key = keyOfId(id);
    const logs = folder === undefined ? [...this.#logs.values()] : [this.log(folder)];
    for (const log of logs) {
      const contact = log.get(key);
      if (contact !== undefined) return contact;
    }
    throw itemNotFound();
  }

  put(contact: StoredContact): StoredContact {
    return this.log(contact.folder).put(contact.key, contact);
  }

  delete(contact: StoredContact): void {
    this.log(contact.folder).delete(contact.key);
  }
}
