import { defined } from "../../contract/defined.ts";
import { resourceOfScope, tokenScopes } from "../../entra/resource.ts";
import { isSharedTenant } from "../../entra/tenant.ts";
import type { TokenEndpoint } from "../../entra/token-endpoint.ts";
import { parseConnectionId } from "../../contract/connection-id.ts";
import { failure, type Failure } from "../../contract/errors.ts";
import { randomToken, sha256Hex } from "../../platform/keys.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import {
  askedAtConsumers,
  openAuthorization,
  purposeOf,
  signInTtlMs,
  type OpeningOptions,
} from "./authorization-opening.ts";
import { signInPurposes } from "./sign-in-purpose.ts";
import { checkStart } from "./authorization-start.ts";
import { parseJson } from "../../http/json.ts";
import { candidateSchema, healConflict, type Candidate } from "./candidate.ts";
import type { ConnectionState } from "../connection-state.ts";
import type { ConnectionInfo } from "../../contract/connection-info.ts";
import type {
  AuthorizationCompletion,
  AuthorizationStart,
  BeginAuthorization,
  CompleteAuthorization,
  Outcome,
  RepeatedStage,
} from "../../contract/connection-rpc.ts";
import type { GrantAdoption } from "./grant-adoption.ts";
import { stageOf, type PendingAuthorization } from "../tables/pending-authorizations.ts";
import { remedyOf } from "../policy/remedies.ts";
import { signInFailure } from "../policy/sign-in-failure.ts";
import type { RemedyLinks } from "../remedy-links.ts";
import type { TokenQueue } from "../tokens/token-queue.ts";

export interface AuthorizationOptions extends OpeningOptions {
  adoption: GrantAdoption;
  queue: TokenQueue;
  endpoint: TokenEndpoint;
  info: () => ConnectionInfo;
  links: Pick<RemedyLinks, "failure">;
}

/** Sign-in with authorization code and PKCE. The verifier never leaves this object. */
export class Authorization {
  readonly #options: AuthorizationOptions;

  constructor(options: AuthorizationOptions) {
    this.#options = options;
  }

  async begin(request: BeginAuthorization): Promise<Outcome<AuthorizationStart>> {
    const { config, state } = this.#options;
    // What it once got is asked for again: consent may have been withdrawn since.
    const grant = state.exists ? state.grant() : undefined;
    const checked = checkStart(request, config, grant?.required_scopes ?? []);
    if (!checked.ok) return checked;
    const { tenant, scopes, redirectUri } = checked.value;
    const browserBinding = request.start === "user" ? randomToken() : undefined;
    const opened = await openAuthorization(
      {
        start: request.start,
        tenant,
        scopes,
        redirect_uri: redirectUri,
        return_url: request.returnUrl ?? null,
        login_hint: request.loginHint ?? grant?.login_hint ?? grant?.upn ?? null,
        prompt: request.prompt ?? null,
        browser_hash: browserBinding === undefined ? null : await sha256Hex(browserBinding),
        begun_from: null,
      },
      this.#options,
    );
    if (!opened.ok) return opened;
    return ok({ ...opened.value, ...defined({ browserBinding }) });
  }

  /**
   * Takes Microsoft's answer. What does not fit the start is refused and changes nothing; from the
   * redemption of the code on, the state is used up.
   */
  async complete(request: CompleteAuthorization): Promise<Outcome<AuthorizationCompletion>> {
    const { config, state, pending, queue, adoption, links, now, info, rearm } = this.#options;
    const stateHash = await sha256Hex(request.state);
    const binding = await sha256Hex(request.browserBinding ?? "");
    const row = state.exists ? pending.byState(stateHash, now()) : undefined;
    if (row === undefined || row.start === "tenant") return err(startAgain());
    // Both are hashes of what an attacker cannot choose digit by digit: comparing them leaks nothing.
    if (row.browser_hash !== null && row.browser_hash !== binding) return err(otherBrowser());
    const stage = stageOf(row);
    if (stage !== "open") return err(takenUp(stage));
    const response = new URLSearchParams(request.response);
    // Without Microsoft's answer this is no callback, and must not end the flow.
    if (!response.has("code") && !response.has("error")) return err(startAgain());
    pending.consume(stateHash, now());
    const ended = endedMeanwhile(state);

    const over = (error: Failure): Outcome<AuthorizationCompletion> => {
      if (state.exists) pending.remove(stateHash);
      rearm();
      return ok({ outcome: "refused", error: links.failure(error), ...returnUrlOf(row) });
    };
    const candidate = await queue.run(() => this.#redeem(row, request.state, response));
    if (!candidate.ok) {
      if (candidate.error !== "personal_account") return over(candidate.error);
      // A state is used once: the sign-in goes on under a new one, bound to the same browser.
      const opened = await openAuthorization(askedAtConsumers(row, config), this.#options, {
        supersedes: stateHash,
        conflict: ended,
      });
      return opened.ok ? ok({ outcome: "continued", ...opened.value }) : over(opened.error);
    }
    if (row.start !== "server" || request.confirmed === true) {
      const adopted = await queue.run(() =>
        adoption.adopt(candidate.value, {
          conflict: () => ended() ?? this.#healConflict(row, candidate.value),
          alsoCommit: () => pending.finish(stateHash, now()),
        }),
      );
      if (!adopted.ok) return over(adopted.error);
      rearm();
      return ok({ outcome: "connected", info: info(), ...returnUrlOf(row) });
    }
    const kept = await this.#keep(row, candidate.value, ended);
    return kept.ok ? kept : over(kept.error);
  }

