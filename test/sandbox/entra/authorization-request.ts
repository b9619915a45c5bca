import type { Authority } from "../tenants.ts";
import { isKnownClient, isRegisteredRedirect, unknownClient } from "./client.ts";
import { readClaims } from "./claims-request.ts";
import { failure } from "./entra-error.ts";
import type { EntraError, Outcome } from "./entra-error.ts";
import type { ResponseMode, ReturnAddress } from "./redirect-answer.ts";
import { parseScope } from "./scope.ts";
import type { ScopeRequest } from "./scope.ts";

export type Prompt = "login" | "none" | "consent" | "select_account" | "create";

export interface AuthorizationRequest extends ReturnAddress {
  authority: Authority;
  clientId: string;
  scope: ScopeRequest;
  nonce: string | undefined;
  prompt: Prompt | undefined;
  loginHint: string | undefined;
  challenge: string | undefined;
  challengeMethod: "S256" | "plain" | undefined;
  wantsClientInfo: boolean;
}

/** A wrong request either may be told to the application, or only to the person in front of it. */
export type AuthorizationOutcome =
  | { ok: true; request: AuthorizationRequest }
  | { ok: false; error: EntraError; address: ReturnAddress | undefined };

const responseModes: ReadonlySet<string> = new Set(["query", "fragment", "form_post"]);
const isResponseMode = (text: string): text is ResponseMode => responseModes.has(text);

const prompts: ReadonlySet<string> = new Set([
  "login",
  "none",
  "consent",
  "select_account",
  "create",
]);
const isPrompt = (text: string): text is Prompt => prompts.has(text);

const missing = (name: string) =>
  failure(900144, `The request body must contain the following parameter: '${name}'.`);

/**
 * Whether the application may be answered at all. Fails with 900144, 700016 or 50011: shown on a
 * page, since an address that is not registered is never redirected to.
 */
export function returnAddress(query: URLSearchParams, tenant: string): Outcome<ReturnAddress> {
  const clientId = query.get("client_id");
  if (!clientId) return missing("client_id");
  if (!isKnownClient(clientId)) return unknownClient(clientId, tenant);
  const redirectUri = query.get("redirect_uri");
  if (!redirectUri) return missing("redirect_uri");
  if (!isRegisteredRedirect(redirectUri)) {
    return failure(
      50011,
      `The redirect URI '${redirectUri}' specified in the request does not match the redirect URIs configured for the application '${clientId}'.`,
    );
  }
  const mode = query.get("response_mode") ?? "query";
  const responseMode = isResponseMode(mode) ? mode : "query";
  return { ok: true, value: { redirectUri, responseMode, state: query.get("state") ?? undefined } };
}

type Challenge = Pick<AuthorizationRequest, "challenge" | "challengeMethod">;

/** RFC 7636 §4.3: without a method the challenge is the verifier itself. */
function readChallenge(query: URLSearchParams): Outcome<Challenge> {
  const challenge = query.get("code_challenge") ?? undefined;
  const method = query.get("code_challenge_method");
  if (challenge === undefined) {
    return method === null
      ? { ok: true, value: { challenge, challengeMethod: undefined } }
      : failure(50147);
  }
  if (!/^[A-Za-z0-9\-._~]{43,128}$/.test(challenge)) return failure(501491);
  const challengeMethod = method ?? "plain";
  if (challengeMethod !== "S256" && challengeMethod !== "plain") {
    return failure(9002313, `The code_challenge_method '${challengeMethod}' is not supported.`);
  }
  return { ok: true, value: { challenge, challengeMethod } };
}

function readPrompt(query: URLSearchParams): Outcome<Prompt | undefined> {
  const prompt = query.get("prompt") || undefined;
  if (prompt !== undefined && !isPrompt(prompt)) {
    return failure(90023, `The prompt '${prompt}' is not supported.`);
  }
  if (prompt === "select_account" && query.get("login_hint")) {
    return failure(90023, "login_hint cannot be used together with prompt=select_account.");
  }
  return { ok: true, value: prompt };
}

function readResponseType(query: URLSearchParams): Outcome<undefined> {
  const type = query.get("response_type");
  if (!type) return missing("response_type");
  if (type === "code") return { ok: true, value: undefined };
  const words = type.split(" ");
  if (words.includes("id_token")) return failure(700054);
  return failure(70005, `The response_type '${type}' is not enabled for the application.`);
}

/** Reads a GET to /authorize whose authority is known. */
export function readAuthorizationRequest(
  query: URLSearchParams,
  authority: Authority,
): AuthorizationOutcome {
  const address = returnAddress(query, authority.segment);
  if (!address.ok) return { ok: false, error: address.error, address: undefined };
  const refuse = ({ error }: { error: EntraError }): AuthorizationOutcome => ({
    ok: false,
    error,
    address: address.value,
  });

  const responseType = readResponseType(query);
  if (!responseType.ok) return refuse(responseType);
  const mode = query.get("response_mode");
  if (mode !== null && !isResponseMode(mode)) {
    return refuse(failure(70007, `The response_mode '${mode}' is not supported.`));
  }
  const scopeText = query.get("scope");
  if (!scopeText) return refuse(missing("scope"));
  const scope = parseScope(scopeText);
  if (!scope.ok) return refuse(scope);
  const prompt = readPrompt(query);
  if (!prompt.ok) return refuse(prompt);
  const challenge = readChallenge(query);
  if (!challenge.ok) return refuse(challenge);
  const claims = readClaims(query.get("claims"));
  if (!claims.ok) return refuse(claims);

  return {
    ok: true,
    request: {
      ...address.value,
      ...challenge.value,
      authority,
      clientId: query.get("client_id") ?? "",
      scope: scope.value,
      nonce: query.get("nonce") ?? undefined,
      prompt: prompt.value,
      loginHint: query.get("login_hint") || undefined,
      wantsClientInfo: query.get("client_info") === "1",
    },
  };
}
