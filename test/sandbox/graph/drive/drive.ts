import { defined } from "../../../../src/contract/defined.ts";
import { ChangeLog } from "../delta/change-log.ts";
import { GraphError } from "../graph-error.ts";
import { nameOf } from "../owner.ts";
import type { Owner } from "../owner.ts";
import { stableBytes, stableToken } from "../seed.ts";
import { seedBytes, seedEntries } from "./drive-seed.ts";
import { requireName } from "./item-name.ts";
import { siteOf } from "./site.ts";
import { mimeTypeOf, requireFolder } from "./stored-item.ts";
import type { ItemDetails, StoredItem } from "./stored-item.ts";

export type ConflictBehavior = "fail" | "replace" | "rename";

export const itemMissing = () =>
  new GraphError(404, "itemNotFound", "The resource could not be found.");

const SEEDED = "2026-01-10T12:00:00Z";

/** A drive's ids are 34 characters, `01` and then Base32. */
function itemIdOf(...words: readonly string[]): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const letters = [...stableBytes("item", ...words)].map((byte) => alphabet[byte % 32]);
  return `01${letters.join("")}`;
}

/** One person's files, as a tree by parent id. */
export class Drive {
  readonly id: string;
  readonly rootId: string;
  readonly owner: Owner;
  readonly log = new ChangeLog<StoredItem>();
  readonly #guid: () => string;

  constructor(owner: Owner, guid: () => string) {
    const name = nameOf(owner);
    this.owner = owner;
    this.#guid = guid;
    this.id = owner.personal ? owner.graphId : `b!${stableToken(43, "drive", name)}`;
    this.rootId = itemIdOf(name, "root");
    this.#add(this.rootId, "root", undefined, undefined, SEEDED);
    for (const entry of seedEntries(owner.user)) {
      const parent = this.resolve("root", entry.path.slice(0, -1));
      const leaf = entry.path.at(-1) ?? "";
      this.#add(itemIdOf(name, ...entry.path), leaf, parent?.id, seedBytes(entry), SEEDED);
    }
  }

  item(id: string): StoredItem | undefined {
    return this.log.get(id === "root" ? this.rootId : id);
  }

  children(parentId: string): StoredItem[] {
    return this.log.values().filter((item) => item.parentId === parentId);
  }

  /** Names are compared without regard to case. */
  child(parentId: string, name: string): StoredItem | undefined {
    const wanted = name.toLowerCase();
    return this.children(parentId).find((item) => item.name.toLowerCase() === wanted);
  }

  /** The item at the end of a path of names below `base`. */
  resolve(base: string, path: readonly string[]): StoredItem | undefined {
    let item = this.item(base);
    for (const name of path) item = item && this.child(item.id, name);
    return item;
  }

  /** Names from below the root down to and including the item. */
  pathOf(item: StoredItem): string[] {
    if (item.parentId === undefined) return [];
    const parent = this.item(item.parentId);
    return [...(parent === undefined ? [] : this.pathOf(parent)), item.name];
  }

  /** The folder at a path, made where it is missing, as OneDrive does for an upload by path. */
  ensureFolder(base: string, path: readonly string[], now: string): StoredItem {
    const first = this.item(base);
    if (first === undefined) throw itemMissing();
    let folder = requireFolder(first);
    for (const name of path) {
      folder = requireFolder(
        this.child(folder.id, name) ?? this.createFolder(folder.id, name, "fail", now),
      );
    }
    return folder;
  }

  /** Throws invalidRequest (400) for a name that a new item in this folder cannot have. */
  requireName(parentId: string, name: string, kind: "file" | "folder"): void {
    const parent = this.item(parentId);
    const names = parent === undefined ? [] : this.pathOf(parent);
    requireName(name, {
      folder: kind === "folder",
      atRoot: names.length === 0,
      business: !this.owner.personal,
      parentPath: [siteOf(this.owner).pathname.slice(1), ...names].join("/"),
    });
  }

  /** Throws nameAlreadyExists (409) or invalidRequest (400). */
  createFolder(
    parentId: string,
    name: string,
    conflict: ConflictBehavior,
    now: string,
  ): StoredItem {
    this.requireName(parentId, name, "folder");
    const free = this.#freeName(parentId, name, conflict === "replace" ? "fail" : conflict);
    return this.#add(itemIdOf(this.#guid()), free, parentId, undefined, now);
  }