  /** Adopts the candidate a server has matched with the person signed in to it. */
  async confirm({
    flow,
    userId,
  }: {
    flow: string;
    /** Who is signed in at the host, where the caller says it: it must be the connection's own user. */
    userId?: string;
  }): Promise<Outcome<ConnectionInfo>> {
    const owner = parseConnectionId(this.#options.connectionId);
    const isOwn = userId === undefined || (owner?.kind === "user" && owner.userId === userId);
    if (!isOwn) return err(nothingToConfirm());
    const { state, pending, queue, adoption, cipher, now, info, rearm } = this.#options;
    const flowHash = await sha256Hex(flow);
    const row = state.exists ? pending.byFlow(flowHash, now()) : undefined;
    if (row === undefined || row.candidate === null) return err(nothingToConfirm());
    const ended = endedMeanwhile(state);
    const opened = await cipher.open("candidate", row.candidate);
    const candidate = candidateSchema.safeParse(opened.ok ? parseJson(opened.value) : undefined);
    if (!candidate.success) return err(startAgain());
    // Another confirmation of the same flow may have come first.
    const confirmed = () =>
      state.exists && pending.byFlow(flowHash, now()) !== undefined
        ? undefined
        : nothingToConfirm();
    const adopted = await queue.run(() =>
      adoption.adopt(candidate.data, {
        conflict: () => ended() ?? confirmed(),
        // With the grant and not before: until then this flow can be confirmed.
        alsoCommit: () => pending.finish(row.state_hash, now()),
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
  ): Promise<Result<Candidate, Failure | "personal_account">> {
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
      scopes: tokenScopes("graph", row.tenant, row.scopes, config.cloud),
    });
    if (answer.ok) return adoption.prove(answer.value, { asked: row.scopes, issuedAt });
    // At `common` this refusal is the first sign of a personal account: it cannot be asked for ARM.
    if (row.tenant === "common" && answer.error.code === "invalid_scope") {
      return err("personal_account");
    }
    const remedy = remedyOf(answer.error.disposition, {
      tenantId: isSharedTenant(row.tenant) ? null : row.tenant,
      scopes: row.scopes.filter((scope) => resourceOfScope(scope, config.cloud) !== undefined),
      publicOrigin: config.publicOrigin,
      now: now(),
    });
    return err(signInFailure(answer.error, { tenant: row.tenant, remedy }));
  }

  /** What a reconnect link began may repair the account that it was made for, and connect no other. */
  #healConflict({ start }: PendingAuthorization, candidate: Candidate): Failure | undefined {
    const { state } = this.#options;
    if (signInPurposes[purposeOf(start)].adopts !== "same_account") return undefined;
    return healConflict(state.exists ? state.grant() : undefined, candidate);
  }

  async #keep(
    row: PendingAuthorization,
    candidate: Candidate,
    ended: () => Failure | undefined,
  ): Promise<Outcome<AuthorizationCompletion>> {
    const { pending, cipher, now, rearm } = this.#options;
    const sealed = await cipher.seal("candidate", JSON.stringify(candidate));
    const flow = randomToken();
    const flowHash = await sha256Hex(flow);
    const { return_url: returnUrl } = row;
    const end = ended();
    if (end !== undefined) return err(end);
    if (returnUrl === null) return err(startAgain());
    pending.keepCandidate(row.state_hash, flowHash, sealed, now() + signInTtlMs);
    rearm();
    return ok({ outcome: "confirmation_required", flow, returnUrl });
  }
}

const returnUrlOf = (row: PendingAuthorization) =>
  defined({ returnUrl: row.return_url ?? undefined });

const nothingToConfirm = (): Failure =>
  failure("not_found", "There is no such sign-in waiting to be confirmed.");

const startAgain = (): Failure =>
  failure("invalid_request", "This sign-in is over or was never started: start again.", {
    details: { field: "state" },
  });

/** The callback was sent once more. Nothing is done, and the flow is not returned again. */
const takenUp = (stage: RepeatedStage): Failure =>
  failure("invalid_request", takenUpSentence[stage], {
    details: { field: "state", reason: stage },
  });

const takenUpSentence: Readonly<Record<RepeatedStage, string>> = {
  under_way: "This sign-in is being completed already.",
  awaits_confirmation:
    "This sign-in is finished already; the application it was started from has to confirm it.",
  finished: "This sign-in is finished already, and the account was connected.",
};

/** A disconnect while a sign-in is under way wins. */
function endedMeanwhile(state: ConnectionState): () => Failure | undefined {
  const { ends } = state;
  return () => (state.ends === ends ? undefined : startAgain());
}

const otherBrowser = (): Failure =>
  failure("forbidden", "This sign-in was started in another browser: start again in this one.", {
    details: { reason: "other_browser" },
  });
