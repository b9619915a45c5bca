import { viewEvent } from "../calendar/event-view.ts";
import { ownTime } from "../calendar/calendar.ts";
import type { Calendar } from "../calendar/calendar.ts";
import type { ContactBook } from "../contacts/contact-book.ts";
import { viewContact } from "../contacts/contact.ts";
import type { Written } from "../delta/change-log.ts";
import type { Directory } from "../directory/directory.ts";
import type { Drive } from "../drive/drive.ts";
import { viewMessage } from "../mail/message-view.ts";
import type { Mailbox } from "../mail/mailbox.ts";
import { readPreferences } from "../mail/preferences.ts";
import { nameOf } from "../owner.ts";
import type { Owner } from "../owner.ts";
import type { WatchedKind } from "./subscription.ts";

/** Something as Graph shows it; a type, since it is read by name. */
export type Shown = { id: string; [member: string]: unknown };

/** An object's state, shown on demand: few writes are watched. */
export type Show = (immutableIds: boolean) => Shown;

/** What a write did to one of the things that can be watched. */
export interface ResourceChange {
  kind: WatchedKind;
  tenantId: string;
  /** Whose it is, as `nameOf` writes it. */
  owner: string;
  /** The owner's id in Graph. */
  graphId: string;
  folder: string | null;
  before: Show | undefined;
  after: Show | undefined;
}

export type Report = (change: ResourceChange) => void;

const outlookPreferences = (immutableIds: boolean) => ({
  ...readPreferences(undefined),
  immutableIds,
});

const ofOwner = (owner: Owner) => ({
  tenantId: owner.tenantId,
  owner: nameOf(owner),
  graphId: owner.graphId,
});

const shownBy = <T>(item: T | undefined, show: (item: T, immutableIds: boolean) => Shown) =>
  item === undefined ? undefined : (immutableIds: boolean) => show(item, immutableIds);

const both = <T>(
  { before, after }: Written<T>,
  show: (item: T, immutableIds: boolean) => Shown,
): Pick<ResourceChange, "before" | "after"> => ({
  before: shownBy(before, show),
  after: shownBy(after, show),
});

/** Reports the writes to a person's messages. */
export function watchMailbox(mailbox: Mailbox, owner: Owner, report: Report): void {
  mailbox.listen((folder, written) =>
    report({
      kind: "message",
      ...ofOwner(owner),
      folder,
      ...both(written, (message, immutable) =>
        viewMessage(mailbox.name, message, outlookPreferences(immutable)),
      ),
    }),
  );
}

/** Reports the writes to a person's events; of a series, to the series. */
export function watchCalendar(calendar: Calendar, owner: Owner, report: Report): void {
  calendar.log.listen((written) =>
    report({
      kind: "event",
      ...ofOwner(owner),
      folder: null,
      ...both(written, (event, immutable) =>
        viewEvent(calendar.name, ownTime(event), outlookPreferences(immutable)),
      ),
    }),
  );
}

/** Reports the writes to a person's contacts. */
export function watchContacts(book: ContactBook, owner: Owner, report: Report): void {
  book.listen((folder, written) =>
    report({
      kind: "contact",
      ...ofOwner(owner),
      folder,
      ...both(written, (contact, immutableIds) =>
        viewContact(book.name, contact, { immutableIds }),
      ),
    }),
  );
}

/** Reports the writes to a person's files. */
export function watchDrive(drive: Drive, report: Report): void {
  drive.log.listen((written) =>
    report({
      kind: "driveItem",
      ...ofOwner(drive.owner),
      folder: null,
      ...both(written, ({ id, name }) => ({ id, name })),
    }),
  );
}

/** Reports the writes to a tenant's users. */
export function watchDirectory(
  directory: Directory,
  ownerOf: (graphId: string) => Owner,
  report: Report,
): void {
  directory.users.listen((written) =>
    report({
      kind: "user",
      ...ofOwner(ownerOf(written.id)),
      folder: null,
      ...both(written, (user) => user),
    }),
  );
}
