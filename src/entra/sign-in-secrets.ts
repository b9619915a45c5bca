import * as oauth from "oauth4webapi";

/** What only whoever starts a sign-in knows, and the challenge that Microsoft gets of it. */
export interface SignInSecrets {
  nonce: string;
  /** Of PKCE (RFC 7636). */
  codeVerifier: string;
  /** S256. */
  codeChallenge: string;
}

/** Secrets for one sign-in. */
export async function newSignInSecrets(): Promise<SignInSecrets> {
  const codeVerifier = oauth.generateRandomCodeVerifier();
  return {
    nonce: oauth.generateRandomNonce(),
    codeVerifier,
    codeChallenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
  };
}
