import * as z from "zod";
import { userByName } from "../../people.ts";
import type { World } from "../../world.ts";
import { ownerFor } from "../owner.ts";
import { stableToken } from "../seed.ts";
import { stateOf } from "../state.ts";
import { recipient, toSecond } from "./mail-seed.ts";
import { ONLY_SELECTED, viewMessage } from "./message-view.ts";
import { wellKnownFolders } from "./folder.ts";
import { plainMessage } from "./message.ts";
import type { StoredMessage } from "./message.ts";
import { stableKey } from "./outlook-id.ts";
import { receive } from "./receive.ts";
import { readPreferences } from "./preferences.ts";

const oneOf = (folders: readonly string[]) => `expected one of ${folders.join(", ")}`;

/** What `POST /_sandbox/messages` takes. */
export const arrivalInput = z.strictObject({
  /** Sign-in name of the mailbox's owner. */
  user: z.string().transform((name, context) => {
    const user = userByName(name);
    if (user !== undefined) return user;
    context.addIssue("no such user in the sandbox");
    return z.NEVER;
  }),
  subject: z.string().max(255).default("A new message"),
  /** The sender's address. */
  from: z
    .string()
    .regex(/^[^\s@<>]+@[^\s@<>]+$/, "expected an e-mail address")
    .default("charles@analytical.example"),
  /** A well-known name. */
  folder: z
    .preprocess(
      (name) => (typeof name === "string" ? name.toLowerCase() : name),
      z.enum(wellKnownFolders, { error: oneOf(wellKnownFolders) }),
    )
    .default("inbox"),
  /** RFC 3339; now by the sandbox's clock when absent. */
  received: z.iso.datetime({ offset: true }).optional(),
});

export type Arrival = z.infer<typeof arrivalInput>;

/** Puts a message into a mailbox, as if it had arrived; returns it as Graph shows it. */
export function arrive(
  world: World,
  { user, subject, from, folder, received }: Arrival,
): Record<string, unknown> {
  const state = stateOf(world);
  const owner = ownerFor(
    state,
    user.homeTenantId,
    user.objectIds.get(user.homeTenantId) ?? user.upn,
  );
  const mailbox = state.mailbox(owner);
  const key = stableKey("arrival", world.guid());
  const time = toSecond(received === undefined ? world.now() : Date.parse(received));
  const text = subject.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const message: StoredMessage = {
    ...plainMessage(),
    key,
    folder,
    createdDateTime: time,
    lastModifiedDateTime: time,
    receivedDateTime: time,
    sentDateTime: time,
    subject,
    body: { contentType: "html", content: `<html><head></head><body><p>${text}</p></body></html>` },
    isRead: false,
    isDraft: folder === "drafts",
    internetMessageId: `<${stableToken(24, key)}@mail.contoso.example>`,
    conversation: key,
    from: recipient(from, from),
    toRecipients: [recipient(user.name, user.mail ?? user.upn)],
  };
  // Only what comes into the inbox meets its rules.
  const placed =
    folder === "inbox"
      ? (receive(mailbox, message, () => world.guid()) ?? message)
      : mailbox.put(message);
  const view = viewMessage(mailbox.name, placed, readPreferences(undefined));
  return Object.fromEntries(Object.entries(view).filter(([name]) => !ONLY_SELECTED.includes(name)));
}
