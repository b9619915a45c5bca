import type { SandboxUser } from "../../world.ts";
import { stableChoice, stableNumber, stableToken } from "../seed.ts";
import type { FolderName, Recipient, StoredMessage } from "./message.ts";
import { stableKey } from "./outlook-id.ts";

/** When the newest seeded message arrived. Fixed: the sandbox's mail is the same in every run. */
export const NEWEST = Date.UTC(2026, 10, 2, 8, 30, 0);
const HOUR_MS = 3_600_000;

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
const shares: Record<"many" | "few", readonly (readonly [FolderName, number])[]> = {
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

function seedMessage(user: SandboxUser, folder: FolderName, number: number): StoredMessage {
  const words = ["message", user.upn, folder, number] as const;
  const topic = stableChoice(topics, ...words, "topic");
  const [name, address] = stableChoice(correspondents, ...words, "correspondent");
  const owner = recipient(user.name, user.mail ?? user.upn);
  const other = recipient(name, address);
  const outgoing = folder === "sentitems" || folder === "drafts";
  // Each folder's messages lie at minutes of their own, so that no two arrive together.
  const arrived =
    NEWEST - number * 5 * HOUR_MS - stableNumber(59, "minute", folder) * 60_000 - number * 1000;
  const subject = `${topic} ${number + 1}`;
  const withFile = !outgoing && number % 7 === 3;
  return {
    key: stableKey(...words),
    folder,
    revision: 1,
    createdDateTime: toSecond(arrived),
    lastModifiedDateTime: toSecond(arrived + 60_000),
    receivedDateTime: toSecond(arrived),
    sentDateTime: toSecond(arrived - 2000),
    subject,
    body: {
      contentType: "html",
      content: `<html><head></head><body><p>Dear ${outgoing ? name : user.givenName},</p><p>about ${topic.toLowerCase()}: please see number ${number + 1} &amp; reply.</p></body></html>`,
    },
    importance: number % 11 === 5 ? "high" : "normal",
    categories: number % 9 === 2 ? ["Blue category"] : [],
    isRead: outgoing || number % 3 !== 0,
    isDraft: folder === "drafts",
    flagged: number % 13 === 4,
    internetMessageId: `<${stableToken(24, ...words)}@mail.contoso.example>`,
    conversation: `${user.upn} ${topic} ${address}`,
    from: outgoing ? owner : other,
    toRecipients: outgoing ? [other] : [owner],
    ccRecipients: [],
    bccRecipients: [],
    replyTo: [],
    attachments: withFile
      ? [
          {
            name: `figures-${number + 1}.csv`,
            contentType: "text/csv",
            contentBytes: Buffer.from(`number,value\r\n${number + 1},42\r\n`).toString("base64"),
            isInline: false,
          },
        ]
      : [],
  };
}

/** The mail of a user on the first day. */
export function seedMail(user: SandboxUser): StoredMessage[] {
  const share = user.upn === "ada@contoso.example" ? shares.many : shares.few;
  return share.flatMap(([folder, count]) =>
    Array.from({ length: count }, (_, number) => seedMessage(user, folder, number)),
  );
}
