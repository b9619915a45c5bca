import type { MeaningName } from "./error-meanings.ts";

/**
 * AADSTS codes that a code redemption, a refresh, a client-credential request or a callback can meet,
 * by what they mean, after Microsoft's error reference and what services were seen to send. A code
 * that is missing here is reported with care, as one that only an administrator can look up.
 */
const codesOf: readonly [MeaningName, readonly number[]][] = [
  // The account, and the tenant that it is to act in.
  ["otherAccount", [16000, 16003, 50014, 50020, 50034, 51004, 90072]],
  ["accountKind", [500200, 500201, 500207, 500208, 90027]],
  ["tenantNeeded", [500202, 500209]],
  ["accountLocked", [50053]],
  ["accountDisabled", [50057]],
  ["accountDeleted", [500341]],
  ["guestDisabled", [500571]],
  ["tenantBlocked", [5000224]],
  ["tenantInactive", [5000225]],
  ["tenantBoundary", [50002, 90084, 500021, 500022, 500212, 500213, 1000104]],
  ["notAssigned", [50105]],

  // The sign-in and its refresh token.
  [
    "signInFailed",
    [16001, 16002, 160021, 50056, 50058, 50064, 50086, 50126, 50140, 50143, 50192, 50197],
  ],
  ["signIn", [50139, 90086]],
  ["passwordExpired", [50055, 50144]],
  ["passwordAtRisk", [50135, 50142]],
  ["revoked", [50085, 50132, 50133, 50173]],
  ["expired", [70008, 700082]],
  ["lifetimeOver", [700081, 700084]],
  ["signInFrequency", [70043, 70044]],
  ["flowRefused", [530036]],
  ["restart", [50089, 50147, 54005, 70016, 70018, 70019, 70020, 90043, 501481, 501491, 700005]],
  ["assertion", [50013, 500133]],
  ["signInGeneric", [70000, 70002, 9002313]],

  // What the organization asks for.
  ["stepUp", [50072, 50074, 50076, 50078, 50079, 50158, 500121]],
  ["interaction", [50015, 50125, 50168, 50199, 51006, 700020]],
  [
    "device",
    [
      50005, 50097, 50099, 50127, 50129, 50155, 50187, 53000, 53001, 130007, 130008, 135011, 530003,
      530033,
    ],
  ],
  ["approvedApp", [53002, 53009]],
  ["boundToken", [530084]],
  ["securityInfo", [53004, 53010]],
  ["atRisk", [53011, 530034]],
  ["blocked", [50131, 53003, 530032, 530035]],
  ["identityProvider", [20001, 20012, 20033, 40008, 40009, 40015, 50008, 50107, 90123]],
  [
    "signInSettings",
    [
      50017, 50029, 50042, 50043, 50120, 50124, 50161, 50169, 50170, 50177, 50178, 50180, 51000,
      51001, 501241,
    ],
  ],

  // Consent, the application and the service in the tenant.
  ["consent", [65001, 90008, 9002341]],
  ["declined", [65004]],
  ["adminConsent", [90093, 90094, 90095, 90099]],
  ["appNotInTenant", [700011, 700016, 7000229]],
  ["appDisabled", [70001, 1000031, 7000112]],
  ["resourceAbsent", [50001, 500011, 500014, 650052, 650054]],

  // The application's registration, credential and requests.
  ["registration", [50010, 65002, 65005, 650056, 650057]],
  ["wrongScopes", [28000, 28002, 28003, 70011, 90009, 650053, 700022, 700023, 1002012, 9010010]],
  ["redirectUri", [50011, 500112, 500113, 900971, 9002325, 9002326, 9002327]],
  ["wrongAuthority", [50194, 90130, 9001023, 9002331, 9002332, 9002346]],
  ["notForThisTenant", [90124]],
  ["wrongTenant", [50049, 50059, 50128, 90002, 90019, 90038, 90051, 900023, 900382, 900432]],
  ["wrongSecret", [7000215]],
  ["expiredSecret", [7000222]],
  [
    "credential",
    [50012, 50027, 50048, 700025, 700027, 700021, 700030, 5002730, 5002738, 7000216, 7000218],
  ],
  ["federation", [70021, 700211, 700212, 700213, 700222, 700226, 700229, 700236, 7002137, 7002138]],
  ["federationKeys", [90061, 501661, 900612, 7000272]],
  ["signingKey", [50003, 50146, 501461]],
  ["onBehalfOf", [240002, 7000114]],
  [
    "wrongRequest",
    [
      50050, 70003, 70004, 70005, 70007, 90004, 90005, 90014, 90015, 90023, 90056, 90100, 90102,
      90121, 700054, 900144, 900561, 901002,
    ],
  ],

  // Trouble of Entra's own.
  [
    "retry",
    [
      40010, 50000, 50033, 50087, 50166, 51005, 70012, 90006, 90012, 90024, 90033, 90036, 90041,
      90090, 90091, 90092, 230109, 501621,
    ],
  ],
  ["throttled", [50088, 90055]],
  ["loop", [50196]],
  ["clockSkew", [700024]],
];

export const byCode: ReadonlyMap<number, MeaningName> = new Map(
  codesOf.flatMap(([meaning, codes]) => codes.map((code) => [code, meaning] as const)),
);

/** Words by what they mean; `Map`, so that no word finds what every object has. */
type Words = ReadonlyMap<string, MeaningName>;

/** Microsoft's `suberror`: what an interactive sign-in could do about it. */
export const bySuberror: Words = new Map([
  ["basic_action", "interaction"],
  ["additional_action", "interaction"],
  ["message_only", "explainedAtSignIn"],
  ["user_password_expired", "passwordExpired"],
  ["consent_required", "consent"],
  ["bad_token", "signIn"],
  ["token_expired", "signIn"],
  ["protection_policy_required", "approvedApp"],
  ["device_authentication_failed", "device"],
  ["client_mismatch", "signIn"],
  ["cancel", "cancelled"],
]);

/**
 * `error` of RFC 6749, RFC 8628, OpenID Connect and Entra, for answers that say nothing more. A word
 * that would blame the application is not here: only `invalid_client` proves that.
 */
export const byError: Words = new Map([
  ["invalid_grant", "signInGeneric"],
  ["interaction_required", "interaction"],
  ["login_required", "signInFailed"],
  ["account_selection_required", "signInFailed"],
  ["consent_required", "consent"],
  ["invalid_client", "credential"],
  ["invalid_resource", "resourceAbsent"],
  ["invalid_target", "resourceAbsent"],
  ["server_error", "retry"],
  ["temporarily_unavailable", "retry"],
  ["authorization_pending", "retry"],
  ["slow_down", "throttled"],
  ["authorization_declined", "cancelled"],
  ["bad_verification_code", "restart"],
  ["expired_token", "restart"],
]);

/** `error` of a callback, where it says what a person did. */
export const byRedirectError: Words = new Map([
  ["access_denied", "cancelled"],
  ["permission_denied", "adminConsent"],
]);

/** Words of a refusal that do not say who could end it. */
export const unexplained: ReadonlySet<string> = new Set([
  "access_denied",
  "permission_denied",
  "unauthorized_client",
  "invalid_request",
  "unsupported_grant_type",
  "unsupported_response_type",
  "invalid_scope",
  "invalid_tenant",
  "invalid_instance",
]);
