import { PERSONAL_TENANT } from "../../constants.ts";
import { tenantById } from "../../tenants.ts";
import type { SandboxUser } from "../../world.ts";
import type { Relations } from "../odata/related.ts";
import type { EntitySchema } from "../odata/schema.ts";
import { stableChoice, stableNumber } from "../seed.ts";
import { blanks, blankTypes } from "./blank-properties.ts";

/** A directory user as Graph writes it. A type, not an interface: `project` reads it by name. */
export type DirectoryUser = {
  businessPhones: string[];
  displayName: string;
  givenName: string | null;
  jobTitle: string | null;
  mail: string | null;
  mobilePhone: string | null;
  officeLocation: string | null;
  preferredLanguage: string | null;
  surname: string | null;
  userPrincipalName: string;
  id: string;
  accountEnabled: boolean;
  companyName: string | null;
  createdDateTime: string;
  department: string | null;
  mailNickname: string;
  userType: "Member" | "Guest";
  usageLocation: string | null;
  skills: string[];
};

/** Exactly these come unasked, `id` last. */
export const DEFAULT_USER_PROPERTIES: readonly string[] = [
  "businessPhones",
  "displayName",
  "givenName",
  "jobTitle",
  "mail",
  "mobilePhone",
  "officeLocation",
  "preferredLanguage",
  "surname",
  "userPrincipalName",
  "id",
];

/** Relationships of a user that are asked for by their own paths, or that the sandbox lacks. */
const elsewhere = [
  "appRoleAssignments",
  "authentication",
  "calendar",
  "calendars",
  "calendarView",
  "contacts",
  "createdObjects",
  "directReports",
  "drive",
  "drives",
  "events",
  "joinedTeams",
  "licenseDetails",
  "mailFolders",
  "manager",
  "memberOf",
  "messages",
  "onenote",
  "onlineMeetings",
  "ownedDevices",
  "ownedObjects",
  "people",
  "photo",
  "planner",
  "presence",
  "registeredDevices",
  "settings",
  "sponsors",
  "todo",
  "transitiveMemberOf",
] as const;

/** What $expand brings with a user: the sandbox's have no open extensions. */
export const userRelations: Relations<DirectoryUser> = { extensions: () => [] };

export const userSchema: EntitySchema = {
  name: "microsoft.graph.user",
  properties: {
    businessPhones: "collection",
    displayName: "string",
    givenName: "string",
    jobTitle: "string",
    mail: "string",
    mobilePhone: "string",
    officeLocation: "string",
    preferredLanguage: "string",
    surname: "string",
    userPrincipalName: "string",
    id: "string",
    accountEnabled: "boolean",
    companyName: "string",
    createdDateTime: "dateTime",
    department: "string",
    mailNickname: "string",
    userType: "string",
    usageLocation: "string",
    skills: "collection",
    ...blankTypes,
  },
  navigations: {
    extensions: true,
    ...Object.fromEntries(elsewhere.map((name) => [name, false])),
  },
};

/** A personal account's id in Graph is its 16-digit CID, the tail of the token's oid. */
function directoryId(objectId: string): string {
  return objectId.startsWith("00000000-0000-0000-")
    ? objectId.slice(19).replaceAll("-", "")
    : objectId;
}

/** The user as the directory of `tenantId` knows it; a guest goes by another name there. */
export function directoryUser(user: SandboxUser, tenantId: string, objectId: string) {
  const guest = user.homeTenantId !== tenantId;
  // Nobody's company fills in the profile of a guest or a personal account.
  const employed = !guest && tenantId !== PERSONAL_TENANT;
  const tenant = tenantById(tenantId);
  const digits = String(stableNumber(10_000, "phone", user.upn)).padStart(4, "0");
  return {
    ...blanks,
    businessPhones: employed ? [`+1 425 555 ${digits}`] : [],
    displayName: user.name,
    givenName: user.givenName,
    jobTitle: guest ? null : user.jobTitle,
    mail: user.mail,
    mobilePhone: null,
    officeLocation: employed ? stableChoice(["18/2111", "20/1101", "131/1104"], user.upn) : null,
    preferredLanguage: employed ? "en-US" : null,
    surname: user.surname,
    userPrincipalName: guest ? `${user.upn.replace("@", "_")}#EXT#@${tenant.domain}` : user.upn,
    id: directoryId(objectId),
    accountEnabled: true,
    companyName: employed ? tenant.displayName : null,
    createdDateTime: "2024-02-01T09:00:00Z",
    department: null,
    mailNickname: user.upn.split("@", 1)[0] ?? user.upn,
    userType: guest ? "Guest" : "Member",
    usageLocation: null,
    skills: [],
  } satisfies DirectoryUser as DirectoryUser;
}
