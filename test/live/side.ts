/** Whose token a check brings. */
export type Service = "graph" | "arm";

/** Where a question is asked: at Microsoft, or at the sandbox. */
export interface Side {
  /** `https://login.microsoftonline.com`, without a trailing slash, as the others. */
  authority: string;
  graph: string;
  arm: string;
  /** GUID or domain. */
  tenant: string;
  clientId: string;
  tokenOf(service: Service): Promise<string>;
}

/** The clouds' own addresses of the global one. */
export const globalEndpoints = {
  authority: "https://login.microsoftonline.com",
  graph: "https://graph.microsoft.com",
  arm: "https://management.azure.com",
} as const;
