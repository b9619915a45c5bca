import type { Meaning } from "./meaning.ts";

const app = { action: "fix_app", latch: "app" } as const;
const credential = { ...app, variable: "AZURE_CLIENT_SECRET" } as const;
const resource = { action: "fix_app", latch: "resource" } as const;

/** Refusals that are the application's own fault: its operator ends them. */
export const appErrors = {
  wrongSecret: {
    ...credential,
    message:
      "Microsoft refused the app's client secret: its operator must set the secret's value, not its id.",
  },
  expiredSecret: {
    ...credential,
    message: "The app's client secret has expired: its operator must set a new one.",
  },
  credential: {
    ...credential,
    message:
      "Microsoft refused the app's own credential: its operator must correct the registration.",
  },
  federation: {
    ...app,
    message:
      "The app's federated credential does not match its registration: its operator must correct issuer, subject or audience.",
  },
  federationKeys: {
    ...app,
    message:
      "Microsoft could not read the keys of the app's federated credential at its issuer: its operator must make them reachable.",
  },
  onBehalfOf: {
    ...app,
    message:
      "The app is not allowed to act on behalf of users here: its operator must correct the registration.",
  },
  signingKey: {
    ...app,
    message:
      "The app's registration asks for a signing key of its own that is missing or has expired: its operator must correct it.",
  },
  redirectUri: {
    ...app,
    variable: "AZURE_REDIRECT_URI",
    message:
      "The redirect URI is not registered as this app uses it: its operator must correct the registration.",
  },
  wrongAuthority: {
    ...app,
    variable: "AZURE_TENANT_ID",
    message:
      "The app's registration does not allow this kind of tenant: its operator must correct the tenant or the registration.",
  },
  wrongRequest: {
    ...app,
    message: "Microsoft did not understand this app's request: its operator must correct it.",
  },
  wrongScopes: {
    ...resource,
    message:
      "The requested scopes are not valid together or for this resource: the app's operator must correct them.",
  },
  wrongTenant: {
    ...resource,
    message: "Microsoft does not know this tenant, or it lives in another cloud: check the tenant.",
  },
  notForThisTenant: {
    ...resource,
    message:
      "Accounts of this kind cannot use this service: ask for it in a work or school tenant.",
  },
  registration: {
    ...resource,
    message:
      "The app's registration lacks permissions for this resource: its operator must add them.",
  },
} as const satisfies Record<string, Meaning>;
