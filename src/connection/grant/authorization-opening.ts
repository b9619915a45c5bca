import type { Config } from "../../config/config.ts";
import { authorizationUrl } from "../../entra/authorization-request.ts";
import { newSignInSecrets } from "../../entra/sign-in-secrets.ts";
import { graphAlone, scopesForTenant } from "../../entra/resource.ts";
import { failure, type Failure } from "../../contract/errors.ts";
import { err, ok } from "../../contract/result.ts";
import { sha256Hex } from "../../platform/keys.ts";
import { signState } from "./authorization-state.ts";
import { signInPurposes, type SignInPurpose } from "./sign-in-purpose.ts";
import type { ConnectionState } from "../connection-state.ts";
import type { AuthorizationStart, Outcome } from "../../contract/connection-rpc.ts";
import type {
  PendingAuthorization,
  PendingAuthorizations,
  StartedAuthorization,
} from "../tables/pending-authorizations.ts";
import type { TokenCipher } from "../tables/token-cipher.ts";

/** Milliseconds until a start expires, and later a candidate. */
export const signInTtlMs = signInPurposes.connect.ttlMs;

/** What a sign-in asks, before it has a state and a verifier. */
export type AskedOfMicrosoft = Omit<
  StartedAuthorization,
  "state_hash" | "code_verifier" | "nonce" | "created_at" | "expires_at"
>;

export interface OpeningOptions {
  connectionId: string;
  config: Config;
  state: ConnectionState;
  pending: PendingAuthorizations;
  cipher: TokenCipher;
  now: () => number;
  rearm: () => void;
}

const purposes = {
  user: "connect",
  server: "connect",
  reconnect: "reconnect",
  tenant: "tenant_proof",
} as const satisfies Record<StartedAuthorization["start"], SignInPurpose>;

/** What a sign-in that was started so is for. */
export const purposeOf = (start: StartedAuthorization["start"]): SignInPurpose => purposes[start];

/** Where the browser has to go. The caller knows the browser binding. */
export type Opening = Omit<AuthorizationStart, "browserBinding">;

export interface OpeningTerms {
  /** Why it may not be opened, asked at the moment it would be. */
  conflict?: () => Failure | undefined;
  /** Hash of the state of a sign-in that it replaces. */
  supersedes?: string;
}

/**
 * Opens a sign-in.
 *
 * @returns `throttled` when every sign-in of this connection waits for its confirmation
 */
export async function openAuthorization(
  asked: AskedOfMicrosoft,
  options: OpeningOptions,
  { conflict = () => undefined, supersedes }: OpeningTerms = {},
): Promise<Outcome<Opening>> {
  const { config, connectionId, state, pending, cipher, now, rearm } = options;
  const signedState = await signState(config.sessionSecret, purposeOf(asked.start), connectionId);
  const stateHash = await sha256Hex(signedState);
  const { nonce, codeVerifier, codeChallenge } = await newSignInSecrets();
  const sealedVerifier = await cipher.seal("code_verifier", codeVerifier);
  const createdAt = now();
  const expiresAt = createdAt + signInTtlMs;

  const standing = conflict();
  if (standing !== undefined) return err(standing);
  state.create(createdAt);
  if (supersedes !== undefined) pending.remove(supersedes);
  const added = pending.add({
    ...asked,
    state_hash: stateHash,
    code_verifier: sealedVerifier,
    nonce,
    created_at: createdAt,
    expires_at: expiresAt,
  });
  if (!added) return err(tooManyStarts((pending.nextExpiry() ?? expiresAt) - createdAt));
  rearm();
  return ok({
    state: signedState,
    expiresAt: new Date(expiresAt).toISOString(),
    authUrl: authorizationUrl({
      cloud: config.cloud,
      clientId: config.clientId,
      tenant: asked.tenant,
      redirectUri: asked.redirect_uri,
      scopes: asked.scopes,
      state: signedState,
      nonce,
      codeChallenge,
      claims: state.grant().claims ?? undefined,
      loginHint: asked.login_hint ?? undefined,
      prompt: asked.prompt ?? undefined,
    }),
  });
}

/** The same sign-in at `consumers`, for Graph alone: what a personal account can be asked for. */
export function askedAtConsumers(row: PendingAuthorization, { cloud }: Config): AskedOfMicrosoft {
  const { start, scopes, redirect_uri, return_url, login_hint, prompt } = row;
  return {
    start,
    tenant: "consumers",
    scopes: graphAlone(scopesForTenant("consumers", scopes, cloud), cloud),
    redirect_uri,
    return_url,
    login_hint,
    prompt,
    browser_hash: row.browser_hash,
    begun_from: row.begun_from,
  };
}

/** @param wait milliseconds until the next sign-in expires */
function tooManyStarts(wait: number): Failure {
  return failure(
    "throttled",
    "Too many sign-ins of this connection wait to be confirmed: confirm one, or start again later.",
    {
      retry_after: Math.max(1, Math.ceil(wait / 1_000)),
      details: { reason: "too_many_sign_ins" },
    },
  );
}
