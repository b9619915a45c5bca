import type { Caller, SandboxUser, World } from "../world.ts";
import { Calendar } from "./calendar/calendar.ts";
import { ContactBook } from "./contacts/contact-book.ts";
import { Directory } from "./directory/directory.ts";
import { Copies } from "./drive/copies.ts";
import { Drive } from "./drive/drive.ts";
import { UploadSessions } from "./drive/upload-sessions.ts";
import { GraphError } from "./graph-error.ts";
import { Mailbox } from "./mail/mailbox.ts";
import { MailboxGate } from "./mail/mailbox-gate.ts";
import { nameOf, ownerFor } from "./owner.ts";
import type { Owner } from "./owner.ts";
import { Notifier } from "./subscriptions/notifier.ts";
import {
  watchCalendar,
  watchContacts,
  watchDirectory,
  watchDrive,
  watchMailbox,
} from "./subscriptions/resource-change.ts";
import type { Report } from "./subscriptions/resource-change.ts";
import { TaskLists } from "./todo/task-list.ts";
import { SubscriptionStore } from "./subscriptions/subscription-store.ts";

/** Things made on first use, one per key. */
class Shelf<T> {
  readonly #things = new Map<string, T>();

  get(key: string, make: () => T): T {
    const known = this.#things.get(key);
    if (known !== undefined) return known;
    const fresh = make();
    this.#things.set(key, fresh);
    return fresh;
  }

  all(): T[] {
    return [...this.#things.values()];
  }

  clear(): void {
    this.#things.clear();
  }
}

/** Everything Graph remembers; made on first use, gone at a reset. */
export class GraphState {
  readonly world: World;
  readonly gate = new MailboxGate();
  readonly #directories = new Shelf<Directory>();
  readonly #mailboxes = new Shelf<Mailbox>();
  readonly #calendars = new Shelf<Calendar>();
  readonly #contacts = new Shelf<ContactBook>();
  readonly #tasks = new Shelf<TaskLists>();
  readonly #drives = new Shelf<Drive>();
  readonly uploads = new UploadSessions();
  readonly copies: Copies;
  /** People who were added to a directory and cannot sign in, by object id. */
  readonly added = new Map<string, SandboxUser>();
  readonly subscriptions: SubscriptionStore;
  readonly notifier: Notifier;
  readonly #report: Report = (change) => this.notifier.changed(change);
  #epoch: string;

  constructor(world: World) {
    this.world = world;
    this.#epoch = world.guid();
    this.copies = new Copies(() => world.guid());
    this.subscriptions = new SubscriptionStore(world);
    this.notifier = new Notifier(world, this.subscriptions);
    world.onReset(() => {
      this.#epoch = world.guid();
      this.#directories.clear();
      this.#mailboxes.clear();
      this.#calendars.clear();
      this.#contacts.clear();
      this.#tasks.clear();
      this.#drives.clear();
      this.uploads.clear();
      this.copies.clear();
      this.added.clear();
      this.gate.restart();
      this.subscriptions.clear();
      this.notifier.clear();
    });
  }

  /** Changes at every reset, so that tokens issued before it are known to be old. */
  get epoch(): string {
    return this.#epoch;
  }

  directory(tenantId: string): Directory {
    return this.#directories.get(tenantId, () => {
      const directory = new Directory(tenantId, this.world.users);
      watchDirectory(directory, (id) => ownerFor(this, tenantId, id), this.#report);
      return directory;
    });
  }

  mailbox(owner: Owner): Mailbox {
    return this.#mailboxes.get(nameOf(owner), () => {
      const mailbox = new Mailbox(owner, this.world.now());
      watchMailbox(mailbox, owner, this.#report);
      return mailbox;
    });
  }

  calendar(owner: Owner): Calendar {
    return this.#calendars.get(nameOf(owner), () => {
      const calendar = new Calendar(owner);
      watchCalendar(calendar, owner, this.#report);
      return calendar;
    });
  }

  contacts(owner: Owner): ContactBook {
    return this.#contacts.get(nameOf(owner), () => {
      const contacts = new ContactBook(owner);
      watchContacts(contacts, owner, this.#report);
      return contacts;
    });
  }

  tasks(owner: Owner): TaskLists {
    return this.#tasks.get(nameOf(owner), () => new TaskLists(owner, this.world.now()));
  }

  /** Throws ResourceNotFound (404) for a guest, whose files are elsewhere. */
  drive(owner: Owner): Drive {
    if (owner.guest) throw new GraphError(404, "ResourceNotFound", "User's mysite not found.");
    return this.#drives.get(nameOf(owner), () => {
      const drive = new Drive(owner, () => this.world.guid());
      watchDrive(drive, this.#report);
      return drive;
    });
  }

  /** A drive that somebody has used since the last reset. */
  driveById(id: string): Drive | undefined {
    return this.#drives.all().find((drive) => drive.id === id);
  }

  /** The caller's id in the directory, which is not the token's oid for a personal account. */
  graphIdOf(caller: Caller): string {
    return caller.objectId.startsWith("00000000-0000-0000-")
      ? caller.objectId.slice(19).replaceAll("-", "")
      : caller.objectId;
  }
}

const states = new WeakMap<World, GraphState>();

/** The state that Graph and its storage hosts share in one world. */
export function stateOf(world: World): GraphState {
  const known = states.get(world);
  if (known !== undefined) return known;
  const fresh = new GraphState(world);
  states.set(world, fresh);
  return fresh;
}
