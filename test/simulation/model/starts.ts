import { CONTOSO_TENANT } from "../../sandbox/constants.ts";
import type { BeginAuthorization } from "../../../src/contract/connection-rpc.ts";

interface Start {
  options: BeginAuthorization;
  /** The field that is refused; undefined: it opens a sign-in. */
  refused?: string;
}

const returnUrl = "https://app.example/back";
/** A host's own callback, beside the service's. */
export const ownCallback = "http://localhost:9999/callback";
const manyScopes = Array.from({ length: 25 }, (_, place) => `https://r${place}.example/.default`);

/** How a sign-in may be started, and how not. */
export const starts = {
  plain: { options: { start: "user" } },
  server: { options: { start: "server", returnUrl } },
  ownCallback: { options: { start: "server", redirectUri: ownCallback } },
  contoso: { options: { start: "user", tenantId: CONTOSO_TENANT, returnUrl } },
  domain: { options: { start: "user", tenantId: "contoso.example" } },
  organizations: { options: { start: "user", tenantId: "organizations" } },
  consumers: { options: { start: "user", tenantId: "consumers" } },
  personalServer: { options: { start: "server", tenantId: "consumers", returnUrl } },
  vault: {
    options: { start: "user", scopes: ["https://vault.azure.net/user_impersonation"] },
  },
  /** All that calls of the simulation are for. */
  wide: {
    options: {
      start: "user",
      scopes: [
        "https://vault.azure.net/user_impersonation",
        "https://storage.azure.com/user_impersonation",
      ],
    },
  },
  storage: {
    options: { start: "user", scopes: ["https://storage.azure.com/user_impersonation"] },
  },
  unknownResource: { options: { start: "user", scopes: ["https://unknown.example/.default"] } },
  azureOfPersonal: {
    options: { start: "user", tenantId: "consumers", scopes: ["Mail.Read", "Files.Read.All"] },
  },
  prompted: {
    options: { start: "user", prompt: "select_account", loginHint: "ada@contoso.example" },
  },
  noTenant: { options: { start: "user", tenantId: "no tenant" }, refused: "tenantId" },
  otherRedirect: {
    options: { start: "user", redirectUri: "https://evil.example/callback" },
    refused: "redirectUri",
  },
  otherReturn: {
    options: { start: "user", returnUrl: "https://evil.example/" },
    refused: "returnUrl",
  },
  noReturn: { options: { start: "server" }, refused: "returnUrl" },
  tooMany: { options: { start: "user", scopes: manyScopes }, refused: "scopes" },
} as const satisfies Record<string, Start>;

export type StartName = keyof typeof starts;
export const startNames = Object.keys(starts) as StartName[];