  /**
   * Writes a file by name. Throws nameAlreadyExists (409) when `conflict` is `fail` and the name is
   * taken, invalidRequest (400) for a name OneDrive does not take.
   */
  writeFile(
    parentId: string,
    name: string,
    bytes: Uint8Array,
    conflict: ConflictBehavior,
    now: string,
  ): { item: StoredItem; created: boolean } {
    const known = this.child(parentId, name);
    if (known !== undefined && known.bytes !== undefined && conflict === "replace")
      return { item: this.replaceContent(known, bytes, now), created: false };
    this.requireName(parentId, name, "file");
    const free = this.#freeName(parentId, name, conflict === "replace" ? "fail" : conflict);
    return { item: this.#add(itemIdOf(this.#guid()), free, parentId, bytes, now), created: true };
  }

  replaceContent(item: StoredItem, bytes: Uint8Array, now: string): StoredItem {
    const { description, fileSystemInfo } = item.details;
    return this.log.put(item.id, {
      ...item,
      bytes,
      lastModifiedDateTime: now,
      // What its new content has not said of its times is now.
      details: {
        description,
        fileSystemInfo: { createdDateTime: fileSystemInfo?.createdDateTime },
      },
      revision: item.revision + 1,
      contentRevision: item.contentRevision + 1,
    });
  }

  /**
   * Gives an item another name or another folder. Throws nameAlreadyExists (409), or invalidRequest
   * (400) for a name that it cannot have and for a folder inside it.
   */
  relocate(
    item: StoredItem,
    place: { parentId: string; name: string; conflict: ConflictBehavior },
    now: string,
  ): StoredItem {
    const { parentId, name, conflict } = place;
    this.requireNotInside(item, parentId);
    this.requireName(parentId, name, item.bytes === undefined ? "folder" : "file");
    const taken = this.child(parentId, name);
    // What the item lies in cannot make room for it.
    const gives = taken !== undefined && taken.id !== item.id && !this.#isIn(item, taken);
    if (gives && conflict === "replace") this.delete(taken);
    const free =
      this.child(parentId, name)?.id === item.id
        ? name
        : this.#freeName(parentId, name, conflict === "rename" ? "rename" : "fail");
    return this.log.put(item.id, {
      ...item,
      parentId,
      name: free,
      mimeType: mimeTypeOf(free),
      lastModifiedDateTime: now,
      revision: item.revision + 1,
    });
  }

  /** Keeps what a client says of an item; what it leaves out stays. */
  describe(item: StoredItem, { description, fileSystemInfo }: ItemDetails): StoredItem {
    if (description === undefined && fileSystemInfo === undefined) return item;
    const old = item.details;
    return this.log.put(item.id, {
      ...item,
      details: {
        description: description === undefined ? old.description : description,
        fileSystemInfo: { ...old.fileSystemInfo, ...defined(fileSystemInfo ?? {}) },
      },
    });
  }

  /** Throws invalidRequest (400) for a folder that is, or is in, the item itself. */
  requireNotInside(item: StoredItem, folderId: string): void {
    const folder = this.item(folderId);
    if (folder !== undefined && this.#isIn(folder, item))
      throw new GraphError(400, "invalidRequest", "An item cannot be moved or copied into itself.");
  }

  /** Whether an item is another one or lies below it. */
  #isIn(item: StoredItem, other: StoredItem): boolean {
    if (item.id === other.id) return true;
    const parent = item.parentId === undefined ? undefined : this.item(item.parentId);
    return parent !== undefined && this.#isIn(parent, other);
  }

  /** Deletes an item and everything below it. */
  delete(item: StoredItem): void {
    for (const child of this.children(item.id)) this.delete(child);
    this.log.delete(item.id);
  }

  #freeName(parentId: string, name: string, conflict: "fail" | "rename"): string {
    if (this.child(parentId, name) === undefined) return name;
    if (conflict === "fail")
      throw new GraphError(
        409,
        "nameAlreadyExists",
        "An item with the same name already exists under the parent",
      );
    const [, stem = name, extension = ""] = /^(.*?)(\.[^.]*)?$/.exec(name) ?? [];
    let number = 1;
    while (this.child(parentId, `${stem} ${number}${extension}`) !== undefined) number += 1;
    return `${stem} ${number}${extension}`;
  }

  #add(
    id: string,
    name: string,
    parentId: string | undefined,
    bytes: Uint8Array | undefined,
    now: string,
  ): StoredItem {
    return this.log.put(id, {
      id,
      name,
      parentId,
      bytes,
      mimeType: mimeTypeOf(name),
      createdDateTime: now,
      lastModifiedDateTime: now,
      details: {},
      revision: 1,
      contentRevision: 1,
    });
  }
}
