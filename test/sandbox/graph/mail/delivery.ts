import { ownerFor } from "../owner.ts";
import type { Owner } from "../owner.ts";
import { badRequest } from "../query.ts";
import type { GraphState } from "../state.ts";
import { toSecond } from "./mail-seed.ts";
import type { StoredMessage } from "./message.ts";
import { stableKey } from "./outlook-id.ts";
import { receive } from "./receive.ts";

/** Everybody a message is addressed to, in lower case. */
const addressesOf = ({ toRecipients: to, ccRecipients: cc, bccRecipients: bcc }: StoredMessage) =>
  new Set([...to, ...cc, ...bcc].map(({ emailAddress }) => emailAddress.address.toLowerCase()));

/** The people of the sandbox among some addresses, as owners of their mailboxes. */
export function ownersAt(state: GraphState, addresses: ReadonlySet<string>): Owner[] {
  return state.world.users.flatMap((user) => {
    const objectId = user.objectIds.get(user.homeTenantId);
    return objectId !== undefined && addresses.has((user.mail ?? user.upn).toLowerCase())
      ? [ownerFor(state, user.homeTenantId, objectId)]
      : [];
  });
}

/** Puts a copy into the inbox of everybody addressed who lives in the sandbox. */
function deliver(state: GraphState, message: StoredMessage): void {
  for (const owner of ownersAt(state, addressesOf(message))) {
    const copy: StoredMessage = {
      ...message,
      key: stableKey("delivered", message.key, owner.user.upn),
      folder: "inbox",
      isDraft: false,
      isRead: false,
      categories: [],
      flag: { flagStatus: "notFlagged" },
      bccRecipients: [],
    };
    receive(state.mailbox(owner), copy, () => state.world.guid());
  }
}

/** Throws ErrorInvalidRecipients for a message to nobody. */
export function requireRecipients(message: StoredMessage): void {
  if (addressesOf(message).size === 0)
    throw badRequest("At least one recipient is required.", "ErrorInvalidRecipients");
}

/**
 * Delivers a message that is in no mailbox, and keeps it among the sent ones if told to.
 * Throws ErrorInvalidRecipients.
 */
export function send(state: GraphState, owner: Owner, message: StoredMessage, keep: boolean): void {
  requireRecipients(message);
  deliver(state, message);
  if (keep) state.mailbox(owner).put({ ...message, folder: "sentitems", isDraft: false });
}

/**
 * Sends a draft of the mailbox, which moves it to the sent items. Throws ErrorInvalidRecipients, or
 * ErrorInvalidRequest for what is no draft.
 */
export function sendDraft(state: GraphState, owner: Owner, draft: StoredMessage): void {
  if (!draft.isDraft)
    throw badRequest(
      "The message was sent already: only a draft can be sent.",
      "ErrorInvalidRequest",
    );
  requireRecipients(draft);
  const now = toSecond(state.world.now());
  const sent = { ...draft, isDraft: false, sentDateTime: now, receivedDateTime: now };
  deliver(state, sent);
  state.mailbox(owner).move(draft, "sentitems", state.world.guid(), {
    isDraft: false,
    sentDateTime: now,
    receivedDateTime: now,
    lastModifiedDateTime: now,
    revision: draft.revision + 1,
  });
}
