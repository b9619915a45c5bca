import type { Meaning } from "./meaning.ts";

const signIn = { action: "sign_in", latch: "connection" } as const;
/** Another account, or the same one in another tenant, would do; this one may do elsewhere. */
const signInOtherwise = { action: "sign_in", latch: "resource" } as const;
const stepUp = { action: "step_up", latch: "resource" } as const;
const consent = { action: "consent", latch: "resource" } as const;

/** Refusals that the user can end, by signing in or consenting. */
export const userErrors = {
  signIn: { ...signIn, message: "Microsoft no longer accepts this sign-in: sign in again." },
  /** Says no more than OAuth's `error` word: yields to any more telling reason beside it. */
  signInGeneric: {
    ...signIn,
    message: "Microsoft did not accept the stored sign-in: sign in again.",
  },
  signInFailed: {
    ...signIn,
    message: "The sign-in did not succeed at Microsoft: sign in again.",
  },
  passwordExpired: {
    ...signIn,
    message: "The account's password has expired: sign in again and change it.",
  },
  passwordAtRisk: {
    ...signIn,
    message: "The account's password has to be changed: sign in again and change it.",
  },
  accountLocked: {
    ...signIn,
    message:
      "Microsoft has locked the account for a while, or blocked the address it signed in from: wait, then sign in again.",
  },
  revoked: {
    ...signIn,
    message:
      "The sign-in was revoked, or the account's password was changed or reset: sign in again.",
  },
  expired: {
    ...signIn,
    message: "The sign-in expired because it was not used for too long: sign in again.",
  },
  lifetimeOver: {
    ...signIn,
    message: "The sign-in has reached the end of its lifetime: sign in again.",
  },
  signInFrequency: {
    ...signIn,
    message: "The organization asks for a fresh sign-in from time to time: sign in again.",
  },
  flowRefused: {
    ...signIn,
    message: "The organization no longer accepts the way this sign-in was made: sign in again.",
  },
  restart: {
    ...signIn,
    message: "This sign-in can no longer be completed: start a new one.",
  },
  cancelled: {
    ...signIn,
    message: "The sign-in was cancelled: start it again to connect the account.",
  },
  assertion: {
    ...signIn,
    message: "The proof of the user's sign-in is no longer valid: sign in again.",
  },
  otherAccount: {
    ...signInOtherwise,
    message:
      "This account is not a member of the tenant: sign in with another account, or ask the tenant's administrator for an invitation.",
  },
  accountKind: {
    ...signInOtherwise,
    message:
      "Accounts of this kind cannot be used here: sign in with a work or school account of the organization.",
  },
  tenantNeeded: {
    ...signInOtherwise,
    message:
      "A personal account that is a guest of an organization has to choose it: sign in with the tenant of the organization named.",
  },
  stepUp: {
    ...stepUp,
    message:
      "The organization asks for more proof, such as multi-factor authentication: sign in again and complete it.",
  },
  interaction: {
    ...stepUp,
    message:
      "Microsoft wants to ask the user something: sign in again and complete what it asks for.",
  },
  consent: {
    ...consent,
    message: "A permission this app needs was not granted, or was withdrawn: consent to it.",
  },
  declined: {
    ...consent,
    message: "The requested permissions were declined: start again and accept them to connect.",
  },
} as const satisfies Record<string, Meaning>;
