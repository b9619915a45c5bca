import { err, ok } from "../../../../src/contract/result.ts";
import type { Result } from "../../../../src/contract/result.ts";
import { wordsBegin } from "../odata/search.ts";
import type { MessageView } from "./message-view.ts";

/** `subject:engine` or bare words; all terms of a search must hold. */
export interface MailSearchTerm {
  property: string | undefined;
  words: string;
}

const people = (message: MessageView, lists: readonly ("from" | "to" | "cc" | "bcc")[]) => {
  const byName = {
    from: [message.from],
    to: message.toRecipients,
    cc: message.ccRecipients,
    bcc: message.bccRecipients,
  };
  return lists
    .flatMap((list) => byName[list])
    .map(({ emailAddress }) => `${emailAddress.name} ${emailAddress.address}`)
    .join(" ");
};

/** The text that a search property looks into. */
const searchable: Partial<Record<string, (message: MessageView) => string>> = {
  subject: (message) => message.subject,
  body: (message) => message.bodyPreview,
  from: (message) => people(message, ["from"]),
  to: (message) => people(message, ["to"]),
  cc: (message) => people(message, ["cc"]),
  bcc: (message) => people(message, ["bcc"]),
  recipients: (message) => people(message, ["to", "cc", "bcc"]),
  participants: (message) => people(message, ["from", "to", "cc", "bcc"]),
  hasattachments: (message) => String(message.hasAttachments),
  importance: (message) => message.importance,
};

/** `property:` or none, then a phrase in quotes, in which nothing is an operator, or a word. */
const term = /(?:([A-Za-z]+)(?::|(?=[<>=])))?(?:"([^"]*)"?|([^\s"]+))/g;

/**
 * Parses the $search of messages: one pair of double quotes around words and `property:words`.
 * Error: OData's sentence, or what the sandbox cannot decide, which it never answers wrongly.
 */
export function parseMailSearch(text: string): Result<MailSearchTerm[], string> {
  const inner = /^"((?:[^"\\]|\\.)*)"$/s.exec(text.trim())?.[1];
  if (inner === undefined || inner.trim() === "")
    return err(
      `Syntax error: character '${text[0] ?? ""}' is not valid at position 0 in '${text}'.`,
    );
  const terms: MailSearchTerm[] = [];
  const kql = inner.replaceAll('\\"', '"');
  for (const [, property, phrase, word] of kql.matchAll(term)) {
    if (phrase === undefined && property === undefined && word === "AND") continue;
    if (/^(?:OR|NOT|NEAR)$/.test(word ?? ""))
      return err(`The sandbox knows no ${word} in a $search of messages.`);
    const name = property?.toLowerCase();
    if (name !== undefined && searchable[name] === undefined)
      return err(`The sandbox searches messages by no property '${property}'.`);
    terms.push({ property: name, words: (phrase ?? word ?? "").toLowerCase() });
  }
  return ok(terms);
}

/** Whether a message has every term; bare words may stand in sender, subject or body. */
export function isFound(terms: readonly MailSearchTerm[], message: MessageView): boolean {
  return terms.every(({ property, words }) => {
    if (property !== undefined) {
      const read = searchable[property];
      return read !== undefined && wordsBegin(read(message), words);
    }
    const everywhere = `${message.subject} ${message.bodyPreview} ${people(message, ["from"])}`;
    return wordsBegin(everywhere, words);
  });
}
