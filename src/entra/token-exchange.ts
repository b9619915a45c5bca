import * as oauth from "oauth4webapi";
import { userAgent } from "../http/user-agent.ts";
import { err, ok } from "../contract/result.ts";
import type { Result } from "../contract/result.ts";
import { authenticationOf } from "./client-authentication.ts";
import type { Cloud } from "./cloud.ts";
import type { Credential } from "./credential.ts";
import { CredentialOrder, refusesCredential, refusesTime } from "./credential-order.ts";
import { withinDeadline } from "./deadline.ts";
import type { Answer } from "./deadline.ts";
import { answerFailure, blaming, ownFailure } from "./token-failure.ts";
import type { TokenFailure } from "./token-failure.ts";

/** For whom a token request is sent; headers carry it to Entra. */
export interface Sender {
  /** A GUID, by which Entra's logs find the exchange (`client-request-id`); default a new one. */
  requestId?: string | undefined;
  /** The `accountAddress` it is for: Entra routes the request to where the account lives. */
  account?: string | undefined;
}

export interface TokenExchangeOptions {
  cloud: Cloud;
  /** Tried in order when Entra refuses one; the one that works is remembered. */
  credentials: readonly Credential[];
  fetch: (request: Request) => Promise<Response>;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** For one POST, body included. */
  timeoutMs: number;
  /** Makes GUIDs. */
  newRequestId: () => string;
}

type PostOptions = oauth.CustomFetchOptions<"POST", URLSearchParams>;

/** Makes one token request of the library's with a credential. */
export type PostBuilder = (
  authentication: oauth.ClientAuth,
  post: {
    signal: AbortSignal;
    headers: Record<string, string>;
    [oauth.allowInsecureRequests]: boolean;
    [oauth.customFetch]: (url: string, options: PostOptions) => Promise<Response>;
  },
) => Promise<Response>;

/** One token request, as far as its credential and its headers depend on it. */
export interface Exchange extends Sender {
  server: oauth.AuthorizationServer;
  /** The authority's path segment. */
  tenant: string;
}

/** The POSTs of a token endpoint: which credential they carry, what they say of their sender. */
export class TokenExchange {
  readonly #options: TokenExchangeOptions;
  readonly #order: CredentialOrder;

  constructor(options: TokenExchangeOptions) {
    this.#options = options;
    this.#order = new CredentialOrder(options.credentials);
  }

  /**
   * Sends a request with each credential in turn until Entra accepts one, under one `client-request-id`.
   *
   * @returns the answer of status 200, read whole; any other, or none, as a failure
   */
  async send(exchange: Exchange, build: PostBuilder): Promise<Result<Answer, TokenFailure>> {
    const headers = this.#headers(exchange);
    let refusal = ownFailure("assertion_unavailable");
    for (const { credential, accept } of this.#order.candidates()) {
      const post = () => this.#post(credential, exchange, headers, build);
      let answer = await post();
      // An assertion may have waited on its way, or a clock was set meanwhile: a new one, once.
      const signs = credential.kind !== "secret";
      if (!answer.ok && signs && refusesTime(answer.error)) answer = await post();
      if (answer.ok) {
        accept();
        return answer;
      }
      // Any other answer was given after the credential had been checked, or says nothing about it.
      const isLate = signs && refusesTime(answer.error);
      if (!isLate && !refusesCredential(answer.error)) return answer;
      // What passes is waited for: a worse credential beside it, as an ended secret, makes it no worse.
      if (refusal.disposition.action === "retry") continue;
      // The table names the variable of secrets; any other kind is what only the credential knows.
      refusal = signs ? blaming(answer.error, credential.variable) : answer.error;
    }
    return err(refusal);
  }

  async #post(
    credential: Credential,
    { server, tenant }: Exchange,
    headers: Record<string, string>,
    build: PostBuilder,
  ): Promise<Result<Answer, TokenFailure>> {
    const { cloud, now, timeoutMs } = this.#options;
    const authentication = await authenticationOf(credential, { cloud, server, tenant, now });
    if (typeof authentication === "string") return err(ownFailure(authentication));
    const answer = await withinDeadline(timeoutMs, (signal) =>
      build(authentication, this.#postOptions(headers, signal)),
    );
    if (typeof answer === "string") return err(ownFailure(answer));
    return answer.status === 200 ? ok(answer) : err(answerFailure(answer, now()));
  }

  #headers({ requestId, account }: Sender): Record<string, string> {
    return {
      "client-request-id": requestId ?? this.#options.newRequestId(),
      // Retry-After and 429 are heeded here: Entra may throttle by them.
      "x-ms-lib-capability": "retry-after, h429",
      "user-agent": userAgent,
      ...(account !== undefined && { "x-anchormailbox": `Oid:${account}` }),
    };
  }

  #postOptions(headers: Record<string, string>, signal: AbortSignal): Parameters<PostBuilder>[1] {
    const { cloud, fetch } = this.#options;
    return {
      signal,
      headers,
      [oauth.allowInsecureRequests]: cloud.name === "sandbox",
      [oauth.customFetch]: (url, { method, headers: all, body }) =>
        fetch(new Request(url, { method, headers: all, body, redirect: "manual", signal })),
    };
  }
}
