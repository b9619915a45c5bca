import type { SandboxUser } from "../../world.ts";
import { stableChoice, stableToken } from "../seed.ts";
import type { WellKnownFolder } from "./folder.ts";
import { plainMessage } from "./message.ts";
import type { Recipient, StoredMessage } from "./message.ts";
import { stableKey } from "./outlook-id.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** Between two messages of a folder; Ada's inbox goes back six weeks. */
const INTERVAL_MS = 5 * HOUR_MS;
/** Age of the newest seeded message. */
const NEWEST_AGE_MS = 2 * MINUTE_MS;
/** Each folder's messages lie at minutes of their own, so that no two arrive together. */
const FOLDER_SHIFT_MS = 7 * MINUTE_MS;

const topics = [
  "Quarterly figures",
  "Engine drawings",
  "Invoice",
  "Lunch on Thursday?",
  "Release notes",
  "Access to the archive",
  "Travel plans",
  "Security review",
  "Naïve question about naming",
  "Minutes of the meeting",
] as const;

const correspondents = [
  ["Charles Babbage", "charles@analytical.example"],
  ["Mary Somerville", "mary@royalsociety.example"],
  ["Michael Faraday", "michael@royalinstitution.example"],
  ["Luigi Menabrea", "luigi@torino.example"],
] as const satisfies readonly (readonly [string, string])[];

/** Ada has 250 messages, everybody else fewer; each folder a part. */
const shares: Record<"many" | "few", readonly (readonly [WellKnownFolder, number])[]> = {
  many: [
    ["inbox", 200],
    ["sentitems", 30],
    ["drafts", 8],
    ["archive", 7],
    ["deleteditems", 4],
    ["junkemail", 1],
  ],
  few: [
    ["inbox", 12],
    ["sentitems", 5],
    ["drafts", 1],
  ],
};

export const recipient = (name: string, address: string): Recipient => ({
  emailAddress: { name, address },
});

/** Exchange writes times to the second. */
export const toSecond = (milliseconds: number) =>
  `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;

function seedMessage(
  user: SandboxUser,
  folder: WellKnownFolder,
  number: number,
  arrived: number,
): StoredMessage {
  const words = ["message", user.upn, folder, number] as const;
  const topic = stableChoice(topics, ...words, "topic");
  const [name, address] = stableChoice(correspondents, ...words, "correspondent");
  const owner = recipient(user.name, user.mail ?? user.upn);
  const other = recipient(name, address);
  const outgoing = folder === "sentitems" || folder === "drafts";
  const subject = `${topic} ${number + 1}`;
  const withFile = !outgoing && number % 7 === 3;
  return {
    ...plainMessage(),
    key: stableKey(...words),
    folder,
    createdDateTime: toSecond(arrived),
    lastModifiedDateTime: toSecond(arrived + MINUTE_MS),
    receivedDateTime: toSecond(arrived),
    sentDateTime: toSecond(arrived - 2 * SECOND_MS),
    subject,
    body: {
      contentType: "html",
      content: `<html><head></head><body><p>Dear ${outgoing ? name : user.givenName},</p><p>about ${topic.toLowerCase()}: please see number ${number + 1} &amp; reply.</p></body></html>`,
    },
    importance: number % 11 === 5 ? "high" : "normal",
    categories: number % 9 === 2 ? ["Blue category"] : [],
    isRead: outgoing || number % 3 !== 0,
    isDraft: folder === "drafts",
    flag: { flagStatus: number % 13 === 4 ? "flagged" : "notFlagged" },
    internetMessageId: `<${stableToken(24, ...words)}@mail.contoso.example>`,
    conversation: `${user.upn} ${topic} ${address}`,
    from: outgoing ? owner : other,
    toRecipients: outgoing ? [other] : [owner],
    attachments: withFile
      ? [
          {
            key: stableKey("attachment", ...words),
            name: `figures-${number + 1}.csv`,
            contentType: "text/csv",
            contentBytes: Buffer.from(`number,value\r\n${number + 1},42\r\n`).toString("base64"),
            isInline: false,
          },
        ]
      : [],
  };
}

/**
 * The mail that a user finds: the same messages in the same order in every run, the newest of them
 * minutes old, the others up to weeks.
 *
 * @param now by the sandbox's clock (ms)
 */
export function seedMail(user: SandboxUser, now: number): StoredMessage[] {
  const share = user.upn === "ada@contoso.example" ? shares.many : shares.few;
  return share.flatMap(([folder, count], place) =>
    Array.from({ length: count }, (_, number) => {
      const age =
        NEWEST_AGE_MS + place * FOLDER_SHIFT_MS + number * INTERVAL_MS + number * SECOND_MS;
      return seedMessage(user, folder, number, now - age);
    }),
  );
}
