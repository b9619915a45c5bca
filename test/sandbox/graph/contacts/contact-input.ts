import * as z from "zod";
import { defined } from "../../../../src/contract/defined.ts";
import { parseBody } from "../body-names.ts";
import { toSecond } from "../mail/mail-seed.ts";
import { bodyRefusal } from "../mail/message-input.ts";
import { badRequest } from "../query.ts";
import type { StoredContact } from "./contact.ts";

const text = z.string().nullish();
const texts = z.array(z.string()).nullish();
const address = z
  .strictObject({ street: text, city: text, state: text, countryOrRegion: text, postalCode: text })
  .nullish();

/** What a client may say of a contact; everything that is given replaces what was there. */
const contactInput = z.strictObject({
  "@odata.type": z.string().optional(),
  givenName: text,
  surname: text,
  displayName: text,
  fileAs: text,
  initials: text,
  middleName: text,
  nickName: text,
  title: text,
  jobTitle: text,
  companyName: text,
  department: text,
  officeLocation: text,
  profession: text,
  mobilePhone: text,
  assistantName: text,
  businessHomePage: text,
  generation: text,
  manager: text,
  spouseName: text,
  yomiCompanyName: text,
  yomiGivenName: text,
  yomiSurname: text,
  children: texts,
  homePhones: texts,
  businessPhones: texts,
  imAddresses: texts,
  emailAddresses: z.array(z.object({ name: text, address: z.string() })).nullish(),
  categories: texts,
  birthday: z.iso.datetime({ offset: true }).nullish(),
  personalNotes: text,
  homeAddress: address,
  businessAddress: address,
  otherAddress: address,
});

type ContactInput = z.infer<typeof contactInput>;

/** Reads the body of POST and PATCH. Throws the 400 of what a contact lacks, or cannot hold. */
export function readContact(body: Record<string, unknown>): ContactInput {
  const parsed = parseBody(contactInput, body);
  if (!parsed.success) throw bodyRefusal(parsed.error, "microsoft.graph.contact");
  if ((parsed.data.emailAddresses ?? []).length > 3)
    throw badRequest("A contact has at most three e-mail addresses.", "ErrorInvalidArgument");
  return parsed.data;
}

const known = (place: z.infer<typeof address>) =>
  Object.fromEntries(
    Object.entries(place ?? {}).flatMap(([name, value]) =>
      value === null || value === undefined ? [] : [[name, value]],
    ),
  );

/** A contact as the body says, over what was there. */
export function withContact(
  contact: StoredContact,
  input: ContactInput,
  now: number,
): StoredContact {
  const {
    "@odata.type": _,
    emailAddresses,
    homeAddress,
    businessAddress,
    otherAddress,
    ...rest
  } = input;
  return {
    ...contact,
    ...defined(rest),
    ...(emailAddresses === undefined
      ? {}
      : {
          emailAddresses: (emailAddresses ?? []).map(({ name, address: to }) => ({
            name: name ?? to,
            address: to,
          })),
        }),
    ...(homeAddress === undefined ? {} : { homeAddress: known(homeAddress) }),
    ...(businessAddress === undefined ? {} : { businessAddress: known(businessAddress) }),
    ...(otherAddress === undefined ? {} : { otherAddress: known(otherAddress) }),
    revision: contact.revision + 1,
    lastModifiedDateTime: toSecond(now),
  };
}
