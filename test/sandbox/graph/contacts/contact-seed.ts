import { stableKey } from "../mail/outlook-id.ts";
import { toSecond } from "../mail/mail-seed.ts";
import { stableNumber } from "../seed.ts";
import type { SandboxUser } from "../../world.ts";
import { blankContact } from "./contact.ts";
import type { StoredContact } from "./contact.ts";
import { DEFAULT_FOLDER } from "./contact-folder.ts";

/** The folder beside the default one that every mailbox begins with. */
export const SUPPLIERS = "suppliers";

const givenNames = ["Caroline", "Charles", "Emmy", "Joseph", "Mary", "Michael", "Sofia"] as const;
const surnames = ["Babbage", "Faraday", "Herschel", "Jacquard", "Noether", "Somerville"] as const;
const companies = ["Analytical Engines", "Royal Institution", "Silk Weavers of Lyon"] as const;

/** How many contacts each folder has. */
const shares: readonly (readonly [folder: string, count: number])[] = [
  [DEFAULT_FOLDER, 36],
  [SUPPLIERS, 3],
];

/** The oldest seeded contact; each of the others was added a day after the one before it. */
const FIRST = Date.UTC(2026, 0, 5, 9);
const DAY_MS = 86_400_000;

const nth = <T>(words: readonly [T, ...T[]], number: number): T =>
  words[number % words.length] ?? words[0];

function seedContact(user: SandboxUser, folder: string, number: number): StoredContact {
  const words = ["contact", user.upn, folder, number] as const;
  const givenName = nth(givenNames, number);
  const surname = nth(surnames, number);
  const address = `${givenName}.${surname}@example.com`.toLowerCase();
  return {
    ...blankContact(stableKey(...words), folder, toSecond(FIRST + number * DAY_MS)),
    givenName,
    surname,
    companyName: nth(companies, number),
    jobTitle: number % 4 === 1 ? "Engineer" : null,
    mobilePhone: number % 3 === 0 ? `+1 555 0${100 + stableNumber(900, ...words)}` : null,
    categories: number % 9 === 2 ? ["Blue category"] : [],
    emailAddresses: [{ name: `${givenName} ${surname}`, address }],
  };
}

/** The contacts that a user finds: the same in every run. */
export const seedContacts = (user: SandboxUser): StoredContact[] =>
  shares.flatMap(([folder, count]) =>
    Array.from({ length: count }, (_, number) => seedContact(user, folder, number)),
  );
