import type { EmailAddress } from "../mail/message.ts";
import { changeKeyOf } from "../mail/message-view.ts";
import { folderId, itemId } from "../mail/outlook-id.ts";
import type { OutlookPreferences } from "../mail/preferences.ts";
import type { EntitySchema } from "../odata/schema.ts";

/** `contacts` is the folder that every mailbox has. */
export const contactFolders = { contacts: "Contacts", suppliers: "Suppliers" } as const;
export type ContactFolder = keyof typeof contactFolders;

/** A contact as the mailbox keeps it. Times are ISO 8601 to the second, UTC. */
export interface StoredContact {
  key: string;
  folder: ContactFolder;
  createdDateTime: string;
  givenName: string;
  surname: string;
  companyName: string;
  jobTitle: string | null;
  mobilePhone: string | null;
  categories: string[];
  emailAddresses: EmailAddress[];
}

/** Where somebody lives or works; Exchange writes one without a field when it knows none. */
interface PhysicalAddress {
  street?: string;
  city?: string;
}

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
  givenName: string;
  initials: string;
  middleName: string | null;
  nickName: string | null;
  surname: string;
  title: string | null;
  jobTitle: string | null;
  companyName: string;
  department: string | null;
  officeLocation: string | null;
  profession: string | null;
  mobilePhone: string | null;
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
    homePhones: "collection",
    businessPhones: "collection",
    imAddresses: "collection",
    emailAddresses: "collection",
    personalNotes: "string",
    homeAddress: "complex",
    businessAddress: "complex",
    otherAddress: "complex",
  },
  navigations: {
    extensions: false,
    multiValueExtendedProperties: false,
    photo: false,
    singleValueExtendedProperties: false,
  },
};

/** @param mailbox what ids of this mailbox are made of */
export function viewContact(
  mailbox: string,
  contact: StoredContact,
  { immutableIds }: OutlookPreferences,
): ContactView {
  const { givenName, surname, createdDateTime } = contact;
  const changeKey = changeKeyOf(contact.key, 1);
  return {
    "@odata.etag": `W/"${changeKey}"`,
    id: itemId(mailbox, contact.key, immutableIds),
    createdDateTime,
    lastModifiedDateTime: createdDateTime,
    changeKey,
    categories: contact.categories,
    parentFolderId: folderId(mailbox, contact.folder),
    birthday: null,
    fileAs: `${surname}, ${givenName}`,
    displayName: `${givenName} ${surname}`,
    givenName,
    initials: `${givenName.charAt(0)}.${surname.charAt(0)}.`,
    middleName: null,
    nickName: null,
    surname,
    title: null,
    jobTitle: contact.jobTitle,
    companyName: contact.companyName,
    department: null,
    officeLocation: null,
    profession: null,
    mobilePhone: contact.mobilePhone,
    homePhones: [],
    businessPhones: [],
    imAddresses: [],
    emailAddresses: contact.emailAddresses,
    personalNotes: "",
    homeAddress: {},
    businessAddress: {},
    otherAddress: {},
  };
}
