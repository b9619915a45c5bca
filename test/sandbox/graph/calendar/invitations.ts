import { addressOf, composed } from "../mail/compose.ts";
import { ownersAt, send } from "../mail/delivery.ts";
import { stableKey } from "../mail/outlook-id.ts";
import type { Owner } from "../owner.ts";
import type { GraphState } from "../state.ts";
import { NEVER } from "./event.ts";
import type { Occurrence, StoredEvent } from "./event.ts";
import { takeOut } from "./event-change.ts";
import { DEFAULT_CALENDAR } from "./stored-calendar.ts";

const addressesOf = ({ attendees }: StoredEvent): Set<string> =>
  new Set(attendees.map(({ emailAddress }) => emailAddress.address.toLowerCase()));

/** The people of the sandbox who are asked to an event, without the one who asks. */
const guestsOf = (state: GraphState, organizer: Owner, addresses: Set<string>): Owner[] =>
  ownersAt(state, addresses).filter(({ objectId }) => objectId !== organizer.objectId);

/** Mail about a meeting, from one person to some addresses; it is not kept among the sent. */
export function tellOf(
  state: GraphState,
  from: Owner,
  addresses: Iterable<string>,
  { subject, comment = "" }: { subject: string; comment?: string | undefined },
): void {
  const own = addressOf(from).emailAddress.address.toLowerCase();
  const toRecipients = [...addresses]
    .filter((address) => address.toLowerCase() !== own)
    .map((address) => ({ emailAddress: { address } }));
  if (toRecipients.length === 0) return;
  const body = { contentType: "text" as const, content: comment };
  send(state, from, composed(state, from, { subject, body, toRecipients }), false);
}

/** Puts an event, as it is now, into the calendar of somebody who is asked to it. */
function place(state: GraphState, guest: Owner, event: StoredEvent): void {
  const calendar = state.calendar(guest);
  const known = calendar.copyOf(event.uid);
  calendar.put({
    ...event,
    key: known?.key ?? stableKey("invited", event.uid, guest.user.upn),
    calendar: known?.calendar ?? DEFAULT_CALENDAR,
    showAs: known?.showAs ?? "tentative",
    transactionId: null,
    isOrganizer: false,
    response: known?.response ?? { response: "notResponded", time: NEVER },
  });
}

/** Marks an event as cancelled in the calendars of those who were asked to it, and tells them. */
export function withdraw(
  state: GraphState,
  organizer: Owner,
  event: StoredEvent,
  addresses = addressesOf(event),
  comment?: string,
): void {
  for (const guest of guestsOf(state, organizer, addresses)) {
    const calendar = state.calendar(guest);
    const copy = calendar.copyOf(event.uid);
    if (copy === undefined) continue;
    calendar.put({
      ...copy,
      subject: `Canceled: ${copy.subject}`,
      isCancelled: true,
      showAs: "free",
      revision: copy.revision + 1,
    });
  }
  tellOf(state, organizer, addresses, { subject: `Canceled: ${event.subject}`, comment });
}

/**
 * Brings an organizer's event to everybody who is asked to it, and tells them; who is asked no more is
 * told that it is cancelled.
 *
 * @param before the event as it was; undefined for a new one
 */
export function invite(
  state: GraphState,
  organizer: Owner,
  event: StoredEvent,
  before?: StoredEvent,
): void {
  if (!event.isOrganizer) return;
  const addresses = addressesOf(event);
  for (const guest of guestsOf(state, organizer, addresses)) place(state, guest, event);
  tellOf(state, organizer, addresses, { subject: event.subject });
  const dropped = [...(before === undefined ? [] : addressesOf(before))].filter(
    (address) => !addresses.has(address),
  );
  if (dropped.length > 0) withdraw(state, organizer, event, new Set(dropped));
}

/** Takes an event out of the owner's calendar; the organizer's, out of everybody's plans. */
export function removeEvent(
  state: GraphState,
  owner: Owner,
  occurrence: Occurrence,
  comment?: string,
): void {
  const left = takeOut(state.calendar(owner), occurrence, state.world.now());
  if (!occurrence.event.isOrganizer) return;
  if (left === undefined) withdraw(state, owner, occurrence.event, undefined, comment);
  else invite(state, owner, left);
}
