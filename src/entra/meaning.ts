import type { RemedyAction } from "../contract/remedy.ts";

/** How far a refusal reaches: until somebody acts, no token is asked for within it. */
export type Latch = "connection" | "resource" | "app" | "none";

/** Variables of the configuration that an operator may have to look at. */
export const faultyVariables = [
  "ASSERTION",
  "AZURE_FEDERATION_KEYS",
  "AZURE_CLIENT_CERTIFICATE",
  "AZURE_CLIENT_CERTIFICATE_2",
  "AZURE_CLIENT_SECRET",
  "AZURE_REDIRECT_URI",
  "AZURE_TENANT_ID",
] as const;
export type FaultyVariable = (typeof faultyVariables)[number];

/** What a refusal of Entra's means: what has to happen, and how far it reaches. */
export interface Meaning {
  action: RemedyAction;
  latch: Latch;
  /** One sentence a person can act on; ours, never Microsoft's. */
  message: string;
  /** Of a fault of the application, where one variable is to blame. */
  variable?: FaultyVariable;
}
