import type { Result } from "../../src/contract/result.ts";
import type { Answer } from "./answer.ts";

/** Whose token a check brings. */
export type Service = "graph" | "arm";

/** Where a question is asked: at Microsoft, or at the sandbox. */
export interface Side {
  name: "microsoft" | "sandbox";
  /** `https://login.microsoftonline.com`, without a trailing slash, as the others. */
  authority: string;
  graph: string;
  arm: string;
  /** GUID or domain. */
  tenant: string;
  clientId: string;
  /** An application that has a secret. Absent: none was given. */
  confidential?: { clientId: string; secret: string };
  /** The token answer that ended the sign-in for a service; the error says why there is none. */
  signIn(service: Service): Promise<Result<Answer, string>>;
  tokenOf(service: Service): Promise<Result<string, string>>;
}

export interface Sides {
  microsoft: Side;
  sandbox: Side;
}

/** The clouds' own addresses of the global one. */
export const globalEndpoints = {
  authority: "https://login.microsoftonline.com",
  graph: "https://graph.microsoft.com",
  arm: "https://management.azure.com",
} as const;
