import type { Tables } from "./tables.ts";

/** Something a caller, a person or the platform started on the connection. */
export interface Operation {
  id: string;
  kind:
    | "call"
    | "token"
    | "refresh"
    | "sign-in"
    | "stray"
    | "import"
    | "alarm"
    | "watch"
    | "notification"
    | "disconnect";
  /** Of the object it was started on. */
  life: number;
  /** Number of the step it was started in; of a sign-in, its first. */
  since: number;
  /** The tables when it began. */
  before: Tables | undefined;
  asked?: {
    resource: string;
    /** Undefined: the home tenant of the grant. */
    tenantId: string | undefined;
    /** Another tenant that Microsoft may name for it. */
    named?: string;
    staleGeneration?: number | undefined;
    /** Of a call: what shares its limit. */
    appliesTo?: string;
  };
  /** Sign-in name. */
  account?: string | undefined;
  /** It takes the directory's backup back. */
  restores?: true;
  /** Bad input, or a question: the tables stay as they were. */
  changes?: false;
  /** Microsoft gave it an odd answer, which may name another tenant. */
  isChallenged?: true;
  /** How it ended. */
  end?: { value: unknown } | { thrown: string };
}

/** An access token that somebody was given: a caller, or Microsoft with a call. */
export interface HandedToken {
  operation: Operation;
  token: string;
  /** As the caller was told. */
  generation?: number;
  expiresAt?: number;
  /** Milliseconds. */
  at: number;
}
