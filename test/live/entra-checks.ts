import type { Check, Question } from "./check.ts";
import type { Side } from "./side.ts";

/** An application that no tenant has: refusing it locks nobody out. */
const unknownClient = "00000000-0000-0000-0000-0000000000aa";

const entra = (name: string, question: (side: Side) => Question): Check => ({
  name: `Entra: ${name}`,
  service: "entra",
  question: (_, side) => Promise.resolve(question(side)),
});

const redemption =
  (form: Record<string, string>) =>
  (side: Side): Question => ({
    method: "POST",
    path: `/${side.tenant}/oauth2/v2.0/token`,
    body: form,
  });

/** Discovery, and refusals that count against no account. */
export const entraChecks: readonly Check[] = [
  entra("discovery", ({ tenant }) => ({
    path: `/${tenant}/v2.0/.well-known/openid-configuration`,
  })),
  entra("discovery of a tenant that is none", () => ({
    path: `/00000000-0000-0000-0000-0000000000bb/v2.0/.well-known/openid-configuration`,
  })),
  entra("signing keys", ({ tenant }) => ({ path: `/${tenant}/discovery/v2.0/keys` })),
  entra("a token for an unknown application", (side) =>
    redemption({
      client_id: unknownClient,
      grant_type: "refresh_token",
      refresh_token: "x",
      scope: "openid",
    })(side),
  ),
  entra("a token without a grant type", (side) => redemption({ client_id: side.clientId })(side)),
  entra("a token by a grant type that is none", (side) =>
    redemption({ client_id: side.clientId, grant_type: "guess" })(side),
  ),
  entra("a device code for an unknown application", ({ tenant }) => ({
    method: "POST",
    path: `/${tenant}/oauth2/v2.0/devicecode`,
    body: { client_id: unknownClient, scope: "openid" },
  })),
];
