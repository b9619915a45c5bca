import type { Meaning } from "./meaning.ts";

const adminConsent = { action: "admin_consent", latch: "resource" } as const;
/** Nothing works for this account, or in this tenant. */
const everything = { action: "contact_admin", latch: "connection" } as const;
const oneResource = { action: "contact_admin", latch: "resource" } as const;

/** Refusals that only an administrator of the tenant can end. */
export const adminErrors = {
  adminConsent: {
    ...adminConsent,
    message: "An administrator of the organization must approve this app.",
  },
  appNotInTenant: {
    ...adminConsent,
    message:
      "This app is not present in the tenant: an administrator there must approve it; if it should be, check the app's client id and tenant.",
  },
  accountDisabled: {
    ...everything,
    message: "The account is disabled: ask the organization's administrator to enable it.",
  },
  guestDisabled: {
    ...everything,
    message:
      "The guest account is disabled in this tenant: ask the administrator of that organization to enable it.",
  },
  accountDeleted: {
    ...everything,
    message:
      "The account was deleted from the organization's directory: ask its administrator to restore it.",
  },
  notAssigned: {
    ...everything,
    message:
      "The account is not assigned to this app: ask the organization's administrator for access.",
  },
  appDisabled: {
    ...everything,
    message:
      "This app is disabled in the tenant: ask the organization's administrator to allow it.",
  },
  tenantBlocked: {
    ...everything,
    message:
      "Microsoft has blocked the tenant, or it no longer exists: ask the organization's administrator.",
  },
  tenantInactive: {
    ...everything,
    message:
      "Microsoft has blocked the tenant because it was not used for long: ask the organization's administrator to have it reactivated.",
  },
  resourceAbsent: {
    ...oneResource,
    message:
      "This service is not available in the tenant: ask the organization's administrator to enable it.",
  },
  tenantBoundary: {
    ...oneResource,
    message:
      "A policy between the organizations keeps this account out of the tenant: ask the administrators of both.",
  },
  device: {
    ...oneResource,
    message:
      "The organization allows this only from a managed or compliant device: use one, or ask the administrator.",
  },
  approvedApp: {
    ...oneResource,
    message:
      "The organization allows this only from apps that it has approved or protects: ask the administrator.",
  },
  boundToken: {
    ...oneResource,
    message:
      "The organization accepts only tokens that are bound to a device, which this service cannot hold: ask the administrator for an exception.",
  },
  securityInfo: {
    ...oneResource,
    message:
      "The account has to register its security information first, and is kept from it by a risk or a policy: ask the administrator.",
  },
  atRisk: {
    ...oneResource,
    message:
      "Microsoft blocks the account because of a risk in its home organization: ask the administrator there.",
  },
  blocked: {
    ...oneResource,
    message:
      "A Conditional Access policy of the organization blocks this access: ask the administrator.",
  },
  explainedAtSignIn: {
    ...oneResource,
    message:
      "The organization blocks this access; Microsoft explains why when the user signs in: ask the administrator.",
  },
  identityProvider: {
    ...oneResource,
    message:
      "The organization's own sign-in service reported an error to Microsoft: ask the administrator.",
  },
  signInSettings: {
    ...oneResource,
    message:
      "The organization's sign-in settings do not work together with this request: ask the administrator.",
  },
} as const satisfies Record<string, Meaning>;
