import type { Cloud } from "./cloud.ts";
import type { Credential } from "./credential.ts";
import { refusesCredential } from "./credential-order.ts";
import { defaultScopeOf } from "./resource.ts";
import { createTokenEndpoint } from "./token-endpoint.ts";
import { defined } from "../contract/defined.ts";

/** What Entra says of one credential; `null`: it said nothing about it. */
export interface CredentialCheck {
  works: boolean | null;
  /** AADSTS code of the refusal. */
  aadsts?: number;
}

export interface CredentialCheckOptions {
  cloud: Cloud;
  clientId: string;
  credential: Credential;
  /** A tenant that knows the application: any in which somebody has consented. */
  tenant: string;
  fetch: typeof globalThis.fetch;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** Somebody waits for the answer. */
const timeoutMs = 5_000;

/** Asks Entra for a token of the application itself, which needs its credential and no permission. */
export async function checkCredential({
  credential,
  tenant,
  ...options
}: CredentialCheckOptions): Promise<CredentialCheck> {
  const endpoint = createTokenEndpoint({ ...options, credentials: [credential], timeoutMs });
  const scopes = [defaultScopeOf("graph", options.cloud)];
  const answer = await endpoint.clientCredentials({ tenant, scopes });
  if (answer.ok) return { works: true };
  const { aadsts } = answer.error.disposition;
  return {
    works: refusesCredential(answer.error) ? false : null,
    ...defined({ aadsts }),
  };
}
