/** What programs that import the sandbox see of it. They have none of its packages, so no schema is here. */

export type Audience = "graph" | "arm" | "vault" | "storage";

/** Settings the control API can change while the sandbox runs. Times are seconds. */
export interface Settings {
  access_token_lifetime_s: number;
  refresh_in_s: number | null;
  page_size: number | null;
  /** Whether tokens asked for with xms_cc=cp1 become long-lived and revocable at once. */
  cae: boolean;
  /** Added to the machine's clock, so that a test can let hours pass. */
  clock_offset_s: number;
  /** Whether the application has a signing key of its own, as one with mapped claims has. */
  app_signing_key: boolean;
  /** Whether the application has a client secret; without, it needs a certificate or a federated credential. */
  secrets: boolean;
  /** How long Exchange holds one of a mailbox's four places; null, a few milliseconds. */
  mailbox_latency_ms: number | null;
  /** How long after an administrator's consent tokens of the application have its roles. */
  roles_delay_s: number;
  /** Seconds a device leaves between two polls for its token. */
  device_code_interval_s: number;
  /** Whether id_tokens name the directory roles of the account (`wids`), as the registration may ask. */
  group_membership_claims: "DirectoryRole" | null;
  /** The seed by which some requests are answered oddly; null: none is. */
  chaos: string | null;
  /** Which share of the requests `chaos` answers oddly, from 0 to 1. */
  chaos_share: number;
  /** How long an endpoint of notifications may take to answer. Milliseconds. */
  notification_timeout_ms: number;
  /** Until a notification that was not taken is sent again; each further pause is twice the last. */
  notification_retry_s: number;
  /** How every endpoint of notifications is treated; null: as it has answered. */
  endpoint_state: "ready" | "slow" | "drop" | null;
  /** Whether notifications and validations wait for a test to answer them. */
  hold_notifications: boolean;
  /** Whether endpoints are validated at each renewal too. */
  validate_on_renewal: boolean;
  /** Whether a subscription that exists is made once more, and not refused. */
  duplicate_subscriptions: boolean;
  /** Subscriptions there may be to a mailbox, and of an application to users or drives; null: Microsoft's. */
  subscription_quota: number | null;
  /** How long a subscription to Outlook without resource data may live. Minutes. */
  outlook_subscription_min: number;
}

/** Settings to change, as whoever asks may write them. */
export type SettingsInput = {
  [Name in keyof Settings]?:
    | (Name extends "chaos" ? string | number | null : Settings[Name])
    | undefined;
};

export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Which requests a fault is for, and what happens to them beside the answer. */
interface FaultPlan {
  aadsts?: number | undefined;
  suberror?: string | undefined;
  delay_ms?: number | undefined;
  reset?: true | undefined;
  cut?: true | undefined;
  after_commit?: true | undefined;
}

interface FaultMatch {
  url?: string | undefined;
  method?: string | undefined;
  grant_type?: string | undefined;
}

/** What `POST /_sandbox/faults` takes. */
export interface FaultInput extends FaultPlan {
  /** Default: every request. */
  match?: FaultMatch | undefined;
  /** Default 1. */
  times?: number | undefined;
  /** An answer of the fault's own, whatever Microsoft would say. */
  respond?:
    | {
        status: number;
        headers?: Record<string, string | string[]> | undefined;
        /** Text as it is, anything else as JSON. */
        body?: unknown;
        /** How many times over the body is sent. Default 1. */
        repeat?: number | undefined;
      }
    | undefined;
}

/** A fault that waits. */
export interface Fault extends FaultPlan {
  match: FaultMatch;
  times: number;
  respond?: FaultAnswer | undefined;
}

export interface FaultAnswer {
  status: number;
  headers: [name: string, values: readonly string[]][];
  body: { text: string; type: string } | undefined;
  repeat: number;
}
