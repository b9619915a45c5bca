import * as z from "zod";
import type { Config } from "../../config/config.ts";
import type { Administrator, ConnectionInfo, TenantProof } from "../../contract/connection-info.ts";
import type {
  Outcome,
  TenantConfirmation,
  TenantFact,
  TenantProposal,
} from "../../contract/connection-rpc.ts";
import { conflict, failure, type Failure } from "../../contract/errors.ts";
import { err, ok } from "../../contract/result.ts";
import { appTokenFacts } from "../../entra/app-token.ts";
import { defaultScopeOf } from "../../entra/resource.ts";
import type { TokenEndpoint, TokenSet } from "../../entra/token-endpoint.ts";
import { parseJson } from "../../http/json.ts";
import { randomToken, sha256Hex } from "../../platform/keys.ts";
import type { ConnectionState } from "../connection-state.ts";
import { tenantNotConnected } from "../policy/tenant-refusal.ts";
import { isHeld } from "../policy/grant-kind.ts";
import type { PendingAuthorizations } from "../tables/pending-authorizations.ts";
import type { TokenCipher } from "../tables/token-cipher.ts";
import { storedToken } from "../tokens/refresh-success.ts";
import type { TokenQueue } from "../tokens/token-queue.ts";
import { signInPurposes } from "./sign-in-purpose.ts";

export interface TenantGrantOptions {
  connectionId: string;
  /** Whose tenant the application's tokens are of, a GUID in lower case. */
  tenantId: string;
  config: Config;
  state: ConnectionState;
  pending: PendingAuthorizations;
  cipher: TokenCipher;
  queue: TokenQueue;
  endpoint: Pick<TokenEndpoint, "clientCredentials">;
  now: () => number;
  info: () => ConnectionInfo;
  /** Tokens of before must be served no more. */
  replaced: () => void;
  rearm: () => void;
}

/** A tenant that its administrator has proven, until whoever started it confirms. */
const candidateSchema = z.object({
  /** Who started: nobody else can confirm. */
  user_id: z.string(),
  administrator: z.object({
    object_id: z.string(),
    upn: z.string().nullable(),
    name: z.string().nullable(),
  }),
});
type TenantCandidate = z.infer<typeof candidateSchema>;

/** How a connection is made that lasts. */
interface Terms {
  proof: TenantProof;
  /** Why it may not be made, asked at the moment it would be. */
  conflict: () => Failure | undefined;
  alsoCommit?: () => void;
  knownVersion?: number | undefined;
}

/** Makes the grant of a tenant: the fact that it was connected, proven by a token of the application there. */
export class TenantGrant {
  readonly #options: TenantGrantOptions;

  constructor(options: TenantGrantOptions) {
    this.#options = options;
  }

