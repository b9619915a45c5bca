import { fixed, type Check, type Request } from "./check.ts";
import type { Side } from "./side.ts";

/** An application that no tenant has: refusing it locks nobody out. */
const unknownClient = "00000000-0000-0000-0000-0000000000aa";

const page = (name: string): string =>
  `https://learn.microsoft.com/entra/identity-platform/${name}`;
const errorCodes = page("reference-error-codes");
const deviceCode = page("v2-oauth2-device-code");
const clientCredentials = page("v2-oauth2-client-creds-grant-flow");

const entra = (name: string, source: string, request: (side: Side) => Request): Check => ({
  name: `Entra: ${name}`,
  service: "entra",
  source,
  question: (_, side) => request(side),
});

const post = (
  endpoint: "token" | "devicecode",
  form: (side: Side) => Record<string, string>,
): ((side: Side) => Request) => {
  return (side) => ({
    method: "POST",
    path: `/${side.tenant}/oauth2/v2.0/${endpoint}`,
    body: form(side),
  });
};

const graphDefault = "https://graph.microsoft.com/.default";

/** Discovery, and refusals that count against no account. */
export const entraChecks: readonly Check[] = [
  entra("discovery", page("v2-protocols-oidc"), ({ tenant }) => ({
    path: `/${tenant}/v2.0/.well-known/openid-configuration`,
  })),
  entra("discovery of a tenant that is none", errorCodes, () => ({
    path: `/00000000-0000-0000-0000-0000000000bb/v2.0/.well-known/openid-configuration`,
  })),
  entra("signing keys", page("access-tokens"), ({ tenant }) => ({
    path: `/${tenant}/discovery/v2.0/keys`,
  })),
  entra(
    "a token for an unknown application",
    errorCodes,
    post("token", () => ({
      client_id: unknownClient,
      grant_type: "refresh_token",
      refresh_token: "x",
      scope: "openid",
    })),
  ),
  entra(
    "a secret of an unknown application",
    errorCodes,
    post("token", () => ({
      client_id: unknownClient,
      client_secret: "no-such-secret",
      grant_type: "client_credentials",
      scope: graphDefault,
    })),
  ),
  entra(
    "an application without its secret",
    errorCodes,
    post("token", ({ clientId }) => ({
      client_id: clientId,
      grant_type: "client_credentials",
      scope: graphDefault,
    })),
  ),
  entra(
    "a token without a grant type",
    errorCodes,
    post("token", ({ clientId }) => ({ client_id: clientId })),
  ),
  entra(
    "a token by a grant type that is none",
    errorCodes,
    post("token", ({ clientId }) => ({ client_id: clientId, grant_type: "guess" })),
  ),
  entra(
    "a device code for an unknown application",
    deviceCode,
    post("devicecode", () => ({ client_id: unknownClient, scope: "openid" })),
  ),
  entra(
    "a device code for scopes that exclude each other",
    page("scopes-oidc"),
    post("devicecode", ({ clientId }) => ({
      client_id: clientId,
      scope: `${graphDefault} User.Read`,
    })),
  ),
  entra(
    "a device code without a scope",
    deviceCode,
    post("devicecode", ({ clientId }) => ({ client_id: clientId })),
  ),
  entra(
    "a token for a device code that is none",
    deviceCode,
    post("token", ({ clientId }) => ({
      client_id: clientId,
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
      device_code: "no-such-code",
    })),
  ),
];

/** Where a person signed in: the answer, with the claims of the `id_token`. */
export const signInChecks: readonly Check[] = [
  fixed("entra", "Entra: a token of a person", page("id-token-claims-reference"), {
    signIn: "graph",
  }),
];

const byItself = (name: string, scope: string): Check =>
  entra(
    name,
    clientCredentials,
    post("token", ({ confidential }) => ({
      client_id: confidential?.clientId ?? "",
      client_secret: confidential?.secret ?? "",
      grant_type: "client_credentials",
      scope,
    })),
  );

/** Where the application's secret was given. */
export const secretChecks: readonly Check[] = [
  byItself("a token of the application", graphDefault),
  byItself("a token of the application by a named scope", "https://graph.microsoft.com/User.Read"),
];
