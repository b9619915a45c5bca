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

/** AADSTS codes by what they mean, after Microsoft's error reference and what services were seen to send. */
const codesOf: readonly [MeaningName, readonly number[]][] = [
  ["otherAccount", [16000, 16003, 50020, 50034, 51004, 90072]],
  ["wrongScopes", [28000, 28003, 70011, 700022, 700023, 1002012, 650053, 90009, 9010010]],
  ["redirectUri", [50011, 900971, 9002325, 9002326, 9002327]],
  ["resourceAbsent", [50001, 500011, 500014, 650052, 650054]],
  ["signInFailed", [50053, 50056, 50058, 50126, 50140, 50144]],
  ["passwordExpired", [50055]],
  ["accountDisabled", [50057]],
  ["stepUp", [50072, 50074, 50076, 50078, 50079, 50158, 500121]],
  ["revoked", [50085, 50132, 50133, 50173]],
  ["notAssigned", [50105]],
  ["device", [50097, 53000, 53001, 53002, 53004, 530003, 530034]],
  ["blocked", [50131, 53003, 53011, 530032, 530035]],
  ["wrongAuthority", [50194, 9001023, 90130, 9002332]],
  ["notForThisTenant", [90124]],
  ["loop", [50196]],
  ["restart", [50089, 50147, 501481, 501491, 54005, 700005, 70016, 70018, 70019, 70020]],
  ["assertion", [50013, 500133]],
  ["consent", [65001]],
  ["registration", [65002, 65005, 650056, 650057]],
  ["declined", [65004]],
  ["signInGeneric", [70000, 70002, 9002313]],
  ["expired", [70008, 700082, 700084]],
  ["signInFrequency", [70043]],
  ["appDisabled", [70001, 7000112]],
  ["appNotInTenant", [700011, 700016]],
  [
    "wrongRequest",
    [70003, 70004, 70005, 70007, 90004, 90014, 90023, 90100, 900144, 900561, 901002, 700054],
  ],
  ["wrongSecret", [7000215]],
  ["expiredSecret", [7000222]],
  ["credential", [50012, 700025, 700027, 5002730, 7000218]],
  ["clockSkew", [700024]],
  ["federation", [70021, 700211, 700212, 700213, 700229, 7002138]],
  ["wrongTenant", [50059, 50128, 90002, 90019, 90038, 900382, 900432]],
  ["retry", [40010, 50033, 50087, 90006, 90012, 90024, 90033, 90041, 90090]],
  ["throttled", [90055]],
  ["adminConsent", [90093, 90094, 90095]],
  ["onBehalfOf", [240002, 7000114]],
];

export const byCode: ReadonlyMap<number, MeaningName> = new Map(
  codesOf.flatMap(([meaning, codes]) => codes.map((code) => [code, meaning] as const)),
);

/** Microsoft's `suberror`: what an interactive sign-in could do about it. */
export const bySuberror: Readonly<Record<string, MeaningName>> = {
  basic_action: "stepUp",
  additional_action: "stepUp",
  message_only: "blocked",
  user_password_expired: "passwordExpired",
  consent_required: "consent",
  bad_token: "signIn",
  token_expired: "signIn",
  protection_policy_required: "device",
  device_authentication_failed: "device",
  client_mismatch: "signIn",
  cancel: "cancelled",
};

/** `error` of RFC 6749, RFC 8628, OpenID Connect and Entra, for answers that say nothing more. */
export const byError: Readonly<Record<string, MeaningName>> = {
  invalid_grant: "signIn",
  interaction_required: "stepUp",
  login_required: "signInFailed",
  account_selection_required: "signInFailed",
  consent_required: "consent",
  access_denied: "cancelled",
  permission_denied: "adminConsent",
  invalid_client: "credential",
  unauthorized_client: "wrongRequest",
  invalid_request: "wrongRequest",
  unsupported_grant_type: "wrongRequest",
  unsupported_response_type: "wrongRequest",
  invalid_scope: "wrongScopes",
  invalid_resource: "resourceAbsent",
  invalid_target: "resourceAbsent",
  invalid_tenant: "wrongTenant",
  invalid_instance: "wrongRequest",
  server_error: "retry",
  temporarily_unavailable: "retry",
  authorization_pending: "retry",
  slow_down: "throttled",
  authorization_declined: "cancelled",
  bad_verification_code: "restart",
  expired_token: "restart",
};
