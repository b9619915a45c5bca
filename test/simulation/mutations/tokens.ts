import type { Mutation } from "./mutation.ts";

/** Faults of the token request, its queue, and what is kept of its answer. */
export const tokenMutations: readonly Mutation[] = [
  {
    name: "tokens are stored though the grant changed meanwhile",
    file: "connection/tokens/token-mint.ts",
    find: "if (this.#fenced(started.generation)) return this.#superseded(started, answer.requestId);",
    replace: "",
  },
  {
    name: "a refusal is recorded though the grant changed meanwhile",
    file: "connection/tokens/token-mint.ts",
    find: "if (this.#fenced(started.generation)) return this.#superseded(started, cause.requestId);",
    replace: "",
  },
  {
    name: "no intent is written before a token request",
    file: "connection/tokens/token-mint.ts",
    find: "state.tokens.putIntent(key, generation, started.at);",
    replace: "",
  },
  {
    name: "the intent of a token request that worked is not cleared",
    file: "connection/tokens/refresh-success.ts",
    find: "    state.tokens.clearIntent();\n",
    replace: "",
  },
  {
    name: "the generation does not grow with a token",
    file: "connection/tokens/token-mint.ts",
    find: "generation: started.generation + 1,",
    replace: "generation: started.generation,",
  },
  {
    name: "the refresh token of a renewal is not stored",
    file: "connection/tokens/refresh-success.ts",
    find: "...defined({ refresh_token: refreshToken }),",
    replace: "",
  },
  {
    name: "degraded is not lifted by a renewal",
    file: "connection/tokens/refresh-success.ts",
    find: "      degraded: null,\n",
    replace: "",
  },
  {
    name: "claims are not lifted by a renewal",
    file: "connection/tokens/refresh-success.ts",
    find: "...(!waiting && { claims: null }),",
    replace: "",
  },
  {
    name: "claims of a refusal are forgotten",
    file: "connection/tokens/refresh-failure.ts",
    find: "if (cause.claims !== undefined) state.grants.update({ claims: cause.claims });",
    replace: "",
  },
  {
    name: "a refusal of another tenant latches the connection",
    file: "connection/tokens/token-mint.ts",
    find: "return tenantId === home ? cause : foreignFailure(cause, tenantId, home);",
    replace: "return cause;",
  },
  {
    name: "trouble in another tenant degrades the connection",
    file: "connection/tokens/refresh-failure.ts",
    find: "if (isHome && grant.degraded === null)",
    replace: "if (grant.degraded === null)",
  },
  {
    name: "a flight is kept after a failure",
    file: "connection/tokens/refresher.ts",
    find: `.finally(() => {
        if (this.#flights.get(idOf(key)) === flight) this.#flights.delete(idOf(key));
      });`,
    replace: `.then((outcome) => {
        if (outcome.ok) this.#flights.delete(idOf(key));
        return outcome;
      });`,
  },
  {
    name: "a second refresh on demand within ten seconds asks Entra",
    file: "connection/tokens/refresher.ts",
    find: "if (now() - this.#forcedAt < forcedRefreshInterval) return ok(undefined);",
    replace: "",
  },
  {
    name: "two token requests are out at once",
    file: "connection/tokens/token-queue.ts",
    find: "const result = this.#tail.then(work);",
    replace: "const result = work();",
  },
  {
    name: "a token that was refused is served again",
    file: "connection/tokens/token-cache.ts",
    find: "  token.generation !== need.staleGeneration &&\n",
    replace: "",
  },
  {
    name: "a token of another tenant is served as one of the home tenant",
    file: "connection/tokens/token-cache.ts",
    find: "if (key.tenantId === homeTenant) this",
    replace: "this",
  },
  {
    name: "an expired token is served",
    file: "connection/policy/renewal-policy.ts",
    find: "return now >= token.issuedAt - 5 * minute && token.expiresAt - now > asked;",
    replace: "return now >= token.issuedAt - 5 * minute || token.expiresAt - now > asked;",
  },
  {
    name: "a call as one account goes on as another after a reconnect",
    file: "connection/tokens/refresher.ts",
    find: "const { ends = state.ends } = request;",
    replace: "const { ends } = state;",
  },
  {
    name: "the back-off of a failed token request is ignored",
    file: "connection/policy/remedies.ts",
    find: "return retryAt > now ? entraUnavailable((retryAt - now) / 1_000) : undefined;",
    replace: "return retryAt > now + 3_600_000 ? entraUnavailable(1) : undefined;",
  },
  {
    name: "a fault of the application is not tried again with another secret",
    file: "connection/policy/remedies.ts",
    find: "appError.fingerprint === fingerprint && ",
    replace: "",
  },
  {
    name: "a fault of the application is tried at every call",
    file: "connection/policy/remedies.ts",
    find: "appError.retry_at > now)",
    replace: "appError.retry_at > now + 3_600_000)",
  },
  {
    name: "a refresh token is not sealed anew with the first key",
    file: "connection/tokens/delegated.ts",
    find: "return answer.ok && !cipher.isCurrent(sealed)",
    replace: "return answer.ok && !cipher.isCurrent(sealed) && sealed === ''",
  },
  {
    name: "a latched connection serves the tokens in memory",
    file: "connection/tokens/token-mint.ts",
    find: 'if (latch === "connection") cache.forget();',
    replace: "",
  },
];
