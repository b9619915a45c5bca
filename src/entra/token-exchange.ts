import * as oauth from "oauth4webapi";
import { userAgent } from "../http/user-agent.ts";
import { err, ok } from "../contract/result.ts";
import type { Result } from "../contract/result.ts";
import { ClientSecrets, refusesSecret } from "./client-authentication.ts";
import type { Cloud } from "./cloud.ts";
import { withinDeadline } from "./deadline.ts";
import type { Answer } from "./deadline.ts";
import { answerFailure, ownFailure } from "./token-failure.ts";
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
  clientSecrets: readonly string[];
  fetch: (request: Request) => Promise<Response>;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** For one POST, body included. */
  timeoutMs: number;
  /** Makes GUIDs. */
  newRequestId: () => string;
}

type PostOptions = oauth.CustomFetchOptions<"POST", URLSearchParams>;

/** Makes one token request of the library's with a secret. */
export type PostBuilder = (
  authentication: oauth.ClientAuth,
  post: {
    signal: AbortSignal;
    headers: Record<string, string>;
    [oauth.allowInsecureRequests]: boolean;
    [oauth.customFetch]: (url: string, options: PostOptions) => Promise<Response>;
  },
) => Promise<Response>;

/** The POSTs of a token endpoint: which secret they carry, what they say of their sender. */
export class TokenExchange {
  readonly #options: TokenExchangeOptions;
  readonly #secrets: ClientSecrets;

  constructor(options: TokenExchangeOptions) {
    this.#options = options;
    this.#secrets = new ClientSecrets(options.clientSecrets);
  }

  /**
   * Sends a request with each secret in turn until Entra accepts one, under one `client-request-id`.
   *
   * @returns the answer of status 200, read whole; any other, or none, as a failure
   */
  async send(sender: Sender, build: PostBuilder): Promise<Result<Answer, TokenFailure>> {
    const { now, timeoutMs } = this.#options;
    const headers = this.#headers(sender);
    let refusal: TokenFailure | undefined;
    for (const { authentication, accept } of this.#secrets.candidates()) {
      const answer = await withinDeadline(timeoutMs, (signal) =>
        build(authentication, this.#post(headers, signal)),
      );
      if (typeof answer === "string") return err(ownFailure(answer));
      if (answer.status === 200) {
        accept();
        return ok(answer);
      }
      refusal = answerFailure(answer, now());
      if (!refusesSecret(refusal)) {
        // Any other answer was given after the secret had been checked, or says nothing about it.
        return err(refusal);
      }
    }
    return err(refusal ?? ownFailure("no_client_secret"));
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

  #post(headers: Record<string, string>, signal: AbortSignal): Parameters<PostBuilder>[1] {
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
