import type { ConnectionStatus } from "./connection-info.ts";
import type { RemedyAction } from "./remedy.ts";

/** What does not work as it is deployed, in a sentence, and what mends it. */
export interface Problem {
  error: string;
  /** The variable or binding that is missing or wrong, or whose database is not as it should be. */
  variable?: string | undefined;
  reason?: string | undefined;
  table?: string | undefined;
  column?: string | undefined;
  command?: string | undefined;
}

/** What the application can prove to Microsoft who it is with, in the order in which it is tried. */
export const credentialKinds = ["assertion", "federation", "certificate", "secret"] as const;
export type CredentialKind = (typeof credentialKinds)[number];

/** What an operator asks of the deployment as a whole. */
export interface AppHealth {
  client_id: string;
  problems: Problem[];
  /** In the order in which they are tried. */
  credentials: {
    kind: CredentialKind;
    /** A certificate's thumbprint as Entra's pages show it, a key's `kid`, a secret's position. */
    id: string;
    /** When a certificate ends; RFC 3339. */
    not_after?: string | undefined;
    /** Null: Entra could not be asked, or has no tenant yet that knows the application. */
    works: boolean | null;
    aadsts?: number | undefined;
  }[];
  /** Null: the directory cannot be read. */
  connections: {
    total: number;
    /** Those whose last refresh failed because of the application's own credential. */
    waiting: number;
    /** RFC 3339. */
    waiting_since: string | null;
    by_status: Record<ConnectionStatus, number>;
    by_remedy: Partial<Record<RemedyAction, number>>;
  } | null;
  /** Sinks that get no events any more, and of how many connections. */
  paused_sinks: Record<string, number> | null;
}
