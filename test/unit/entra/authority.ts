import { expect } from "vitest";
import { secretCredentials } from "../../support/credentials.ts";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { CryptoKey, JWK, JWTPayload } from "jose";
import { clouds } from "../../../src/entra/cloud.ts";
import type { Result } from "../../../src/contract/result.ts";
import { createTokenEndpoint } from "../../../src/entra/token-endpoint.ts";
import type {
  CodeRedemption,
  TokenEndpointOptions,
  TokenFailure,
  TokenSet,
} from "../../../src/entra/token-endpoint.ts";

export const clientId = "11111111-2222-4333-8444-555555555555";
export const contoso = "aaaaaaaa-0000-4000-8000-00000000000a";
export const objectId = "aaaaaaaa-2222-4000-8000-000000000001";
/** How tests write the authority's host: each stands at one of its own, see `Authority`. */
export const host = clouds.global.authorityHost;
export const now = Date.parse("2026-11-24T08:00:00Z");

/** What the token endpoint was sent. */
export interface Sent {
  url: string;
  headers: Headers;
  form: URLSearchParams;
}

export type Reply = Response | (() => Response | Promise<Response>);

let keyNumber = 0;
let authorityNumber = 0;

/**
 * An authority of our own making: it publishes its keys and answers with what it is told to. It stands
 * at a host of its own, because key sets are cached by URL for all tests of a worker.
 */
export class Authority {
  readonly #host: string;
  readonly sent: Sent[] = [];
  readonly keys: (JWK & { issuer?: string })[] = [];
  /** The sets of applications that have keys of their own: by tenant, in the same form as the cloud's. */
  readonly applicationKeys = new Map<string, unknown[]>();
  keyFetches = 0;
  /** The tenant of each fetch of the application's own set. */
  readonly applicationKeyFetches: string[] = [];
  keysDown = false;
  #replies: Reply[] = [];
  #privateKeys = new Map<string, CryptoKey>();

  constructor() {
    authorityNumber += 1;
    this.#host = `https://login-${authorityNumber}.example`;
  }

  get origin(): string {
    return this.#host;
  }

  /** Makes and publishes a key, as Entra does without `alg`; kids are never used twice. */
  async addKey(
    issuer: string | undefined = `${host}/{tenantid}/v2.0`,
    application?: { tenant: string },
  ): Promise<string> {
    const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
    keyNumber += 1;
    const kid = `key-${keyNumber}`;
    this.#privateKeys.set(kid, privateKey);
    const key = {
      ...(await exportJWK(publicKey)),
      kid,
      use: "sig",
      ...(issuer !== "" && { issuer: issuer.replace(host, this.#host) }),
    };
    if (application === undefined) this.keys.push(key);
    else {
      const { tenant } = application;
      this.applicationKeys.set(tenant, [...(this.applicationKeys.get(tenant) ?? []), key]);
    }
    return kid;
  }

  /** A kid that no set holds. It signs with a key there is: nobody gets as far as the signature. */
  unpublishedKid(): string {
    const [key] = this.#privateKeys.values();
    if (key === undefined) throw new Error("no key to sign with");
    keyNumber += 1;
    const kid = `key-${keyNumber}`;
    this.#privateKeys.set(kid, key);
    return kid;
  }

  async idToken(kid: string, claims: JWTPayload = {}, alg = "RS256"): Promise<string> {
    const seconds = now / 1000;
    const key = this.#privateKeys.get(kid);
    if (key === undefined) throw new Error(`no key ${kid}`);
    const { iss = `${host}/${contoso}/v2.0`, ...others } = claims;
    return new SignJWT({
      iss: iss.replace(host, this.#host),
      aud: clientId,
      iat: seconds,
      nbf: seconds,
      exp: seconds + 3600,
      sub: "pairwise",
      tid: contoso,
      oid: objectId,
      nonce: "the-nonce",
      preferred_username: "ada@contoso.example",
      name: "Ada Lovelace",
      login_hint: "O.hint",
      ver: "2.0",
      ...others,
    })
      .setProtectedHeader({ alg, kid, typ: "JWT" })
      .sign(key);
  }

  reply(...replies: Reply[]): void {
    this.#replies.push(...replies);
  }

  readonly fetch = async (input: RequestInfo | URL): Promise<Response> => {
    const request = new Request(input);
    const [, tenant] =
      new RegExp(`/([^/]+)/discovery/v2.0/keys\\?appid=${clientId}$`).exec(request.url) ?? [];
    if (tenant !== undefined) {
      this.applicationKeyFetches.push(tenant);
      return this.keysDown
        ? new Response("<html>", { status: 503 })
        : Response.json({ keys: [...this.keys, ...(this.applicationKeys.get(tenant) ?? [])] });
    }
    if (request.url.endsWith("/discovery/v2.0/keys")) {
      this.keyFetches += 1;
      return this.keysDown
        ? new Response("<html>", { status: 503 })
        : Response.json({ keys: this.keys });
    }
    this.sent.push({
      url: request.url.replace(this.#host, host),
      headers: request.headers,
      form: new URLSearchParams(await request.text()),
    });
    const reply = this.#replies.shift();
    if (reply === undefined) throw new Error("an exchange too many");
    return typeof reply === "function" ? reply() : reply;
  };

  endpoint(options: Partial<TokenEndpointOptions> = {}) {
    return createTokenEndpoint({
      cloud: { ...clouds.global, authorityHost: this.#host },
      clientId,
      credentials: secretCredentials("s3cr3t"),
      fetch: this.fetch,
      now: () => now,
      ...options,
    });
  }
}

export const tokens = (more: Record<string, unknown> = {}) => ({
  token_type: "Bearer",
  scope: "User.Read Mail.Read profile openid email",
  expires_in: 3599,
  ext_expires_in: 3599,
  access_token: "the-access-token",
  refresh_token: "the-refresh-token",
  ...more,
});

export const refusal = (code: number, more: Record<string, unknown> = {}) => ({
  error: "invalid_grant",
  error_description: `AADSTS${code}: prose naming s3cr3t.\r\nTrace ID: t`,
  error_codes: [code],
  trace_id: "cccccccc-0000-4000-8000-000000000001",
  ...more,
});

export const redemption = (more: Partial<CodeRedemption> = {}): CodeRedemption => ({
  tenant: "common",
  response: new URLSearchParams({ code: "the-code", state: "the-state", session_state: "x" }),
  state: "the-state",
  redirectUri: "https://azure.example/callback",
  codeVerifier: "the-verifier-the-verifier-the-verifier-the-verifier",
  nonce: "the-nonce",
  scopes: ["User.Read", "Mail.Read"],
  ...more,
});

/** The failure, in which nothing that was sent and nothing of Microsoft's prose may be found. */
export function failureOf(result: Result<TokenSet, TokenFailure>): TokenFailure {
  if (result.ok) throw new Error("expected a failure");
  expect(JSON.stringify(result.error)).not.toMatch(/s3cr3t|the-code|the-verifier|token"|prose/);
  return result.error;
}

/** A refresh for ARM, as the tests ask for it. */
export const refresh = {
  tenant: contoso,
  refreshToken: "the-old-refresh-token",
  scopes: ["https://management.azure.com/.default"],
};

/** The claims of every request. */
export const capability = '{"access_token":{"xms_cc":{"values":["cp1"]}}}';
