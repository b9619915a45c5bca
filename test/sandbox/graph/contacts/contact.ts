import type { EmailAddress } from "../mail/message.ts";
import { changeKeyOf } from "../mail/message-view.ts";
import { folderId, itemId } from "../mail/outlook-id.ts";
import type { OutlookPreferences } from "../mail/preferences.ts";
import { emailAddress, physicalAddress } from "../odata/complex-types.ts";
import type { EntitySchema } from "../odata/schema.ts";

/** Where somebody lives or works; Exchange writes one without a field when it knows none. */
export interface PhysicalAddress {
  street?: string;
  city?: string;
  state?: string;
  countryOrRegion?: string;
  postalCode?: string;
}

/** A contact as the mailbox keeps it. Times are ISO 8601 to the second, UTC. */
export interface StoredContact {
  key: string;
  /** Key of its folder. */
  folder: string;
  revision: number;
  createdDateTime: string;
  lastModifiedDateTime: string;
  givenName: string | null;
  surname: string | null;
  /** Null: made of the names, as are `fileAs` and `initials`. */
  displayName: string | null;
  fileAs: string | null;
  initials: string | null;
  middleName: string | null;
  nickName: string | null;
  title: string | null;
  jobTitle: string | null;
  companyName: string | null;
  department: string | null;
  officeLocation: string | null;
  profession: string | null;
  mobilePhone: string | null;
  assistantName: string | null;
  businessHomePage: string | null;
  generation: string | null;
  manager: string | null;
  spouseName: string | null;
  yomiCompanyName: string | null;
  yomiGivenName: string | null;
  yomiSurname: string | null;
  children: string[] | null;
  homePhones: string[] | null;
  businessPhones: string[] | null;
  imAddresses: string[] | null;
  emailAddresses: EmailAddress[];
  categories: string[] | null;
  birthday: string | null;
  personalNotes: string | null;
  homeAddress: PhysicalAddress;
  businessAddress: PhysicalAddress;
  otherAddress: PhysicalAddress;
}

/** A contact of which nothing is known yet. */
export const blankContact = (key: string, folder: string, now: string): StoredContact => ({
  key,
  folder,
  revision: 1,
  createdDateTime: now,
  lastModifiedDateTime: now,
  givenName: null,
  surname: null,
  displayName: null,
  fileAs: null,
  initials: null,
  middleName: null,
  nickName: null,
  title: null,
  jobTitle: null,
  companyName: null,
  department: null,
  officeLocation: null,
  profession: null,
  mobilePhone: null,
  assistantName: null,
  businessHomePage: null,
  generation: null,
  manager: null,
  spouseName: null,
  yomiCompanyName: null,
  yomiGivenName: null,
  yomiSurname: null,
  children: null,
  homePhones: null,
  businessPhones: null,
  imAddresses: null,
  emailAddresses: [],
  categories: null,
  birthday: null,
  personalNotes: null,
  homeAddress: {},
  businessAddress: {},
  otherAddress: {},
});

/** A contact as Graph writes it; `project` reads it by name, so it is a type. */
export type ContactView = {
  "@odata.etag": string;
  id: string;
  createdDateTime: string;
  lastModifiedDateTime: string;
  changeKey: string;
  categories: string[];
  parentFolderId: string;
  birthday: string | null;
  fileAs: string;
  displayName: string;
  givenName: string | null;
  initials: string;
  middleName: string | null;
  nickName: string | null;
  surname: string | null;
  title: string | null;
  jobTitle: string | null;
  companyName: string | null;
  department: string | null;
  officeLocation: string | null;
  profession: string | null;
  mobilePhone: string | null;
  assistantName: string | null;
  businessHomePage: string | null;
  generation: string | null;
  manager: string | null;
  spouseName: string | null;
  yomiCompanyName: string | null;
  yomiGivenName: string | null;
  yomiSurname: string | null;
  children: string[];
  homePhones: string[];
  businessPhones: string[];
  imAddresses: string[];
  emailAddresses: EmailAddress[];
  personalNotes: string;
  homeAddress: PhysicalAddress;
  businessAddress: PhysicalAddress;
  otherAddress: PhysicalAddress;
};

export const contactSchema: EntitySchema = {
  name: "microsoft.graph.contact",
  properties: {
    id: "string",
    createdDateTime: "dateTime",
    lastModifiedDateTime: "dateTime",
    changeKey: "string",
    categories: "collection",
    parentFolderId: "string",
    birthday: "dateTime",
    fileAs: "string",
    displayName: "string",
    givenName: "string",
    initials: "string",
    middleName: "string",
    nickName: "string",
    surname: "string",
    title: "string",
    jobTitle: "string",
    companyName: "string",
    department: "string",
    officeLocation: "string",
    profession: "string",
    mobilePhone: "string",
    assistantName: "string",
    businessHomePage: "string",
    generation: "string",
    manager: "string",
    spouseName: "string",
    yomiCompanyName: "string",
    yomiGivenName: "string",
    yomiSurname: "string",
    children: "collection",
    homePhones: "collection",
    businessPhones: "collection",
    imAddresses: "collection",
    ...emailAddress("emailAddresses", "collection"),
    personalNotes: "string",
    ...physicalAddress("homeAddress"),
    ...physicalAddress("businessAddress"),
    ...physicalAddress("otherAddress"),
  },
  navigations: {
    extensions: false,
    multiValueExtendedProperties: false,
    photo: false,
    singleValueExtendedProperties: false,
  },
};

const words = (separator: string, ...parts: readonly (string | null)[]) =>
  parts.filter((part) => part !== null && part !== "").join(separator);

const initialsOf = (...names: readonly (string | null)[]) =>
  names.map((name) => (name === null || name === "" ? "" : `${name.charAt(0)}.`)).join("");

/** @param mailbox what ids of this mailbox are made of */
export function viewContact(
  mailbox: string,
  contact: StoredContact,
  { immutableIds }: Pick<OutlookPreferences, "immutableIds">,
): ContactView {
  const { key, folder, revision, ...shown } = contact;
  const { givenName, middleName, surname } = contact;
  const changeKey = changeKeyOf(key, revision);
  return {
    "@odata.etag": `W/"${changeKey}"`,
    id: itemId(mailbox, key, immutableIds),
    changeKey,
    parentFolderId: folderId(mailbox, folder),
    ...shown,
    fileAs: contact.fileAs ?? words(", ", surname, givenName),
    displayName: contact.displayName ?? words(" ", givenName, middleName, surname),
    initials: contact.initials ?? initialsOf(givenName, surname),
    categories: contact.categories ?? [],
    children: contact.children ?? [],
    homePhones: contact.homePhones ?? [],
    businessPhones: contact.businessPhones ?? [],
    imAddresses: contact.imAddresses ?? [],
    personalNotes: contact.personalNotes ?? "",
  };
}
