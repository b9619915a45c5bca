import type { EdmType } from "../odata/schema.ts";

/** Properties of Microsoft's users that nobody has filled in for the sandbox's, by their type. */
const names = {
  string: [
    "ageGroup",
    "city",
    "consentProvidedForMinor",
    "country",
    "creationType",
    "employeeId",
    "employeeType",
    "externalUserState",
    "faxNumber",
    "legalAgeGroupClassification",
    "onPremisesDistinguishedName",
    "onPremisesDomainName",
    "onPremisesImmutableId",
    "onPremisesSamAccountName",
    "onPremisesSecurityIdentifier",
    "onPremisesUserPrincipalName",
    "passwordPolicies",
    "postalCode",
    "preferredDataLocation",
    "state",
    "streetAddress",
  ],
  boolean: [
    "isManagementRestricted",
    "isResourceAccount",
    "onPremisesSyncEnabled",
    "showInAddressList",
  ],
  dateTime: [
    "deletedDateTime",
    "employeeHireDate",
    "employeeLeaveDateTime",
    "externalUserStateChangeDateTime",
    "lastPasswordChangeDateTime",
    "onPremisesLastSyncDateTime",
    "signInSessionsValidFromDateTime",
  ],
  collection: [
    "assignedLicenses",
    "assignedPlans",
    "identities",
    "imAddresses",
    "otherMails",
    "provisionedPlans",
    "proxyAddresses",
  ],
} as const;

const of = <Value>(list: readonly string[], value: Value): Record<string, Value> =>
  Object.fromEntries(list.map((name) => [name, value]));

/** For the schema of users. */
export const blankTypes: Readonly<Record<string, EdmType>> = {
  ...of(names.string, "string"),
  ...of(names.boolean, "boolean"),
  ...of(names.dateTime, "dateTime"),
  ...of(names.collection, "collection"),
  "identities/issuer": "string",
  "identities/issuerAssignedId": "string",
  "identities/signInType": "string",
};

/** What a user has of them. */
export const blanks: Readonly<Record<string, null | readonly never[]>> = {
  ...of([...names.string, ...names.boolean, ...names.dateTime], null),
  ...of(names.collection, []),
};
