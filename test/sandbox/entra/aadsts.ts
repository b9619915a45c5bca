/** How Entra reports one AADSTS code at its token endpoint. */
export interface AadstsEntry {
  status: number;
  error: string;
  suberror?: string;
  /** The answer says by a `claims` field what the next interactive sign-in has to prove. */
  claims?: true;
}

interface Row extends AadstsEntry {
  codes: number[];
}

const invalidGrant = { status: 400, error: "invalid_grant" };
const interaction = { status: 400, error: "interaction_required" };
const invalidRequest = { status: 400, error: "invalid_request" };
const invalidClient = { status: 401, error: "invalid_client" };
const unauthorizedClient = { status: 400, error: "unauthorized_client" };
const unavailable = { status: 503, error: "temporarily_unavailable" };

/** One row per kind of answer, by cause; the codes are Microsoft's. */
const rows: readonly Row[] = [
  // The account is not in the tenant, or there are several to choose from.
  { codes: [16003, 50020, 50034, 51004, 90072], ...invalidGrant },
  { codes: [16000], ...interaction },
  // The scope parameter is wrong.
  { codes: [28000, 28003, 700022, 700023], ...invalidRequest },
  { codes: [70011, 1002012], status: 400, error: "invalid_scope" },
  // The redirect URI is not registered: a page, never a redirect.
  { codes: [50011, 900971], ...invalidRequest },
  // The resource is not in the tenant.
  { codes: [50001, 500011, 650052, 650054], status: 400, error: "invalid_resource" },
  // The password or the account.
  { codes: [50053, 50056, 50057, 50126, 50144], ...invalidGrant },
  { codes: [50055], ...invalidGrant, suberror: "user_password_expired" },
  { codes: [50058], status: 400, error: "login_required" },
  // Multi-factor authentication.
  {
    codes: [50072, 50074, 50076, 50078, 50079],
    ...interaction,
    suberror: "basic_action",
    claims: true,
  },
  // The grant was revoked, is too old, or was never one.
  { codes: [50085, 50132, 50133, 50173], ...invalidGrant, suberror: "bad_token" },
  { codes: [70008, 700082, 700084], ...invalidGrant, suberror: "bad_token" },
  { codes: [70043], ...invalidGrant, suberror: "token_expired" },
  { codes: [50089, 50105, 70000, 70002], ...invalidGrant },
  // Conditional Access.
  {
    codes: [50097, 53000, 53001, 53002, 53004, 530034],
    ...interaction,
    suberror: "additional_action",
    claims: true,
  },
  {
    codes: [53003, 530032, 530035, 530036],
    ...interaction,
    suberror: "message_only",
    claims: true,
  },
  { codes: [53009], ...invalidGrant, suberror: "protection_policy_required" },
  // The wrong authority: /common where a tenant is needed, or the reverse.
  { codes: [50194, 9001023, 90124, 90130, 9002332], ...invalidRequest },
  // The user flows' form of throttling.
  { codes: [50196], ...invalidGrant },
  // The authorization code and its PKCE verifier.
  { codes: [501481, 50147, 501491, 54005, 700005], ...invalidGrant },
  // On-behalf-of assertions.
  { codes: [500133, 50013, 240002], ...invalidGrant },
  // Consent.
  { codes: [65001], ...invalidGrant, suberror: "consent_required" },
  { codes: [65002, 65005, 650053, 650056, 650057], ...invalidClient },
  { codes: [65004, 90094, 90095], status: 400, error: "access_denied" },
  // The application.
  { codes: [70001, 7000112, 700016, 700011, 7000114], ...unauthorizedClient },
  { codes: [70003], status: 400, error: "unsupported_grant_type" },
  { codes: [70005, 70007, 700054], status: 400, error: "unsupported_response_type" },
  {
    codes: [70004, 900144, 90014, 900561, 9002313, 90004, 90023, 90100, 901002],
    ...invalidRequest,
  },
  // Its credential.
  { codes: [7000215, 7000222, 7000218, 700021, 700025, 700024, 7000272], ...invalidClient },
  { codes: [700027, 50012, 5002730, 5002738], ...invalidClient },
  { codes: [50027], ...invalidRequest },
  {
    codes: [70021, 700211, 700212, 700213, 7002138, 700222, 700229],
    ...invalidClient,
  },
  // The issuer of its federated credential cannot be reached.
  { codes: [90061], ...invalidRequest },
  { codes: [9002325, 9002326, 9002327], ...invalidRequest },
  // The application was removed from the tenant: told as if its credential were wrong.
  { codes: [7000229], ...invalidClient },
  // The tenant; a blocked one is told as if the user could do something.
  { codes: [5000224, 5000225], ...interaction },
  { codes: [90002, 90019, 50059, 50128, 90038, 900382, 900432], ...invalidRequest },
  // Trouble of Entra's own.
  { codes: [90033, 90006, 90012, 90024, 90041, 90090, 50033, 50087, 40010], ...unavailable },
  { codes: [90055], status: 429, error: "temporarily_unavailable" },
];

const entries = new Map(
  rows.flatMap(({ codes, ...entry }) => codes.map((code) => [code, entry] as const)),
);

/** A code nobody listed is reported as most are. */
export function aadstsEntry(code: number): AadstsEntry {
  return entries.get(code) ?? invalidGrant;
}
