import * as oauth from "oauth4webapi";
import type { Config } from "../config.ts";
import { authorizationUrl } from "../entra/authorization-request.ts";
import { defaultScopeOf } from "../entra/resource.ts";
import type { TokenEndpoint, TokenFailure } from "../entra/token-endpoint.ts";
import { failure, type Failure } from "../errors.ts";
import { randomToken } from "../keys.ts";
import { err, ok } from "../result.ts";
import { checkStart } from "./authorization-start.ts";
import { sha256Hex, signState } from "./authorization-state.ts";
import { candidateSchema, type Candidate } from "./candidate.ts";
import type { ConnectionState } from "./connection-state.ts";
import type {
  AuthorizationCompletion,
  AuthorizationStart,
  BeginAuthorization,
  CompleteAuthorization,
  ConnectionInfo,
  Outcome,
} from "./contract.ts";
import type { GrantAdoption } from "./grant-adoption.ts";
import type { PendingAuthorization, PendingAuthorizations } from "./pending-authorizations.ts";
import type { TokenCipher } from "./token-cipher.ts";
import type { TokenQueue } from "./token-queue.ts";

/** A start, and later a candidate, waits this long for what comes next. */
const patience = 10 * 60_000;

export interface AuthorizationOptions {
  connectionId: string;
  config: Config;
  state: ConnectionState;
  pending: PendingAuthorizations;
  adoption: GrantAdoption;
  cipher: TokenCipher;
  queue: TokenQueue;
  endpoint: TokenEndpoint;
  now: () => number;
  info: () => ConnectionInfo;
  rearm: () => void;
}

/** Sign-in with authorization code and PKCE. The verifier never leaves this object. */
export class Authorization {
  readonly #options: AuthorizationOptions;

  constructor(options: AuthorizationOptions) {
    this.#options = options;
  }

  async begin(request: BeginAuthorization): Promise<Outcome<AuthorizationStart>> {
    const { config, connectionId, state, pending, cipher, now, rearm } = this.#options;
    // What it once got is asked for again: consent may have been withdrawn since.
    const earlier = state.exists ? state.grant().required_scopes : [];
    const checked = checkStart(request, config, earlier);
    if (!checked.ok) return checked;
    const { tenant, scopes, redirectUri } = checked.value;

    const signedState = await signState(config.sessionSecret, connectionId);
    const stateHash = await sha256Hex(signedState);
    const codeVerifier = oauth.generateRandomCodeVerifier();
    const codeChallenge = await oauth.calculatePKCECodeChallenge(codeVerifier);
    const sealedVerifier = await cipher.seal("code_verifier", codeVerifier);
    const nonce = oauth.generateRandomNonce();
    const browserBinding = request.start === "user" ? randomToken() : undefined;
    const browserHash = browserBinding === undefined ? null : await sha256Hex(browserBinding);
    const createdAt = now();

    state.create(createdAt);
    pending.add({
      state_hash: stateHash,
      start: request.start,
      tenant,
      scopes,
      redirect_uri: redirectUri,
      return_url: request.returnUrl ?? null,
      code_verifier: sealedVerifier,
      nonce,
      browser_hash: browserHash,
      created_at: createdAt,
      expires_at: createdAt + patience,
    });
    rearm();
    const grant = state.grant();
    return ok({
      state: signedState,
      expiresAt: new Date(createdAt + patience).toISOString(),
      authUrl: authorizationUrl({
        cloud: config.cloud,
        clientId: config.clientId,
        tenant,
        redirectUri,
        scopes,
        state: signedState,
        nonce,
        codeChallenge,
        claims: grant.claims ?? undefined,
        loginHint: request.loginHint ?? grant.login_hint ?? grant.upn ?? undefined,
        prompt: request.prompt,
      }),
      ...(browserBinding !== undefined && { browserBinding }),
    });
  }