  /**
   * Connects the tenant because the deployer says that it may be. Once an administrator has proven it,
   * that stays so.
   *
   * @param version of the directory's row, where the object had lost what it held
   * @returns `invalid_request` for a tenant that Microsoft does not know; `action_required` with the
   *   remedy where it lets the application not in; then nothing was changed
   */
  async assert({ version }: TenantFact): Promise<Outcome<ConnectionInfo>> {
    const { state, info } = this.#options;
    const grant = state.exists ? state.grant() : undefined;
    const connected = await this.#connect({
      proof: grant?.proof ?? "asserted",
      conflict: endedMeanwhile(state),
      knownVersion: version,
    });
    return connected.ok ? ok(info()) : connected;
  }

  /**
   * Gives a connection whose object was lost the fact back that it was connected. Who proved it is not
   * in the directory: it is the deployer's word from now on.
   */
  async restore(fact: TenantFact): Promise<Outcome<ConnectionInfo>> {
    const { state } = this.#options;
    if (state.exists && isHeld(state.grant())) {
      return err(
        conflict("connected", "This connection holds its grant: there is nothing to restore."),
      );
    }
    if (state.exists && state.grant().status === "disconnected") return err(disconnected());
    return this.assert(fact);
  }

  /**
   * Keeps what an administrator has proven until it is confirmed. The nonce of the sign-in is used up.
   *
   * @returns `invalid_request` when the sign-in came here before
   */
  async propose({
    nonce,
    userId,
    administrator,
  }: TenantProposal): Promise<Outcome<{ flow: string }>> {
    const { state, pending, cipher, now, tenantId, rearm } = this.#options;
    const candidate: TenantCandidate = { user_id: userId, administrator };
    const sealed = await cipher.seal("candidate", JSON.stringify(candidate));
    const flow = randomToken();
    const [nonceHash, flowHash] = await Promise.all([sha256Hex(nonce), sha256Hex(flow)]);
    const at = now();
    if (state.exists && pending.byState(nonceHash, at) !== undefined) return err(usedBefore());
    state.create(at);
    const expiresAt = at + signInPurposes.tenant_proof.ttlMs;
    const added = pending.add({
      state_hash: nonceHash,
      start: "tenant",
      tenant: tenantId,
      scopes: [],
      redirect_uri: "",
      return_url: null,
      login_hint: null,
      prompt: null,
      code_verifier: "",
      nonce: "",
      browser_hash: null,
      begun_from: null,
      created_at: at,
      expires_at: expiresAt,
    });
    if (!added) return err(tooMany((pending.nextExpiry() ?? expiresAt) - at));
    pending.consume(nonceHash, at);
    pending.keepCandidate(nonceHash, flowHash, sealed, expiresAt);
    rearm();
    return ok({ flow });
  }

  /**
   * Connects what an administrator has proven, for the user who started it.
   *
   * @returns `not_found` for a flow that is not of this user, which stays as it is; `action_required`
   *   where Microsoft gives no token: the flow can be confirmed again
   */
  async confirm({ flow, userId }: TenantConfirmation): Promise<Outcome<ConnectionInfo>> {
    const { state, pending, cipher, now, info } = this.#options;
    const flowHash = await sha256Hex(flow);
    const row = state.exists ? pending.byFlow(flowHash, now()) : undefined;
    if (row === undefined || row.candidate === null) return err(nothingToConfirm());
    const ended = endedMeanwhile(state);
    const opened = await cipher.open("candidate", row.candidate);
    const read = candidateSchema.safeParse(opened.ok ? parseJson(opened.value) : undefined);
    if (!read.success || read.data.user_id !== userId) return err(nothingToConfirm());
    const connected = await this.#connect({
      proof: "consent",
      // Another confirmation of the same flow may have come first.
      conflict: () =>
        ended() ??
        (state.exists && pending.byFlow(flowHash, now()) !== undefined
          ? undefined
          : nothingToConfirm()),
      alsoCommit: () => pending.finish(row.state_hash, now()),
    });
    if (!connected.ok) return connected;
    const administrator: Administrator = read.data.administrator;
    return ok({ ...info(), administrator });
  }

  async #connect(terms: Terms): Promise<Outcome<void>> {
    const { config, endpoint, queue, tenantId, now, rearm } = this.#options;
    const connected = await queue.run(async (): Promise<Outcome<void>> => {
      const issuedAt = now();
      const answer = await endpoint.clientCredentials({
        tenant: tenantId,
        scopes: [defaultScopeOf("graph", config.cloud)],
      });
      if (!answer.ok) {
        const { publicOrigin } = config;
        return err(tenantNotConnected(answer.error, { tenantId, publicOrigin, now: now() }));
      }
      return this.#adopt(answer.value, issuedAt, terms);
    });
    rearm();
    return connected;
  }

  async #adopt(
    tokens: TokenSet,
    issuedAt: number,
    { proof, conflict: standing, alsoCommit = () => {}, knownVersion }: Terms,
  ): Promise<Outcome<void>> {
    const { config, connectionId, tenantId, state, cipher, now, replaced } = this.#options;
    const facts = appTokenFacts(tokens.accessToken);
    const sealed = await cipher.seal("access_token", tokens.accessToken);
    const reason = standing();
    if (reason !== undefined) return err(reason);
    const at = now();
    state.create(at);
    replaced();
    state.commit(
      at,
      () => {
        alsoCommit();
        const generation = state.grant().generation + 1;
        // Latches go with the tokens: somebody has acted.
        state.tokens.clear();
        const key = { resource: "graph", tenantId };
        state.tokens.put(storedToken(key, tokens, { sealed, connectionId, issuedAt, generation }));
        state.grants.update({
          client_id: config.clientId,
          tenant_id: tenantId,
          object_id: facts?.objectId ?? null,
          name: facts?.name ?? null,
          proof,
          roles: facts?.roles ?? [],
          required_resources: ["graph"],
          generation,
          remedy: null,
          probed_at: null,
          claims: null,
          degraded: null,
          app_error: null,
          last_refresh_at: at,
        });
      },
      { signedIn: true, knownVersion },
    );
    return ok(undefined);
  }
}

/** A disconnect while the tenant is being connected wins. */
function endedMeanwhile(state: ConnectionState): () => Failure | undefined {
  const { ends } = state;
  return () => (state.ends === ends ? undefined : disconnected());
}

const disconnected = (): Failure =>
  conflict("disconnected", "This connection was disconnected: connect the tenant again.");

const nothingToConfirm = (): Failure =>
  failure("not_found", "There is no such sign-in waiting to be confirmed.");

const usedBefore = (): Failure =>
  failure("invalid_request", "This sign-in of an administrator was used already: start again.", {
    details: { field: "state", reason: "finished" },
  });

/** @param wait milliseconds until the next one expires */
const tooMany = (wait: number): Failure =>
  failure("throttled", "Too many sign-ins of this tenant's administrators wait to be confirmed.", {
    retry_after: Math.max(1, Math.ceil(wait / 1_000)),
    details: { reason: "too_many_sign_ins" },
  });
