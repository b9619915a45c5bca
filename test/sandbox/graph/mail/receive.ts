import type { Mailbox } from "./mailbox.ts";
import type { StoredMessage } from "./message.ts";
import { movedKey, stableKey } from "./outlook-id.ts";
import { fits } from "./rule.ts";

/**
 * Puts a message that arrives into the inbox, or where the rules of the inbox send it; nothing shows
 * it on the way there.
 *
 * @returns the message where it is now; undefined for one that a rule deleted for good
 */
export function receive(
  mailbox: Mailbox,
  message: StoredMessage,
  guid: () => string,
): StoredMessage | undefined {
  const arrived: StoredMessage = { ...message, folder: "inbox" };
  const copies: string[] = [];
  const rules = [...mailbox.rules.values()]
    .filter(({ isEnabled }) => isEnabled)
    .sort((left, right) => left.sequence - right.sequence);
  for (const { conditions, exceptions, actions } of rules) {
    if (conditions !== null && !fits(conditions, message)) continue;
    if (exceptions !== null && fits(exceptions, message)) continue;
    if (actions.permanentDelete === true) return undefined;
    const { moveToFolder, copyToFolder, assignCategories } = actions;
    arrived.isRead = actions.markAsRead ?? arrived.isRead;
    arrived.importance = actions.markImportance ?? arrived.importance;
    arrived.categories = [...new Set([...arrived.categories, ...(assignCategories ?? [])])];
    const target = actions.delete === true ? "deleteditems" : moveToFolder;
    if (target !== null && target !== undefined) {
      arrived.folder = mailbox.folder(target).key;
      arrived.key = movedKey(arrived.key, guid());
    }
    if (copyToFolder !== null && copyToFolder !== undefined)
      copies.push(mailbox.folder(copyToFolder).key);
    if (actions.stopProcessingRules === true) break;
  }
  for (const folder of copies)
    mailbox.put({ ...arrived, key: stableKey("copied", guid()), folder });
  return mailbox.put(arrived);
}