  /**
   * Takes Microsoft's answer. What does not fit the start is refused and changes nothing; from the
   * redemption of the code on, the state is used up.
   */
  async complete(request: CompleteAuthorization): Promise<Outcome<AuthorizationCompletion>> {
    const { state, pending, queue, adoption, now, info, rearm } = this.#options;
    const stateHash = await sha256Hex(request.state);
    const binding = await sha256Hex(request.browserBinding ?? "");
    const row = state.exists ? pending.byState(stateHash, now()) : undefined;
    if (row === undefined) return err(startAgain());
    // Both are hashes of what an attacker cannot choose digit by digit: comparing them leaks nothing.
    if (row.browser_hash !== null && row.browser_hash !== binding) return err(otherBrowser());
    const response = new URLSearchParams(request.response);
    // Without Microsoft's answer this is no callback: whoever calls so must not end the flow.
    if (!response.has("code") && !response.has("error")) return err(startAgain());
    pending.consume(stateHash, now());
    const ended = endedMeanwhile(state);

    const over = (error: Failure): Outcome<AuthorizationCompletion> => {
      if (state.exists) pending.remove(stateHash);
      rearm();
      return ok({ outcome: "refused", error, ...returnUrlOf(row) });
    };
    const candidate = await queue.run(() => this.#redeem(row, request.state, response));
    if (!candidate.ok) return over(candidate.error);
    if (row.start === "user" || request.confirmed === true) {
      const adopted = await queue.run(() => adoption.adopt(candidate.value, { conflict: ended }));
      if (!adopted.ok) return over(adopted.error);
      pending.remove(stateHash);
      rearm();
      return ok({ outcome: "connected", info: info(), ...returnUrlOf(row) });
    }
    const end = ended();
    return end === undefined ? this.#keep(row, candidate.value) : over(end);
  }

  /** Adopts the candidate a server has matched with the person signed in to it. */
  async confirm(flow: string): Promise<Outcome<ConnectionInfo>> {
    const { state, pending, queue, adoption, cipher, now, info, rearm } = this.#options;
    const flowHash = await sha256Hex(flow);
    const row = state.exists ? pending.byFlow(flowHash, now()) : undefined;
    if (row === undefined || row.candidate === null) return err(nothingToConfirm());
    const ended = endedMeanwhile(state);
    const opened = await cipher.open("candidate", row.candidate);
    const candidate = candidateSchema.safeParse(opened.ok ? JSON.parse(opened.value) : undefined);
    if (!candidate.success) return err(startAgain());
    // Another confirmation of the same flow may have come first.
    const confirmed = () =>
      state.exists && pending.byFlow(flowHash, now()) !== undefined
        ? undefined
        : nothingToConfirm();
    const adopted = await queue.run(() =>
      adoption.adopt(candidate.data, {
        conflict: () => ended() ?? confirmed(),
        // With the grant and not before: the browser was told that this flow can be confirmed.
        besides: () => pending.remove(row.state_hash),
      }),
    );
    if (!adopted.ok && state.exists) pending.remove(row.state_hash);
    rearm();
    return adopted.ok ? ok(info()) : adopted;
  }

  async #redeem(
    row: PendingAuthorization,
    signedState: string,
    response: URLSearchParams,
  ): Promise<Outcome<Candidate>> {
    const { config, cipher, endpoint, adoption, now } = this.#options;
    const verifier = await cipher.open("code_verifier", row.code_verifier);
    if (!verifier.ok) return err(startAgain());
    const issuedAt = now();
    const answer = await endpoint.redeemCode({
      tenant: row.tenant,
      expectedTenant: row.tenant,
      response,
      state: signedState,
      redirectUri: row.redirect_uri,
      codeVerifier: verifier.value,
      nonce: row.nonce,
      scopes: [defaultScopeOf("graph", config.cloud)],
    });
    if (!answer.ok) return err(signInFailure(answer.error, response));
    return adoption.prove(answer.value, { asked: row.scopes, issuedAt });
  }

  async #keep(
    row: PendingAuthorization,
    candidate: Candidate,
  ): Promise<Outcome<AuthorizationCompletion>> {
    const { state, pending, cipher, now, rearm } = this.#options;
    const sealed = await cipher.seal("candidate", JSON.stringify(candidate));
    const flow = randomToken();
    const flowHash = await sha256Hex(flow);
    if (!state.exists || row.return_url === null) return err(startAgain());
    pending.keepCandidate(row.state_hash, flowHash, sealed, now() + patience);
    rearm();
    return ok({ outcome: "confirmation_required", flow, returnUrl: row.return_url });
  }
}

const returnUrlOf = (row: PendingAuthorization) =>
  row.return_url === null ? {} : { returnUrl: row.return_url };

const nothingToConfirm = (): Failure =>
  failure("not_found", "There is no such sign-in waiting to be confirmed.");

const startAgain = (): Failure =>
  failure("invalid_request", "This sign-in is over or was never started: start again.", {
    details: { field: "state" },
  });

/** Whoever disconnects while a sign-in is under way has the last word. */
function endedMeanwhile(state: ConnectionState): () => Failure | undefined {
  const { ends } = state;
  return () => (state.ends === ends ? undefined : startAgain());
}

const otherBrowser = (): Failure =>
  failure("forbidden", "This sign-in was started in another browser: start again in this one.", {
    details: { reason: "other_browser" },
  });

/** A sign-in that Microsoft or we refused; `reason` is what programs tell it by. */
function signInFailure(cause: TokenFailure, response: URLSearchParams): Failure {
  const denied = response.get("error") === "access_denied";
  const code = {
    none: cause.disposition.action === "retry" ? "upstream_unavailable" : "invalid_request",
    app: "app_misconfigured",
    resource: "action_required",
    connection: "action_required",
  } as const;
  return failure(
    denied ? "forbidden" : code[cause.disposition.latch],
    denied ? "The permission this application asked for was not given." : cause.disposition.message,
    {
      details: {
        reason: denied ? "access_denied" : cause.code,
        ...(cause.requestId !== undefined && { upstream_request_id: cause.requestId }),
        ...(cause.disposition.aadsts !== undefined && { aadsts: cause.disposition.aadsts }),
      },
    },
  );
}
