import type { RemedyAction } from "../remedy.ts";

/** How far a refusal reaches: until somebody acts, no token is asked for within it. */
export type Latch = "connection" | "resource" | "app" | "none";

/** What a refusal means: what has to happen, and how far it reaches. */
export interface Meaning {
  action: RemedyAction;
  latch: Latch;
  /** One sentence a person can act on; ours, never Microsoft's. */
  message: string;
  /** Yields to any more telling reason that came with it. */
  generic?: true;
}

/** Every reason we tell apart. The rows below map Microsoft's codes to these. */
export const meanings = {
  otherAccount: {
    action: "sign_in",
    latch: "resource",
    message:
      "This account is not a member of the tenant: sign in with another account, or ask the tenant's administrator for an invitation.",
  },
  signIn: {
    action: "sign_in",
    latch: "connection",
    message: "Microsoft no longer accepts this sign-in: sign in again.",
  },
  signInGeneric: {
    action: "sign_in",
    latch: "connection",
    message: "Microsoft did not accept the stored sign-in: sign in again.",
    generic: true,
  },
  signInFailed: {
    action: "sign_in",
    latch: "connection",
    message: "The sign-in did not succeed at Microsoft: sign in again.",
  },
  passwordExpired: {
    action: "sign_in",
    latch: "connection",
    message: "The account's password has expired: sign in again and change it.",
  },
  revoked: {
    action: "sign_in",
    latch: "connection",
    message:
      "The sign-in was revoked, or the account's password was changed or reset: sign in again.",
  },
  expired: {
    action: "sign_in",
    latch: "connection",
    message: "The sign-in expired because it was not used for too long: sign in again.",
  },
  signInFrequency: {
    action: "sign_in",
    latch: "connection",
    message: "The organization asks for a fresh sign-in from time to time: sign in again.",
  },
  restart: {
    action: "sign_in",
    latch: "connection",
    message: "This sign-in can no longer be completed: start a new one.",
  },
  cancelled: {
    action: "sign_in",
    latch: "connection",
    message: "The sign-in was cancelled: start it again to connect the account.",
  },
  stepUp: {
    action: "step_up",
    latch: "resource",
    message:
      "The organization asks for more proof, such as multi-factor authentication: sign in again and complete it.",
  },
  consent: {
    action: "consent",
    latch: "resource",
    message: "A permission this app needs was not granted, or was withdrawn: consent to it.",
  },
  declined: {
    action: "consent",
    latch: "resource",
    message: "The requested permissions were declined: start again and accept them to connect.",
  },
  adminConsent: {
    action: "admin_consent",
    latch: "resource",
    message: "An administrator of the organization must approve this app.",
  },
  appNotInTenant: {
    action: "admin_consent",
    latch: "resource",
    message:
      "This app is not present in the tenant: an administrator there must approve it; if it should be, check the app's client id and tenant.",
  },
  accountDisabled: {
    action: "contact_admin",
    latch: "connection",
    message: "The account is disabled: ask the organization's administrator to enable it.",
  },
  notAssigned: {
    action: "contact_admin",
    latch: "connection",
    message:
      "The account is not assigned to this app: ask the organization's administrator for access.",
  },
  appDisabled: {
    action: "contact_admin",
    latch: "connection",
    message:
      "This app is disabled in the tenant: ask the organization's administrator to allow it.",
  },
  resourceAbsent: {
    action: "contact_admin",
    latch: "resource",
    message:
      "This service is not available in the tenant: ask the organization's administrator to enable it.",
  },
  device: {
    action: "contact_admin",
    latch: "resource",
    message:
      "The organization allows this only from a managed or compliant device: use one, or ask the administrator.",
  },
  blocked: {
    action: "contact_admin",
    latch: "resource",
    message:
      "A Conditional Access policy of the organization blocks this access: ask the administrator.",
  },
  retry: {
    action: "retry",
    latch: "none",
    message: "Microsoft's sign-in service is temporarily unavailable: try again shortly.",
  },
  throttled: {
    action: "retry",
    latch: "none",
    message: "Microsoft's sign-in service asks for fewer requests: try again later.",
  },
  loop: {
    action: "retry",
    latch: "none",
    message: "Microsoft's sign-in service saw too many equal requests: try again in a few minutes.",
  },
  clockSkew: {
    action: "retry",
    latch: "none",
    message: "Microsoft did not accept the time of this app's credential: try again shortly.",
  },
  wrongRequest: {
    action: "fix_app",
    latch: "app",
    message: "Microsoft did not understand this app's request: its operator must correct it.",
  },
  wrongScopes: {
    action: "fix_app",
    latch: "resource",
    message:
      "The requested scopes are not valid together or for this resource: the app's operator must correct them.",
  },
  redirectUri: {
    action: "fix_app",
    latch: "app",
    message:
      "The redirect URI is not registered as this app uses it: its operator must correct the registration.",
  },
  wrongAuthority: {
    action: "fix_app",
    latch: "app",
    message:
      "The app's registration does not allow this kind of tenant: its operator must correct the tenant or the registration.",
  },
  wrongTenant: {
    action: "fix_app",
    latch: "resource",
    message: "Microsoft does not know this tenant, or it lives in another cloud: check the tenant.",
  },
  notForThisTenant: {
    action: "fix_app",
    latch: "resource",
    message:
      "Accounts of this kind cannot use this service: ask for it in a work or school tenant.",
  },
  registration: {
    action: "fix_app",
    latch: "resource",
    message:
      "The app's registration lacks permissions for this resource: its operator must add them.",
  },
  wrongSecret: {
    action: "fix_app",
    latch: "app",
    message:
      "Microsoft refused the app's client secret: its operator must set the secret's value, not its id.",
  },
  expiredSecret: {
    action: "fix_app",
    latch: "app",
    message: "The app's client secret has expired: its operator must set a new one.",
  },
  credential: {
    action: "fix_app",
    latch: "app",
    message:
      "Microsoft refused the app's own credential: its operator must correct the registration.",
  },
  federation: {
    action: "fix_app",
    latch: "app",
    message:
      "The app's federated credential does not match its registration: its operator must correct issuer, subject or audience.",
  },
  onBehalfOf: {
    action: "fix_app",
    latch: "app",
    message:
      "The app is not allowed to act on behalf of users here: its operator must correct the registration.",
  },
  assertion: {
    action: "sign_in",
    latch: "connection",
    message: "The proof of the user's sign-in is no longer valid: sign in again.",
  },
} as const satisfies Record<string, Meaning>;

export type MeaningName = keyof typeof meanings;
